#if THREAD_SANITIZER
  import Foundation
  import Pericard
  import PericardTestWorld
  import Testing

  /// Races on purpose. `cargo xtask sanitize` runs each by itself and fails unless the sanitizer reports it; no other run
  /// compiles them.
  @Suite struct RaceTests {
    private final class Count: @unchecked Sendable {
      var value = 0
    }

    @Test func twoTasksWriteWithoutALock() async {
      let count = Count()
      await withTaskGroup(of: Void.self) { group in
        for _ in 0..<2 {
          group.addTask {
            for _ in 0..<100 {
              count.value += 1
              try? await Task.sleep(for: .microseconds(100))
            }
          }
        }
      }
      #expect(count.value > 0)
    }

    /// A keystore as no app should write one.
    private final class UnguardedKeystore: Keystore, @unchecked Sendable {
      private let inside = MapKeystore()
      private let count: Count

      init(_ count: Count) { self.count = count }

      func load(name: String) throws -> Data? {
        // So that calls overlap: each passes the lock of the bindings' table of objects on its way here.
        Thread.sleep(forTimeInterval: 0.01)
        count.value += 1
        return try inside.load(name: name)
      }

      func store(name: String, value: Data) throws { try inside.store(name: name, value: value) }
      func delete(name: String) throws { try inside.delete(name: name) }
    }

    /// The threads are the core's, whose own memory the sanitizer does not look at.
    @Test func theCoreCallsAKeystoreWithoutALock() async throws {
      let count = Count()
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<4 {
          group.addTask {
            let world = try await anasWorld()
            let keystore = UnguardedKeystore(count)
            for _ in 0..<5 { try await world.open(keystore: keystore).shutDown() }
          }
        }
        try await group.waitForAll()
      }
      #expect(count.value > 0)
    }
  }
#endif
