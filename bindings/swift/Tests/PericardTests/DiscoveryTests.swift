import Foundation
import Pericard
import PericardTestWorld
import Testing

@Suite struct DiscoveryTests {
  @Test func aPortalSaysWhatItCan() async throws {
    let world = try await anasWorld()
    let client = try await world.open(keystore: MapKeystore())
    let portal = try await client.onlyPortal()
    let can = portal.capabilities
    #expect(portal.base == world.appPortal.base)
    #expect(can.browserSignIn && can.nativeSignIn && can.revocation)
    let messages = FeatureCapability(
      feature: .messages, readable: true, sendable: true, sendsExactlyOnce: true)
    #expect(can.features.first == messages)
    #expect(can.features.dropFirst().allSatisfy { !$0.sendable })
    #expect(can.fhirVersion.hasPrefix("4."))
    #expect(!portal.findings.contains { $0.verdict == .wrong })
  }

  @Test func aLoginPageOfTheNetworkIsNoPortal() async throws {
    let world = try await anasWorld(faults: #"[{"fault":"captive_portal"}]"#)
    let client = try await world.open(keystore: MapKeystore())
    let error = await failure { try await client.onlyPortal() }
    #expect(error?.portalProblem == .notAPortal)
  }

  @Test func anotherIssuerIsRefused() async throws {
    let world = try await anasWorld(faults: #"[{"fault":"wrong_issuer"}]"#)
    let client = try await world.open(keystore: MapKeystore())
    let error = await failure { try await client.onlyPortal() }
    #expect(error?.portalProblem == .wrongIssuer)
  }

  @Test func noNetworkIsOffline() async throws {
    let world = try await anasWorld()
    let client = try await world.open(keystore: MapKeystore())
    world.network(state: .down)
    #expect(await failure { try await client.onlyPortal() } == .offline)
  }

  @Test func plainHttpIsRefusedBeforeAnythingIsSent() async throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: folder) }
    let portal = PortalConfig(
      base: "http://portal.example/fhir", client: .registered(clientID: "app"), redirect: "app:/back")
    let config = Config(directory: folder.path, app: "Test/1")
    let client = try await Client.open(config: config, keystore: MapKeystore())
    let error = await failure { try await client.portal(config: portal) }
    #expect(error?.inputProblem == .notHTTPS)
    try await client.shutDown()
  }
}
