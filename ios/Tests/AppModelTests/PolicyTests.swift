import Foundation
import Pericard
import PericardTestWorld
import PericardTesting
import Testing

@testable import AppModel

/// What a clinic's policy says, with an account in memory.
@MainActor @Suite struct PolicyTests {
  private let since = Date(timeIntervalSince1970: 1_699_990_000)
  private let now = Date(timeIntervalSince1970: 1_700_000_000)
  private var said: Pericard.Notice { Pericard.Notice(text: "We are mending a fault.", since: since) }

  private func inbox() async throws -> (FakeClinic, NoticesModel, InboxModel) {
    let now = now
    let clinic = FakeClinic(now: { now })
    let notices = NoticesModel(MapPreferences(), now: { now }, navigate: clinic.went.go)
    let inbox = clinic.inbox(notices: notices)
    try await until("the rows") { inbox.state.rows.count == 5 }
    return (clinic, notices, inbox)
  }

  @Test func switchedOffIsToldAboveTheRowsWithTheClinicsWordsBehindIt() async throws {
    let (clinic, notices, inbox) = try await inbox()
    clinic.fake.policy = status(issuedAt: since)
    clinic.messagesAre(.off(notice: said, cached: true))
    try await until("the banner") { inbox.state.banner == .off }
    #expect(inbox.state.rows.count == 5 && inbox.state.canWrite)
    let notice = AppModel.Notice.off(since: since, quote: "We are mending a fault.")
    await notices.read([clinic.account])
    #expect(notices.state.rows.map(\.notice) == [notice] && notices.newCount == 1)
    inbox.openNotice(.off)
    try await until("the notice") { clinic.went.to == [.notice(notice, linden)] }
    #expect(notices.newCount == 0)
    // A sync while it is off is not called incomplete, nor is being offline told.
    for end in [Result<SyncOutcome, PericardError>.success(.incomplete(reason: .switchedOff)), .failure(.offline)] {
      clinic.fake.syncEnd = end
      await inbox.refresh()
      #expect(inbox.state.banner == .off)
    }
    clinic.fake.syncEnd = .success(.complete)
    clinic.messagesAre(.on)
    await inbox.refresh()
    try await until("nothing any more") { inbox.state.banner == nil }
    await notices.read([clinic.account])
    #expect(notices.state.rows.isEmpty)
  }

  @Test func aNoticeThatIsOldStaysWhileItLasts() async throws {
    let (clinic, notices, inbox) = try await inbox()
    clinic.fake.policy = status(issuedAt: now - 91 * 86_400)
    clinic.messagesAre(.off(notice: said, cached: true))
    try await until("the banner") { inbox.state.banner == .off }
    await notices.read([clinic.account])
    #expect(notices.state.rows.count == 1)
  }

  @Test func switchedOffAndClosedStandsInPlaceOfTheInbox() async throws {
    let (clinic, _, inbox) = try await inbox()
    clinic.messagesAre(.off(notice: said, cached: false))
    try await until("closed") {
      inbox.state.body == .closed(.off(since: since, quote: "We are mending a fault.", trying: false))
    }
    #expect(inbox.state.banner == nil)
    // Its decision is no longer here.
    clinic.messagesAre(.off(notice: Pericard.Notice(text: nil, since: nil), cached: false))
    try await until("closed") { inbox.state.body == .closed(.off(since: nil, quote: nil, trying: false)) }
    inbox.tryNow()
    #expect(inbox.state.body == .closed(.off(since: nil, quote: nil, trying: true)))
    await clinic.account.synced()
    clinic.messagesAre(.on)
    try await until("the rows") { inbox.state.rows.count == 5 }
  }

