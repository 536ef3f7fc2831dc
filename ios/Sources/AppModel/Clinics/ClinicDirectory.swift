public import Foundation
public import Pericard

/// A clinic that the app's maker has configured.
public struct ConfiguredClinic: Sendable {
  public var clinic: Clinic
  public var portal: PortalConfig
}

/// The clinics that the app is made for, and how it comes back from the pages of any other.
///
/// Read from `Clinics.json`, which is all that has to be changed for an app of one's own:
///
/// ```json
/// {
///   "redirect": "org.example.app:/callback",
///   "clinics": [{
///     "name": "Linden Clinic", "kind": "clinic", "phone": "+1 555 0100", "emergency": "911",
///     "base": "https://portal.example.org/fhir/r4", "clientID": "app", "nativeSignIn": true, "leaseDays": 30,
///     "policyKeys": { "keys": [] }
///   }]
/// }
/// ```
///
/// `policyKeys` is the JWKS with whose keys the clinic signs what it switches on and off; without, it switches nothing.
public struct ClinicDirectory: Sendable {
  public let clinics: [ConfiguredClinic]
  private let redirect: String

  init(_ clinics: [ConfiguredClinic], redirect: String) {
    self.clinics = clinics
    self.redirect = redirect
  }

  public init(json: Data) throws {
    let file = try JSONDecoder().decode(File.self, from: json)
    redirect = file.redirect
    clinics = file.clinics.map { $0.configured(redirect: file.redirect) }
  }

  public var portals: [PortalConfig] { clinics.map(\.portal) }

  /// The clinic at this base: as configured, else told by its host.
  func clinic(base: String) -> Clinic {
    if let known = clinics.first(where: { $0.portal.base == base }) { return known.clinic }
    let host = URLComponents(string: base)?.host ?? base
    return Clinic(id: base, name: host, host: host)
  }

  /// A place that the person has named: the app registers itself there, and signs in by the browser.
  func added(_ base: String) -> PortalConfig {
    clinics.first { $0.portal.base == base }?.portal
      ?? PortalConfig(base: base, client: .dynamic, redirect: redirect, lease: .seconds(30 * 86_400))
  }

  private struct File: Decodable {
    var redirect: String
    var clinics: [Entry]
  }

  private struct Entry: Decodable {
    var name: String
    var kind: Clinic.Kind?
    var phone: String?
    var emergency: String?
    var base: String
    var clientID: String
    var redirect: String?
    var nativeSignIn: Bool?
    var leaseDays: Int?
    var policyKeys: Keys?

    func configured(redirect: String) -> ConfiguredClinic {
      let host = URLComponents(string: base)?.host ?? base
      return ConfiguredClinic(
        clinic: Clinic(
          id: base, name: name, host: host, kind: kind ?? .clinic, phone: phone, emergency: emergency ?? "112"),
        portal: PortalConfig(
          base: base, client: .registered(clientID: clientID), redirect: self.redirect ?? redirect,
          nativeSignIn: nativeSignIn ?? false, lease: leaseDays.map { .seconds($0 * 86_400) },
          policyKeys: policyKeys?.text))
    }
  }

  /// Public keys (RFC 7517), as far as one that signs has members.
  private struct Keys: Codable {
    struct Key: Codable {
      var kty: String
      var kid: String?
      var alg: String?
      var use: String?
      var crv: String?
      var x: String?
      var y: String?
      var n: String?
      var e: String?
    }

    var keys: [Key]

    var text: String? { (try? JSONEncoder().encode(self)).map { String(decoding: $0, as: UTF8.self) } }
  }
}
