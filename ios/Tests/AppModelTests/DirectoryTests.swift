import Foundation
import Pericard
import Testing

@testable import AppModel

/// `Clinics.json`, and places that are in no such file.
@Suite struct DirectoryTests {
  private let json = """
    {
      "redirect": "org.example.app:/callback",
      "clinics": [
        { "name": "Linden Clinic", "kind": "clinic", "phone": "+1 555 0100", "emergency": "911",
          "base": "https://portal.example.org/fhir/r4", "clientID": "app", "nativeSignIn": true, "leaseDays": 30,
          "policyKeys": { "keys": [{ "kty": "EC", "crv": "P-256", "kid": "policy-1", "x": "eA", "y": "eQ" }] } },
        { "name": "Corner Pharmacy", "kind": "pharmacy", "base": "https://rx.example.org/r4", "clientID": "rx",
          "redirect": "org.example.app.rx:/callback" }
      ]
    }
    """

  @Test func theFileSaysWhoTheClinicsAre() throws {
    let directory = try ClinicDirectory(json: Data(json.utf8))
    #expect(directory.clinics.map(\.clinic.name) == ["Linden Clinic", "Corner Pharmacy"])
    #expect(directory.clinics.map(\.clinic.kind) == [.clinic, .pharmacy])
    #expect(directory.clinics.map(\.clinic.emergency) == ["911", "112"])
    #expect(directory.portals.map(\.nativeSignIn) == [true, false])
    #expect(directory.portals.map(\.lease) == [.seconds(30 * 86_400), nil])
    let keys = try #require(directory.portals[0].policyKeys)
    let read = try JSONDecoder().decode([String: [[String: String]]].self, from: Data(keys.utf8))
    #expect(read == ["keys": [["kty": "EC", "crv": "P-256", "kid": "policy-1", "x": "eA", "y": "eQ"]]])
    #expect(directory.portals[1].policyKeys == nil)
    #expect(directory.portals.map(\.redirect) == ["org.example.app:/callback", "org.example.app.rx:/callback"])
  }

  @Test func aPlaceThatWasTypedSignsInByTheBrowser() throws {
    let directory = try ClinicDirectory(json: Data(json.utf8))
    let added = directory.added("https://other.example/fhir")
    #expect(added.client == .dynamic && !added.nativeSignIn && added.redirect == "org.example.app:/callback")
    #expect(directory.clinic(base: "https://other.example/fhir").name == "other.example")
    #expect(directory.added("https://portal.example.org/fhir/r4").nativeSignIn)
  }

  @Test func aFileThatLacksSomethingIsRefused() {
    #expect(throws: DecodingError.self) { try ClinicDirectory(json: Data(#"{"clinics":[]}"#.utf8)) }
  }
}
