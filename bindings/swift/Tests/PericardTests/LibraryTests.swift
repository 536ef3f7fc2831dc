import Foundation
import Pericard
import PericardTestWorld
import Testing

@Suite struct LibraryTests {
  #if os(Linux)
    @Test func oneProcessHoldsOneCore() async throws {
      // Both sets of bindings have to have been used; two libraries would be two cores with two stores.
      _ = try await anasWorld().open(keystore: MapKeystore()).portals
      // Read to its end: files of /proc tell no size.
      let handle = try #require(FileHandle(forReadingAtPath: "/proc/self/maps"))
      let maps = String(decoding: try #require(try handle.readToEnd()), as: UTF8.self)
      let libraries = Set(
        maps.split(separator: "\n").filter { $0.contains("libpericard") }.compactMap { $0.split(separator: " ").last })
      #expect(libraries.count == 1, "\(libraries)")
    }
  #endif

  @Test func aPanicIsInternalAndItsTextStaysBehind() async throws {
    let world = try await anasWorld()
    let client = try await world.open(keystore: MapKeystore())
    world.explode(text: "canary: potassium 5.9")
    let error = try #require(await failure { try await client.onlyPortal() })
    #expect(error.isInternal)
    #expect(!"\(error) \(error.localizedDescription)".contains("canary"))
    // One defect ends one call, not the client.
    _ = try await client.onlyPortal()
  }
}
