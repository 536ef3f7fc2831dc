import Foundation
import Pericard
import PericardWorld
import Testing

@Suite struct StreamsTests {
  @Test func aSyncIsASequenceThatEndsAndItsRecordsAreThere() async throws {
    let world = try await anasWorld(threads: 3, messages: 30)
    let client = try await world.open(keystore: MapKeystore())
    let account = try await world.signInAna(client)
    let run = try account.startSync(budget: nil)
    var done: UInt64 = 0
    for try await progress in run.progress { done = progress.done }
    #expect(done >= 30)
    #expect(run.outcome() == .complete)
    #expect(try await account.startSync(budget: nil).join() == .complete)
    let state = try await account.ownMessages().state()
    #expect(state.incomplete == nil && state.completeAt != nil)
    #expect(try await account.ownMessages().threads(after: nil, limit: 50).threads.count == 3)
  }

  @Test func aSyncWhoseBudgetIsUsedUpEndsAndSaysThatItWasInterrupted() async throws {
    let world = try await anasWorld()
    let client = try await world.open(keystore: MapKeystore())
    let account = try await world.signInAna(client)
    world.network(state: .stalled)
    #expect(try await account.startSync(budget: 0.01).join() == .incomplete(reason: .interrupted))
  }

  @Test func aSyncThatFailsThrowsItWhereItIsFollowed() async throws {
    let world = try await anasWorld()
    let client = try await world.open(keystore: MapKeystore())
    let account = try await world.signInAna(client)
    world.network(state: .down)
    #expect(await failure { try await account.startSync(budget: nil).join() } == .Offline)
  }

  @Test func changesArriveAndTheSequenceEndsWhenTheAccountGoes() async throws {
    let world = try await anasWorld()
    let client = try await world.open(keystore: MapKeystore())
    let account = try await world.signInAna(client)
    let changes = try account.changes()
    _ = try await account.ownMessages().send(
      message: NewMessage(thread: nil, subject: "Today", text: "On my way"))
    let queued = await changes.stream.first { $0.outbox }
    #expect(queued != nil)
    let all = try account.changes().stream
    let end = Task { for await _ in all {} }
    try await account.forget()
    await end.value
  }

  @Test func aStoppedStreamEndsACallThatWaits() async throws {
    let world = try await anasWorld()
    let client = try await world.open(keystore: MapKeystore())
    let changes = try await world.signInAna(client).changes()
    let waiting = Task { await changes.next() }
    changes.stop()
    #expect(await waiting.value == nil)
  }

  @Test func aCancelledLoopEndsAtOnce() async throws {
    let world = try await anasWorld()
    let client = try await world.open(keystore: MapKeystore())
    let stream = try await world.signInAna(client).changes().stream
    let loop = Task { for await _ in stream {} }
    loop.cancel()
    await loop.value
  }

  @Test func aLoopThatIsLeftLeavesTheSyncRunning() async throws {
    let world = try await anasWorld(threads: 3, messages: 30)
    let client = try await world.open(keystore: MapKeystore())
    let account = try await world.signInAna(client)
    for try await _ in try account.startSync(budget: nil).progress { break }
    try await account.startSync(budget: nil).join()
    #expect(try await account.ownMessages().threads(after: nil, limit: 50).threads.count == 3)
  }

  @Test func aCancelledTaskLeavesTheJobToItsEnd() async throws {
    let world = try await anasWorld()
    let client = try await world.open(keystore: MapKeystore())
    let account = try await world.signInAna(client)
    let inbox = try account.ownMessages()
    let changes = try account.changes()
    let call = Task {
      _ = try await inbox.send(message: NewMessage(thread: nil, subject: "Cancelled", text: "Kept"))
    }
    call.cancel()
    _ = await changes.stream.first { $0.outbox }
    #expect(try await inbox.outbox().map(\.text) == ["Kept"])
  }
}
