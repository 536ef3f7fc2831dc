public import Pericard
import PericardCore
@_exported public import PericardWorld

/// The keystore that a world has of its own; it lives in the core.
public struct WorldKeystore: Sendable {
  fileprivate let core: any PericardCore.Keystore
}

// What the world takes and returns is the core's; tests see the façade alone.
extension TestWorld {
  /// How an app of this world is configured.
  public var appConfig: Pericard.Config { config().fromCore() }

  /// The portal that an app of this world is configured for.
  public var appPortal: Pericard.PortalConfig { appConfig.portals[0] }

  public var ownKeystore: WorldKeystore { WorldKeystore(core: keystore()) }

  public func open(keystore: any Pericard.Keystore) async throws -> Pericard.Client {
    try await open(WorldKeystore(core: KeystoreAdapter(keystore)))
  }

  public func open(_ keystore: WorldKeystore) async throws -> Pericard.Client {
    do {
      return Client(try await open(keystore: keystore.core))
    } catch let error as PericardCore.PericardError {
      throw told(error)
    }
  }

  /// The password that somebody types.
  public func typed(by who: String, right: Bool = true) throws -> String {
    String(decoding: try password(who: who, right: right), as: UTF8.self)
  }
}

/// Whether a keystore does what the core needs.
public func checkConformance(of keystore: any Pericard.Keystore) async throws {
  try await keystoreConformance(keystore: KeystoreAdapter(keystore))
}