  @Test func forReadingAloneHasABannerOfItsOwn() async throws {
    let (clinic, notices, inbox) = try await inbox()
    clinic.messagesAre(.readOnly(notice: said))
    try await until("the banner") { inbox.state.banner == .readOnly }
    #expect(inbox.state.canWrite)
    inbox.openNotice(.readOnly)
    let notice = AppModel.Notice.readOnly(since: since, quote: "We are mending a fault.")
    try await until("the notice") { clinic.went.to == [.notice(notice, linden)] }
    await notices.read([clinic.account])
    #expect(notices.state.rows.map(\.notice) == [notice])
    clinic.fake.syncEnd = .failure(.offline)
    await inbox.refresh()
    #expect(inbox.state.banner == .offline(since: nil))
  }

  @Test func aVersionThatIsTooOldIsTold() async throws {
    let (clinic, notices, inbox) = try await inbox()
    clinic.fake.policy = status(issuedAt: since, updateRequired: "2.0")
    clinic.fake.syncEnd = .failure(.updateRequired(minimum: "2.0"))
    await inbox.refresh()
    #expect(inbox.state.banner == .updateRequired(least: "2.0") && inbox.state.rows.count == 5)
    inbox.openNotice(.updateRequired(least: "2.0"))
    try await until("the notice") { clinic.went.to == [.notice(.update(least: "2.0"), linden)] }
    await notices.read([clinic.account])
    #expect(notices.state.rows.map(\.notice) == [.update(least: "2.0")])
    clinic.fake.policy = status(issuedAt: since)
    clinic.fake.syncEnd = .success(.complete)
    await inbox.refresh()
    #expect(inbox.state.banner == nil)
  }

  @Test func whatMayBeReadOnlyAfterAFreshSignInShowsNothingUntilThen() async throws {
    let (clinic, _, inbox) = try await inbox()
    clinic.fake.failure = .stepUpRequired
    await inbox.reach(0)
    #expect(inbox.state.body == .closed(.stepUp(nil)))
    #expect(inbox.state.banner == nil && inbox.unread == 0)
    inbox.stepUp()
    #expect(clinic.went.to == [.stepUp(clinic.account.id)])
    clinic.fake.failure = nil
    clinic.fake.syncEnd = .failure(.offline)
    clinic.account.sync()
    await clinic.account.synced()
    clinic.fake.failure = .stepUpRequired
    await inbox.reach(0)
    #expect(inbox.state.body == .closed(.stepUp(.offline)))
    clinic.fake.failure = nil
    clinic.account.reopened()
    try await until("the rows") { inbox.state.rows.count == 5 }
  }

  @Test func aConversationComesBackWhereItWasReadWithWhatWasTyped() async throws {
    let clinic = FakeClinic()
    let thread = try clinic.thread("Blood pressure")
    try await until("its messages") { !thread.state.messages.isEmpty }
    let top = try #require(thread.state.messages.last).id
    thread.shownFrom(top)
    clinic.fake.failure = .stepUpRequired
    thread.write("Shall I come")
    await thread.keep()
    try await until("that it asks") { thread.state.stepUp }
    #expect(thread.state.messages.isEmpty && thread.state.problem == nil)
    thread.stepUp()
    #expect(clinic.went.to == [.stepUp(clinic.account.id)])
    clinic.fake.failure = nil
    clinic.account.reopened()
    try await until("its messages") { !thread.state.stepUp && !thread.state.messages.isEmpty }
    #expect(thread.state.from == top && thread.state.draft.text == "Shall I come")
    try await until("that it is kept") { thread.state.draft.kept }
  }

  @Test func aConversationThatIsLeftWhileItAsksKeepsWhatWasTypedOnceItMay() async throws {
    let clinic = FakeClinic()
    let messages = clinic.fake.messages.messages
    var thread: ThreadModel? = try clinic.thread("Blood pressure")
    try await until("its messages") { thread?.state.messages.isEmpty == false }
    clinic.fake.failure = .stepUpRequired
    thread?.write("Shall I come")
    await thread?.keep()
    // Its screen is gone before it could be kept.
    thread = nil
    clinic.fake.failure = nil
    #expect(try await messages.drafts().isEmpty)
    await clinic.account.settledFollowers()
    #expect(try await messages.drafts().map(\.text) == ["Shall I come"])
  }

