import Pericard
import PericardCore
import PericardWorld

/// The keystore that a world has of its own; it lives in the core.
struct WorldKeystore: Sendable {
  fileprivate let core: any PericardCore.Keystore
}

// What the world takes and returns is the core's; tests see the façade alone.
extension TestWorld {
  /// How an app of this world is configured.
  var appConfig: Pericard.Config { config().fromCore() }

  /// The portal that an app of this world is configured for.
  var appPortal: Pericard.PortalConfig { appConfig.portals[0] }

  var ownKeystore: WorldKeystore { WorldKeystore(core: keystore()) }

  func open(keystore: any Pericard.Keystore) async throws -> Pericard.Client {
    try await open(WorldKeystore(core: KeystoreAdapter(keystore)))
  }

  func open(_ keystore: WorldKeystore) async throws -> Pericard.Client {
    do {
      return Client(try await open(keystore: keystore.core))
    } catch let error as PericardCore.PericardError {
      throw told(error)
    }
  }
}

/// Whether a keystore does what the core needs.
func checkConformance(of keystore: any Pericard.Keystore) async throws {
  try await keystoreConformance(keystore: KeystoreAdapter(keystore))
}
