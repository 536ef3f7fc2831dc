import AppModel
import Foundation
import Pericard

extension PatientApp.Surroundings {
  /// The keychain, the app's own directory, and the system's browser.
  @MainActor
  static func onThisPhone() -> PatientApp.Surroundings {
    PatientApp.Surroundings(
      open: { try await Client.open(config: configuration(), keystore: KeychainKeystore()) },
      erase: { try await Client.erase(directory: configuration().directory, keystore: KeychainKeystore()) },
      preferences: StoredPreferences(), browser: SystemBrowser(),
      biometricKeys: KeychainBiometricKeys(), documents: FolderDocuments(), errand: { Errands.run($0) })
  }

  private static func configuration() throws -> Config {
    var config = Config(
      directory: try Pericard.directory().path, app: "Pericard/\(Bundle.main.version)",
      portals: ClinicDirectory.bundled.portals)
    #if DEBUG
      // The reference portal on this Mac, in the simulator.
      config.allowLoopbackHTTP = true
    #endif
    return config
  }
}

extension ClinicDirectory {
  /// `Clinics.json`. An app whose own file cannot be read is not to be shipped.
  static let bundled: ClinicDirectory = {
    guard let file = Bundle.main.url(forResource: "Clinics", withExtension: "json") else {
      preconditionFailure("Clinics.json is not in the app")
    }
    do { return try ClinicDirectory(json: Data(contentsOf: file)) } catch {
      preconditionFailure("Clinics.json: \(error)")
    }
  }()
}

extension Bundle {
  var version: String { object(forInfoDictionaryKey: "CFBundleShortVersionString") as? String ?? "" }
}

/// What the app keeps in the system's defaults: nothing of it is about the person.
@MainActor
final class StoredPreferences: Preferences {
  private let defaults = UserDefaults.standard

  var signingInAt: String? {
    get { defaults.string(forKey: "signingInAt") }
    set { defaults.set(newValue, forKey: "signingInAt") }
  }

  var chosen: [String]? {
    get { defaults.stringArray(forKey: "chosen") }
    set { defaults.set(newValue, forKey: "chosen") }
  }

  var noticesSeenAt: Date? {
    get { defaults.object(forKey: "noticesSeenAt") as? Date }
    set { defaults.set(newValue, forKey: "noticesSeenAt") }
  }

  var biometryIsLost: Bool {
    get { defaults.bool(forKey: "biometryIsLost") }
    set { defaults.set(newValue, forKey: "biometryIsLost") }
  }

  var noticesOpened: [String]? {
    get { defaults.stringArray(forKey: "noticesOpened") }
    set { defaults.set(newValue, forKey: "noticesOpened") }
  }
}
