import Foundation
import Pericard
import PericardTesting
import Testing

/// An account in memory behaves as a screen expects of an account.
struct FakeTests {
  private let account = FakeAccount()
  private var messages: FakeMessages { account.messages }

  @Test func theSampleIsAnInbox() async throws {
    let inbox = try await account.messages(person: account.people()[0].id)
    let first = try await inbox.threads(after: nil, limit: 2)
    #expect(first.threads.map(\.subject) == ["Your blood test", "Blood pressure"])
    #expect(first.threads[0].unread == 1)
    let rest = try await inbox.threads(after: first.after, limit: 50)
    #expect(rest.threads.count == 3)
    #expect(rest.after == nil)
    #expect(try await inbox.outbox().count == 3)
  }

  @Test func whatIsSentIsToldAndArrives() async throws {
    let stream = try account.changes()
    let sent = try await messages.send(message: NewMessage(thread: "Blood pressure", subject: nil, text: "It is better."))
    #expect(sent.state == .queued)
    let told = await stream.next()
    #expect(told?.outbox == true)
    #expect(told?.records.first?.groups == ["Blood pressure"])
    let outcome = try await account.startSync(budget: nil).join()
    #expect(outcome == .complete)
    #expect(try await messages.message(id: sent.id).state == .sent)
    stream.stop()
    #expect(await stream.next() != nil)
    #expect(await stream.next() == nil)
  }

  @Test func aThreadIsReadInBothDirections() async throws {
    let hit = try await messages.search(text: "too HIGH", after: nil, limit: 10).hits[0]
    #expect(hit.snippet.contains { $0.hit })
    let page = try await messages.messagesAround(message: hit.message.id, limit: 3)
    #expect(page.messages.count == 3)
    let newer = try await messages.newerMessages(thread: hit.message.thread, before: try #require(page.before), limit: 5)
    #expect(newer.messages.map(\.text) == ["I will. Thank you!"])
    #expect(newer.before == nil)
  }

  @Test func draftsAndTheArchiveAreKept() async throws {
    let answer = NewMessage(thread: "Blood pressure", subject: nil, text: "I wi")
    let draft = try #require(try await messages.saveDraft(draft: nil, message: answer))
    #expect(try await messages.draft(thread: "Blood pressure") == draft)
    _ = try await messages.sendDraft(draft: draft.id)
    await #expect(throws: PericardError.NotFound) { try await messages.sendDraft(draft: draft.id) }
    try await messages.archive(thread: "Your blood test")
    #expect(try await messages.archivedThreads(after: nil, limit: 5).threads.count == 1)
    messages.receive(FakeLetter("Your blood test", from: "Laboratory", "One value is still missing.", at: Date()))
    #expect(try await messages.archivedThreads(after: nil, limit: 5).threads.isEmpty)
  }

  @Test func errorsAndStatesAreScripted() async throws {
    account.syncEnd = .failure(.Offline)
    await #expect(throws: PericardError.Offline) { try await account.startSync(budget: nil).join() }
    account.syncEnd = .success(.incomplete(reason: .moreToFetch))
    try await account.startSync(budget: nil).join()
    #expect(try await messages.state().incomplete == .moreToFetch)
    account.failure = .Closed
    await #expect(throws: PericardError.Closed) { try await messages.outbox() }
    account.failure = nil
    account.sessionState = .stepUp
    #expect(account.session() == .stepUp)
  }
}