  @Test func aNewMessageAsksAsWellAndGoesOn() async throws {
    let clinic = FakeClinic()
    let compose = try clinic.compose()
    await compose.settled()
    if !compose.state.mayOmitRecipient {
      compose.chooseRecipients()
      compose.toggleRecipient(try #require(compose.state.choosing?.all.first).id)
      compose.stopChoosing()
    }
    compose.text("May I swim?")
    clinic.fake.failure = .stepUpRequired
    compose.send()
    try await until("that it asks") { compose.state.stepUp && !compose.state.sending }
    #expect(compose.state.problem == nil)
    compose.stepUp()
    #expect(clinic.went.to == [.stepUp(clinic.account.id)])
    clinic.fake.failure = nil
    clinic.account.reopened()
    try await until("the form") { !compose.state.stepUp }
    #expect(compose.state.text == "May I swim?")
    compose.send()
    try await until("that it is queued") { clinic.went.to.contains { if case .sent = $0 { true } else { false } } }
  }

  @Test func underWhatThePersonDidItIsOneLine() {
    #expect(
      [PericardError.switchedOff, .stepUpRequired, .updateRequired(minimum: "2.0")].map { Problem($0) } == [
        .switchedOff, .stepUp, .updateRequired,
      ])
  }

  private func status(issuedAt: Date, updateRequired: String? = nil) -> PolicyStatus {
    PolicyStatus(
      configured: true, seq: 1, issuedAt: issuedAt, askedAt: nil, problem: nil, updateRequired: updateRequired)
  }
}

/// The same over the real core and the reference portal.
@MainActor @Suite struct RealPolicyTests {
  private let plain = #"{"people":{"ana":{"threads":3,"messages":12,"totp":false}}}"#
  private let written = "I have read it."

  private func signedIn() async throws -> (Stage, InboxModel) {
    let stage = try await Stage(plain)
    try await stage.signInWithCode()
    let inbox = try stage.inbox
    try await until("the rows") { inbox.state.rows.count == 3 }
    return (stage, inbox)
  }

  /// Answers the conversation on top.
  private func answer(_ stage: Stage, _ inbox: InboxModel) async throws -> ThreadModel {
    inbox.open(inbox.state.rows[0])
    let thread = try stage.thread
    try await until("its messages") { !thread.state.messages.isEmpty }
    thread.write(written)
    thread.send()
    return thread
  }

  private func signInOnceMore(_ stage: Stage) async throws {
    try await until("a sign-in") { stage.signIn != nil }
    let signIn = try #require(stage.signIn)
    await signIn.settled()
    try await stage.password(signIn)
  }

