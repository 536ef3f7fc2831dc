import Foundation
import Pericard
import PericardTestWorld
import Testing

/// A keystore that holds the client it belongs to.
private final class HoldingKeystore: Keystore, @unchecked Sendable {
  private let inside = MapKeystore()
  private let lock = NSLock()
  private var held: Client?

  var client: Client? {
    get { lock.withLock { held } }
    set { lock.withLock { held = newValue } }
  }

  func load(name: String) throws -> Data? { try inside.load(name: name) }
  func store(name: String, value: Data) throws { try inside.store(name: name, value: value) }
  func delete(name: String) throws { try inside.delete(name: name) }
}

/// Objects that are gone are gone: the directory is free when the last one is.
@Suite struct LifetimeTests {
  @Test func theLastHandleFreesTheDirectory() async throws {
    let world = try await anasWorld()
    let keystore = MapKeystore()
    let id = try await useUp(world, keystore)
    let again = try await world.open(keystore: keystore)
    let found = try await again.accounts().map(\.id)
    #expect(found == [id])
    try await again.shutDown()
  }

  /// The account alone; the client goes.
  private func account(_ world: TestWorld, _ keystore: MapKeystore) async throws -> Account {
    try await world.signInAna(world.open(keystore: keystore))
  }

  /// An account holds the directory, though its client is gone; when this returns, nothing does.
  private func useUp(_ world: TestWorld, _ keystore: MapKeystore) async throws -> AccountID {
    let account = try await account(world, keystore)
    let inUse = await failure { try await world.open(keystore: keystore) }
    #expect(inUse == .inUse)
    try await account.startSync().join()
    return account.id
  }

  @Test func aKeystoreThatHoldsTheClientGoesWithTheShutDown() async throws {
    let world = try await anasWorld()
    let kept = try await shutDownOfACycle(world)
    // What closes in the background may hold it a moment longer.
    for _ in 0..<100 where kept() != nil { try await Task.sleep(for: .milliseconds(20)) }
    let left = kept()
    #expect(left == nil)
  }

  /// A keystore and its client that hold each other and are shut down; whether the keystore is still there.
  private func shutDownOfACycle(_ world: TestWorld) async throws -> @Sendable () -> AnyObject? {
    let keystore = HoldingKeystore()
    let client = try await world.open(keystore: keystore)
    keystore.client = client
    try await client.shutDown()
    return { [weak keystore] in keystore }
  }

  @Test func tenThousandObjectsLeaveNoneBehind() async throws {
    let world = try await anasWorld()
    let keystore = MapKeystore()
    try await manyObjects(world, keystore)
    // One that was left would hold the directory. What a task held goes a moment after its result is there.
    var again: Client?
    for _ in 0..<100 where again == nil {
      again = try? await world.open(keystore: keystore)
      if again == nil { try await Task.sleep(for: .milliseconds(20)) }
    }
    try await #require(again).shutDown()
  }

  private func manyObjects(_ world: TestWorld, _ keystore: MapKeystore) async throws {
    let account = try await account(world, keystore)
    try await account.startSync().join()
    let own = try #require(account.people.first).id
    var left: [() -> AnyObject?] = []
    for number in 0..<2_500 {
      let messages = try account.messages(person: own)
      let run = try account.startSync()
      let (two, changes) = (account.twoFactor, account.changes.makeAsyncIterator())
      if number % 100 == 0 {
        let given = Task { try await messages.threads() }
        given.cancel()
        _ = await given.result
        run.cancel()
      }
      left += [
        { [weak messages] in messages }, { [weak run] in run }, { [weak two] in two }, { [weak changes] in changes },
      ]
    }
    for _ in 0..<100 where left.contains(where: { $0() != nil }) { try await Task.sleep(for: .milliseconds(20)) }
    let alive = left.count { $0() != nil }
    #expect(alive == 0)
  }

  @Test func thirtyTwoTasksShareAnAccount() async throws {
    let world = try await anasWorld(threads: 3, messages: 30)
    let client = try await world.open(keystore: MapKeystore())
    let account = try await world.signInAna(client)
    try await account.startSync().join()
    let inbox = try account.ownMessages()
    let seen = try await withThrowingTaskGroup(of: Int.self) { group in
      for number in 0..<32 {
        group.addTask {
          _ = try await inbox.send(message: NewMessage(text: "From task \(number)", subject: "Task \(number)"))
          _ = try await inbox.search(text: "task")
          try await account.startSync().join()
          return try await inbox.threads(limit: 100).threads.count
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(seen.count == 32)
    let threads = try await inbox.threads(limit: 100).threads
    #expect(threads.count == 35)
  }
}
