import Foundation
import Pericard
import PericardTestWorld
import Testing

/// Progress and changes as sequences.
@Suite struct StreamsTests {
  @Test func aSyncIsASequenceThatEndsAndItsRecordsAreThere() async throws {
    let world = try await anasWorld(threads: 3, messages: 30)
    let client = try await world.open(keystore: MapKeystore())
    let account = try await world.signInAna(client)
    let run = try account.startSync()
    var done = 0
    for try await progress in run.progress { done = progress.done }
    #expect(done >= 30)
    #expect(run.outcome == .complete)
    let again = try await account.startSync().join()
    #expect(again == .complete)
    let inbox = try account.ownMessages()
    let state = try await inbox.state()
    #expect(state.incomplete == nil)
    #expect(state.completeAt != nil)
    let threads = try await inbox.threads().threads
    #expect(threads.count == 3)
  }

  @Test func aSyncIsFollowedByManyAndAfterItsEnd() async throws {
    let world = try await anasWorld(threads: 3, messages: 30)
    let client = try await world.open(keystore: MapKeystore())
    let run = try await world.signInAna(client).startSync()
    let last = { @Sendable () async throws -> SyncProgress? in
      var last: SyncProgress?
      for try await step in run.progress { last = step }
      return last
    }
    async let one = last()
    async let two = last()
    let ends = try await [one, two, last()]
    #expect(ends.allSatisfy { $0 != nil && $0 == ends[0] })
    // Once more, when it is over.
    let late = try await last()
    #expect(late == ends[0])
  }

  @Test func aLoopThatIsCancelledLeavesTheOthersTheirProgress() async throws {
    let world = try await anasWorld()
    let client = try await world.open(keystore: MapKeystore())
    let account = try await world.signInAna(client)
    world.network(state: .stalled)
    let run = try account.startSync()
    let asking = Task { try await run.join() }
    let waiting = Task { try await run.join() }
    try await Task.sleep(for: .milliseconds(50))
    asking.cancel()
    await #expect(throws: CancellationError.self) { try await asking.value }
    run.cancel()
    let end = await failure { try await waiting.value }
    #expect(end == .cancelled)
  }

  @Test func aSyncWhoseBudgetIsUsedUpEndsAndSaysThatItWasInterrupted() async throws {
    let world = try await anasWorld()
    let client = try await world.open(keystore: MapKeystore())
    let account = try await world.signInAna(client)
    world.network(state: .stalled)
    let budgets: [Duration] = [.milliseconds(10), .zero, .seconds(-5)]
    for budget in budgets {
      let outcome = try await account.startSync(budget: budget).join()
      #expect(outcome == .incomplete(reason: .interrupted), "\(budget)")
    }
  }

  @Test func aBudgetBeyondAllTimeIsNone() async throws {
    let world = try await anasWorld()
    let client = try await world.open(keystore: MapKeystore())
    let account = try await world.signInAna(client)
    let outcome = try await account.startSync(budget: .seconds(Int64.max)).join()
    #expect(outcome == .complete)
  }

  @Test func aSyncThatFailsThrowsItWhereItIsFollowed() async throws {
    let world = try await anasWorld()
    let client = try await world.open(keystore: MapKeystore())
    let account = try await world.signInAna(client)
    world.network(state: .down)
    let run = try account.startSync()
    let first = await failure { try await run.join() }
    #expect(first == .offline)
    let second = await failure { try await run.join() }
    #expect(second == .offline)
  }

  @Test func changesArriveAndTheSequenceEndsWhenTheAccountGoes() async throws {
    let world = try await anasWorld()
    let client = try await world.open(keystore: MapKeystore())
    let account = try await world.signInAna(client)
    let changes = [account.changes.makeAsyncIterator(), account.changes.makeAsyncIterator()]
    _ = try await account.ownMessages().send(message: NewMessage(text: "On my way", subject: "Today"))
    for stream in changes {
      var queued = false
      while !queued, let set = await stream.next() { queued = set.outbox }
      #expect(queued)
    }
    let all = account.changes
    let end = Task { for await _ in all {} }
    try await account.forget()
    await end.value
    // Over for good: another loop ends as well.
    for await _ in all {}
  }

  @Test func aShutDownEndsEveryStream() async throws {
    let world = try await anasWorld()
    let client = try await world.open(keystore: MapKeystore())
    let account = try await world.signInAna(client)
    let changes = Task { for await _ in account.changes {} }
    let sessions = Task { for await _ in account.sessions {} }
    try await Task.sleep(for: .milliseconds(50))
    try await client.shutDown()
    await changes.value
    await sessions.value
  }

  @Test func sessionsAreToldNowAndAsTheyChange() async throws {
    let world = try await anasWorld()
    let client = try await world.open(keystore: MapKeystore())
    let account = try await world.signInAna(client)
    let sessions = account.sessions.makeAsyncIterator()
    let now = await sessions.next()
    #expect(now == .active)
    try await account.signOut()
    let last = await sessions.next()
    #expect(last == .signedOut)
    let end = await sessions.next()
    #expect(end == nil)
  }

  @Test func aCancelledLoopEndsAtOnce() async throws {
    let world = try await anasWorld()
    let client = try await world.open(keystore: MapKeystore())
    let account = try await world.signInAna(client)
    let loops = [
      Task { for await _ in account.changes {} },
      Task { for await _ in account.sessions {} },
    ]
    try await Task.sleep(for: .milliseconds(20))
    for loop in loops { loop.cancel() }
    for loop in loops { await loop.value }
    let late = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      for await _ in account.changes {}
    }
    await late.value
  }

  @Test func aLoopThatIsLeftLeavesTheSyncRunning() async throws {
    let world = try await anasWorld(threads: 3, messages: 30)
    let client = try await world.open(keystore: MapKeystore())
    let account = try await world.signInAna(client)
    for try await _ in try account.startSync().progress { break }
    try await account.startSync().join()
    let threads = try await account.ownMessages().threads().threads
    #expect(threads.count == 3)
  }
}