  @Test func whatIsSwitchedOffSaysWhyAndComesBack() async throws {
    let (stage, inbox) = try await signedIn()
    stage.languages = ["fr-CA", "en"]
    try await stage.messagesAre(
      #"{"state":"off","notice":{"en":"We are mending a fault.","fr":"Nous corrigeons une erreur."}}"#)
    try await stage.sync()
    try await until("the banner") { inbox.state.banner == .off }
    #expect(inbox.state.rows.count == 3)
    #expect(stage.app.home?.you.state.newNotices == 1)
    inbox.openNotice(.off)
    try await until("the notice") { if case .notice = stage.app.path.last { true } else { false } }
    guard case .notice(let notice) = stage.app.path.last, case .off(let since, let quote) = notice.state.notice else {
      Issue.record("it is no notice of that")
      return
    }
    #expect(since != nil && quote == "Nous corrigeons une erreur.")
    notice.readMessages()
    #expect(stage.app.path.isEmpty)
    let thread = try await answer(stage, inbox)
    try await until("that it waits") { thread.state.messages.first?.delivery == .queued }
    stage.app.closeAll()
    await inbox.refresh()
    try await until("that it still waits") { inbox.state.rows.first?.mark == .waiting }
    try await stage.messagesAre(#"{"state":"on"}"#)
    await inbox.refresh()
    try await until("nothing any more") { inbox.state.banner == nil && inbox.state.rows.first?.mark == .sent }
    #expect(try await stage.world.portalMessages(text: written) == 1)
    try await stage.end()
  }

  @Test func whatIsClosedTogetherWithItOpensAgain() async throws {
    var (stage, inbox) = try await signedIn()
    inbox.open(inbox.state.rows[0])
    let thread = try stage.thread
    try await until("its messages") { !thread.state.messages.isEmpty }
    try await stage.messagesAre(#"{"state":"off","cached":false,"notice":{"en":"We are mending a fault."}}"#)
    thread.write(written)
    try await stage.sync()
    func isClosed() -> Bool {
      if case .closed(.off(_?, "We are mending a fault.", false)) = inbox.state.body { true } else { false }
    }
    try await until("closed") { isClosed() && stage.app.path.isEmpty }
    try await stage.restart()
    inbox = try stage.inbox
    try await until("closed as before") { isClosed() }
    try await stage.messagesAre(#"{"state":"on"}"#)
    inbox.tryNow()
    try await until("the rows again") { inbox.state.rows.count == 3 }
    try await stage.end()
  }

  @Test func anAppThatIsTooOldReadsOnAndSaysWhichItNeeds() async throws {
    let (stage, inbox) = try await signedIn()
    try await stage.tells(#"{"policy":{"min_app_version":"99.0"}}"#)
    try await stage.sync()
    try await until("the banner") { inbox.state.banner == .updateRequired(least: "99.0") }
    inbox.openNotice(.updateRequired(least: "99.0"))
    try await until("the notice") { if case .notice = stage.app.path.last { true } else { false } }
    guard case .notice(let notice) = stage.app.path.last else { return }
    #expect(notice.state.notice == .update(least: "99.0") && notice.state.version == "1.0")
    notice.close()
    let thread = try await answer(stage, inbox)
    try await until("that it waits") { thread.state.messages.first?.delivery == .queued }
    stage.app.closeAll()
    try await stage.tells(#"{"policy":{"min_app_version":"0.1"}}"#)
    await inbox.refresh()
    try await until("nothing any more") { inbox.state.banner == nil && inbox.state.rows.first?.mark == .sent }
    #expect(try await stage.world.portalMessages(text: written) == 1)
    try await stage.end()
  }

  @Test func aFreshSignInBringsThePersonBackToWhatTheyRead() async throws {
    let (stage, inbox) = try await signedIn()
    try await stage.messagesAre(#"{"state":"on","step_up":{"max_age":900}}"#)
    try await stage.sync()
    inbox.open(inbox.state.rows[0])
    let thread = try stage.thread
    try await until("its messages") { !thread.state.messages.isEmpty }
    try await stage.world.advance(seconds: 1800)
    thread.write(written)
    thread.send()
    try await until("that it asks") { thread.state.stepUp }
    try await stage.tells(#"{"new_message":{"who":"ana","thread":1,"text":"One more thing."}}"#)
    try await stage.sync()
    try await until("that the inbox asks") { inbox.state.body == .closed(.stepUp(nil)) }
    thread.stepUp()
    try await signInOnceMore(stage)
    try await until("the conversation") { !thread.state.stepUp && !thread.state.messages.isEmpty }
    #expect(try stage.thread === thread)
    #expect(thread.state.draft.text == written)
    thread.send()
    try await until("sent") { thread.state.messages.first?.delivery == .sent }
    try await until("what came meanwhile") { inbox.state.rows.contains { $0.preview == "One more thing." } }
    try await stage.end()
  }
}
