import Foundation
import Pericard
import PericardTesting
import Testing

@testable import AppModel

/// A new message, with an account in memory.
@MainActor @Suite struct ComposeTests {
  @Test func sendSaysWhatIsMissing() async throws {
    let clinic = FakeClinic()
    let compose = try clinic.compose()
    await compose.settled()
    compose.send()
    #expect(compose.state.missing == .recipient)
    compose.chooseRecipients()
    compose.searchRecipients("cardio")
    let found = try #require(compose.state.choosing?.found)
    #expect(found.map(\.name) == ["Cardiology"])
    compose.toggleRecipient(found[0].id)
    compose.stopChoosing()
    #expect(compose.state.to == found && compose.state.missing == nil)
    compose.send()
    #expect(compose.state.missing == .text)
    compose.text(String(repeating: "a", count: 20_001))
    compose.send()
    #expect(compose.state.missing == .tooLong)
  }

  @Test func aMessageThatIsSentOpensItsThread() async throws {
    let clinic = FakeClinic(FakeMessages())
    let compose = try clinic.compose()
    await compose.settled()
    // This clinic names nobody, and decides itself who reads it.
    #expect(compose.state.mayOmitRecipient)
    compose.subject("A question")
    compose.text("May I swim?")
    compose.send()
    try await until("sent") { !clinic.went.to.isEmpty && !compose.state.sending }
    let thread = try await clinic.fake.messages.messages.threads().threads[0]
    #expect(clinic.went.to == [.sent(thread.id)])
    #expect(thread.subject == "A question")
    let drafts = try await clinic.fake.messages.messages.drafts()
    #expect(drafts.isEmpty)
  }

  @Test func closingKeepsTheDraftAndItGoesOn() async throws {
    let clinic = FakeClinic()
    let compose = try clinic.compose()
    await compose.settled()
    compose.chooseRecipients()
    let first = try #require(compose.state.choosing?.all.first)
    compose.toggleRecipient(first.id)
    compose.stopChoosing()
    compose.subject("A question")
    compose.text("May I")
    await compose.keep()
    compose.close()
    let drafts = try await clinic.fake.messages.messages.drafts()
    let draft = try #require(drafts.first)
    let again = try clinic.compose(draft.id)
    await again.settled()
    #expect(again.state.subject == "A question" && again.state.text == "May I" && again.state.to == compose.state.to)
    #expect(again.state.revision == 1)
  }

  @Test func whatFailsIsSaidAndNothingIsLost() async throws {
    let clinic = FakeClinic(FakeMessages())
    let compose = try clinic.compose()
    await compose.settled()
    compose.text("May I swim?")
    clinic.fake.failure = .storage(kind: .full)
    compose.send()
    try await until("the problem") { compose.state.problem == .storageFull }
    #expect(compose.state.text == "May I swim?" && !compose.state.sending)
    #expect(clinic.went.to.isEmpty)
  }
}
