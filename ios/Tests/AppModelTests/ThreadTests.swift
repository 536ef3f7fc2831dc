import Foundation
import Pericard
import PericardTesting
import Testing

@testable import AppModel

/// Every state of a conversation, with an account in memory.
@MainActor @Suite struct ThreadTests {
  @Test func aThreadIsReadNewestFirst() async throws {
    let clinic = FakeClinic()
    let thread = try clinic.thread("Blood pressure")
    try await until("the messages") { thread.state.messages.count == 4 }
    #expect(thread.state.messages.map(\.delivery) == [.queued, .received, .sent, .received])
    #expect(thread.state.participants == ["Dr. Petra Kos"])
    #expect(!thread.state.hasOlder)
  }

  @Test func openingItMarksItRead() async throws {
    let clinic = FakeClinic()
    let inbox = clinic.inbox()
    try await until("the rows") { inbox.unread == 1 }
    let thread = try clinic.thread("Your blood test")
    try await until("read") { inbox.unread == 0 }
    #expect(thread.state.messages.count == 1)
  }

  @Test func whatIsTypedIsKept() async throws {
    let clinic = FakeClinic()
    let thread = try clinic.thread("Blood pressure")
    try await until("the messages") { !thread.state.messages.isEmpty }
    for text in ["A", "A l", "A list"] { thread.write(text) }
    #expect(!thread.state.draft.kept)
    try await until("the draft") { thread.state.draft.kept }
    let drafts = try await clinic.fake.messages.messages.drafts()
    #expect(drafts.map(\.text) == ["A list"])
    thread.write("")
    try await until("no draft") { !thread.state.draft.kept }
    await thread.keep()
    let left = try await clinic.fake.messages.messages.drafts()
    #expect(left.isEmpty)
  }

  @Test func whatWasTypedIsKeptWhenTheScreenGoes() async throws {
    let clinic = FakeClinic()
    let thread = try clinic.thread("Blood pressure", pause: .seconds(3_600))
    try await until("the messages") { !thread.state.messages.isEmpty }
    thread.write("Half a sen")
    thread.close()
    try await until("the draft") { thread.state.draft.kept }
    let again = try clinic.thread("Blood pressure")
    try await until("the draft") { again.state.draft.text == "Half a sen" }
    #expect(again.state.draft.revision == 1)
  }

  @Test func sendingEmptiesTheFieldAndGoesOut() async throws {
    let clinic = FakeClinic()
    let thread = try clinic.thread("Blood pressure")
    try await until("the messages") { thread.state.messages.count == 4 }
    clinic.fake.syncSteps = [SyncProgress(phase: .sending, done: 0, of: nil, sent: 1)]
    thread.write("It is better.")
    await thread.keep()
    thread.send()
    try await until("sent") { thread.state.messages.first?.delivery == .sent && thread.state.messages.count == 5 }
    #expect(thread.state.messages[0].text == "It is better.")
    #expect(thread.state.draft.text.isEmpty && thread.state.draft.revision == 1)
    await clinic.account.synced()
    let drafts = try await clinic.fake.messages.messages.drafts()
    #expect(drafts.isEmpty)
    #expect(clinic.account.announcement?.what == .sent)
  }

  @Test func nothingIsNotSent() async throws {
    let clinic = FakeClinic()
    let thread = try clinic.thread("Blood pressure")
    thread.write("  \n ")
    thread.send()
    try await until("the messages") { thread.state.messages.count == 4 }
    await thread.settled()
    #expect(thread.state.messages.count == 4)
  }

  @Test func offlineItWaits() async throws {
    let clinic = FakeClinic()
    clinic.fake.syncEnd = .failure(.offline)
    let thread = try clinic.thread("Blood pressure")
    thread.write("Later.")
    thread.send()
    try await until("queued") { thread.state.messages.first?.text == "Later." }
    await clinic.account.synced()
    #expect(thread.state.messages[0].delivery == .queued)
    #expect(thread.state.problem == nil)
  }

  @Test func aFailedMessageIsSentAgain() async throws {
    let clinic = FakeClinic()
    let thread = try clinic.thread("Appointment on Monday")
    try await until("the messages") { thread.state.messages.count == 2 }
    #expect(thread.state.messages[0].delivery == .failed)
    thread.retry(thread.state.messages[0].id)
    #expect(thread.state.messages[0].delivery == .sending)
    try await until("sent") { thread.state.messages[0].delivery == .sent }
  }

  @Test func whatIsUnsureIsDecidedByThePerson() async throws {
    let clinic = FakeClinic()
    let thread = try clinic.thread("Repeat prescription")
    try await until("the message") { thread.state.messages.count == 1 }
    let message = thread.state.messages[0]
    thread.decide(message.id)
    #expect(thread.state.deciding == message)
    thread.stopDeciding()
    #expect(thread.state.deciding == nil)
    thread.decide(message.id)
    // It turns to sent by itself, and there is nothing to decide any more.
    clinic.fake.messages.settle(message.id, .sent)
    try await until("decided") { thread.state.deciding == nil && thread.state.messages[0].delivery == .sent }
  }

  @Test func aThreadWhoseLastMessageIsTakenBackCloses() async throws {
    let clinic = FakeClinic()
    let thread = try clinic.thread("Repeat prescription")
    try await until("the message") { thread.state.messages.count == 1 }
    thread.withdraw(thread.state.messages[0].id)
    await thread.settled()
    #expect(clinic.went.to == [.leave(ThreadID(rawValue: "Repeat prescription"))])
  }

  @Test func anOldMessageThatWasFoundIsShown() async throws {
    let start = Date(timeIntervalSince1970: 1_700_000_000)
    let letters = (0..<180).map {
      FakeLetter("Long", from: "Lab", "Text \($0)", at: start.addingTimeInterval(Double($0)))
    }
    let clinic = FakeClinic(FakeMessages(letters))
    let thread = try clinic.thread("Long")
    try await until("a page") { thread.state.messages.count == 50 }
    #expect(thread.state.hasOlder)
    thread.older()
    try await until("older ones") { thread.state.messages.count == 100 }
    let found = try await clinic.fake.messages.messages.search(text: "Text 31")
    let hit = try #require(found.hits.first)
    let focused = try clinic.thread("Long", focus: hit.message.id)
    try await until("the hit") { focused.state.messages.contains { $0.id == hit.message.id } }
    #expect(focused.state.focus == hit.message.id)
  }

  @Test func archivingIsTold() async throws {
    let clinic = FakeClinic()
    let thread = try clinic.thread("Blood pressure")
    thread.archive(true)
    try await until("archived") { thread.state.archived }
    thread.archive(false)
    try await until("back") { !thread.state.archived }
  }

  @Test func filesAreLimited() throws {
    var files = Attachments()
    let small = PickedFile(name: "a.pdf", type: "application/pdf", bytes: Data(count: 10))
    #expect(files.add(PickedFile(name: "b", type: "", bytes: Data(count: 11)), largest: 10) == .tooLarge(mostBytes: 10))
    for _ in 0..<10 { #expect(files.add(small, largest: 10) == nil) }
    #expect(files.add(small, largest: 10) == .tooMany)
    files.remove(files.rows[0].id)
    #expect(files.toSend.count == 9)
  }
}
