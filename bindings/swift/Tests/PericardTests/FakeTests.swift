import Foundation
import Pericard
import PericardTesting
import Testing

/// An account in memory behaves as a screen expects of an account.
struct FakeTests {
  private let account = FakeAccount()
  private var messages: FakeMessages { account.messages }

  /// What the call fails with.
  private func failure(of call: () async throws -> Void) async -> PericardError? {
    do {
      try await call()
      return nil
    } catch {
      return error as? PericardError
    }
  }

  @Test func theSampleIsAnInbox() async throws {
    let inbox = try account.messages(person: account.people()[0].id)
    let first = try await inbox.threads(after: nil, limit: 2)
    let subjects: [String] = first.threads.map { $0.subject }
    #expect(subjects == ["Your blood test", "Blood pressure"])
    let unread: UInt32 = first.threads[0].unread
    #expect(unread == 1)
    let rest = try await inbox.threads(after: first.after, limit: 50)
    #expect(rest.threads.count == 3)
    #expect(rest.after == nil)
    let waiting = try await inbox.outbox()
    #expect(waiting.count == 3)
  }

  @Test func whatIsSentIsToldAndArrives() async throws {
    let stream = try account.changes()
    let answer = NewMessage(thread: "Blood pressure", subject: nil, text: "It is better.")
    let sent = try await messages.send(message: answer)
    #expect(sent.state == .queued)
    let told = await stream.next()
    let groups: [String] = told?.records.first?.groups ?? []
    #expect(groups == ["Blood pressure"])
    #expect(told?.outbox == true)
    let outcome: SyncOutcome = try await account.startSync(budget: nil).join()
    #expect(outcome == .complete)
    let arrived = try await messages.message(id: sent.id)
    #expect(arrived.state == .sent)
    stream.stop()
    let last = await stream.next()
    #expect(last != nil)
    let end = await stream.next()
    #expect(end == nil)
  }

  @Test func aThreadIsReadInBothDirections() async throws {
    let hits = try await messages.search(text: "too HIGH", after: nil, limit: 10).hits
    let hit = try #require(hits.first)
    let marked: Bool = hit.snippet.contains { $0.hit }
    #expect(marked)
    let page = try await messages.messagesAround(message: hit.message.id, limit: 3)
    #expect(page.messages.count == 3)
    let before = try #require(page.before)
    let newer = try await messages.newerMessages(thread: hit.message.thread, before: before, limit: 5)
    let texts: [String] = newer.messages.map { $0.text }
    #expect(texts == ["I will. Thank you!"])
    #expect(newer.before == nil)
  }

  @Test func draftsAndTheArchiveAreKept() async throws {
    let answer = NewMessage(thread: "Blood pressure", subject: nil, text: "I wi")
    let saved = try await messages.saveDraft(draft: nil, message: answer)
    let draft = try #require(saved)
    let kept = try await messages.draft(thread: "Blood pressure")
    #expect(kept?.id == draft.id)
    _ = try await messages.sendDraft(draft: draft.id)
    let again = await failure { _ = try await messages.sendDraft(draft: draft.id) }
    #expect(again == .NotFound)
    try await messages.archive(thread: "Your blood test")
    let archived = try await messages.archivedThreads(after: nil, limit: 5).threads
    #expect(archived.count == 1)
    messages.receive(FakeLetter("Your blood test", from: "Laboratory", "One value is still missing.", at: Date()))
    let left = try await messages.archivedThreads(after: nil, limit: 5).threads
    #expect(left.isEmpty)
  }

  @Test func errorsAndStatesAreScripted() async throws {
    account.syncEnd = .failure(.Offline)
    let offline = await failure { _ = try await account.startSync(budget: nil).join() }
    #expect(offline == .Offline)
    account.syncEnd = .success(.incomplete(reason: .moreToFetch))
    _ = try await account.startSync(budget: nil).join()
    let state = try await messages.state()
    #expect(state.incomplete == .moreToFetch)
    account.failure = .Closed
    let closed = await failure { _ = try await messages.outbox() }
    #expect(closed == .Closed)
    account.failure = nil
    account.sessionState = .stepUp
    let session = account.session()
    #expect(session == .stepUp)
  }
}
