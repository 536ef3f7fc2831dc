import Foundation
import Pericard
import PericardTestWorld
import Testing

private struct Canary: Error, CustomStringConvertible {
  let description = "canary: potassium 5.9"
}

@Suite struct KeystoreTests {
  @Test func aKeystoreWrittenInSwiftConforms() async throws {
    try await checkConformance(of: MapKeystore())
  }

  @Test func aKeystoreThatForgetsIsFoundOut() async {
    await #expect(throws: WorldError.self) {
      try await checkConformance(of: MapKeystore(forgetting: true))
    }
  }

  @Test func whatAKeystoreSaysArrivesAsItWasSaid() async throws {
    let world = try await anasWorld()
    let error = await failure { try await world.open(keystore: MapKeystore(failing: KeystoreError.unavailable)) }
    #expect(error == .keystore(kind: .unavailable))
  }

  @Test func whateverAKeystoreThrowsIsAnAnswerWithTheDevelopersWords() async throws {
    let world = try await anasWorld()
    let error = try #require(await failure { try await world.open(keystore: MapKeystore(failing: Canary())) })
    #expect(error == .keystore(kind: .unexpected(detail: "canary: potassium 5.9")))
    #expect(!error.localizedDescription.contains("canary"))
  }

  @Test func whatWasStoredIsFoundAgain() async throws {
    let keystore = MapKeystore()
    let world = try await anasWorld()
    try await world.open(keystore: keystore).shutDown()
    let before = keystore.names
    #expect(!before.isEmpty)
    try await world.open(keystore: keystore).shutDown()
    #expect(keystore.names == before)
  }
}
