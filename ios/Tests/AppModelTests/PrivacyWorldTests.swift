import Foundation
import Pericard
import PericardTestWorld
import Testing

@testable import AppModel

/// Who opened what, a copy, the second step and the ways out, over the real core.
@MainActor @Suite struct PrivacyWorldTests {
  private let plain = #"{"people":{"ana":{"threads":3,"messages":12,"totp":false}}}"#
  private let pin = "270419"

  private func begin() async throws -> (Stage, InboxModel) {
    let stage = try await Stage(plain)
    try await stage.signInWithCode()
    let inbox = try stage.inbox
    try await until("the rows") { inbox.state.rows.count == 3 }
    return (stage, inbox)
  }

  /// Opens a conversation and closes it again; what was read in it.
  private func read(_ stage: Stage, _ inbox: InboxModel) async throws -> String {
    inbox.open(inbox.state.rows[0])
    let thread = try stage.thread
    try await until("the messages") { !thread.state.messages.isEmpty }
    stage.app.go(.back)
    return thread.state.messages[0].text
  }

  private func privacy(_ stage: Stage) throws -> PrivacyModel {
    stage.app.home?.tab = .you
    stage.app.home?.you.openPrivacy()
    guard case .privacy(let model) = stage.app.path.last else { throw Broken(what: "no privacy") }
    return model
  }

  private func accessLog(_ stage: Stage) throws -> AccessLogModel {
    stage.app.go(.accessLog)
    guard case .accessLog(let model) = stage.app.path.last else { throw Broken(what: "no list") }
    return model
  }

  private func copy(_ stage: Stage) throws -> CopyModel {
    stage.app.go(.copy)
    guard case .copy(let model) = stage.app.path.last else { throw Broken(what: "no copy") }
    return model
  }

  private func type(_ digits: String, into lock: LockModel) async {
    lock.pin(digits)
    await lock.settled()
  }

  private func signInOnceMore(_ stage: Stage, with code: Bool = false) async throws {
    try await until("a sign-in") { stage.signIn != nil }
    let model = try #require(stage.signIn)
    await model.settled()
    try await stage.password(model)
    if code { try await stage.code(model) }
  }

  @Test func whatWasOpenedIsInTheList() async throws {
    let (stage, inbox) = try await begin()
    let read = try await read(stage, inbox)
    let privacy = try privacy(stage)
    try await until("the list") {
      privacy.state.log == .whole(entries: 2) && privacy.state.sessionsPage && privacy.state.accountPage
    }
    privacy.openSessionsPage()
    await privacy.settled()
    #expect(stage.browser.shown == [.sessions])
    let log = try accessLog(stage)
    try await until("the list") { log.state.standing == .whole(entries: 2) }
    #expect(log.rows.map(\.deed) == [.conversationOpened, .signedIn])
    #expect(log.rows[0].about == stage.app.home?.inbox.owner.name)
    log.save()
    await log.settled()
    let list = try #require(stage.place.text("access-log.csv"))
    #expect(list.contains("conversation_opened") && list.contains("signed_in") && !list.contains(read))
    // What was opened meanwhile counts when the person comes back.
    let places = stage.app.places
    #expect(places.suffix(3) == ["You", "Privacy", "AccessLog"])
    try await stage.restart(places: places)
    guard case .accessLog(let again) = stage.app.path.last else { throw Broken(what: "no list") }
    try await until("the list") { again.rows.count == 2 }
    try await stage.end()
  }

  @Test func aCopyWithThePinIsWhole() async throws {
    let (stage, inbox) = try await begin()
    _ = try await read(stage, inbox)
    let lock = stage.app.lock
    lock.change()
    for _ in 0..<2 { await type(pin, into: lock) }
    let privacy = try privacy(stage)
    let copy = try copy(stage)
    copy.begin()
    try await until("the PIN") { lock.over != nil }
    await type("270418", into: lock)
    guard case .pin(let wrong) = lock.over else { throw Broken(what: "no PIN is asked for") }
    #expect(wrong.attemptsLeft == 9)
    await type(pin, into: lock)
    await copy.settled()
    guard case .done("copy.html", let bytes) = copy.state.step else { throw Broken(what: "\(copy.state.step)") }
    let page = try #require(stage.place.text("copy.html"))
    #expect(page.utf8.count == bytes && page.hasPrefix("<!doctype html>") && page.hasSuffix("</body></html>\n"))
    copy.again()
    copy.choose(.data)
    copy.begin()
    try await until("the PIN") { lock.over != nil }
    await type(pin, into: lock)
    await copy.settled()
    let data = try #require(stage.place.text("copy.json"))
    #expect(data.components(separatedBy: "\"fullUrl\"").count == 13)
    #expect(try JSONSerialization.jsonObject(with: Data(data.utf8)) is [String: Any])
    // The place is full: what is there goes.
    copy.again()
    stage.place.space = 1_000
    copy.begin()
    try await until("the PIN") { lock.over != nil }
    await type(pin, into: lock)
    await copy.settled()
    #expect(copy.state.step == .unfinished(.full, left: nil) && stage.place.names == ["copy.html"])
    copy.leave()
    #expect(stage.app.path.last == .privacy(privacy))
    let log = try accessLog(stage)
    try await until("the list") { !log.rows.isEmpty }
    let deeds = log.rows.map(\.deed)
    #expect(deeds.count { $0 == .copied } == 3 && deeds.contains(.wrongPin) && deeds.contains(.pinSet))
    try await stage.end()
  }

  @Test func withoutAPinACopyWantsAFreshSignIn() async throws {
    let (stage, _) = try await begin()
    try await stage.world.advance(seconds: 600)
    let copy = try copy(stage)
    copy.begin()
    await copy.settled()
    #expect(copy.state.step == .stepUp && stage.place.asked == 0)
    copy.signInAgain()
    try await signInOnceMore(stage)
    try await until("the copy") { if case .done = copy.state.step { true } else { false } }
    #expect(stage.place.text("copy.html")?.hasSuffix("</body></html>\n") == true)
    try await stage.end()
  }

  @Test func theSecondStepIsSetUpMovedAndTurnedOff() async throws {
    let (stage, _) = try await begin()
    try await stage.world.advance(seconds: 1_800)
    stage.app.go(.settings)
    guard case .settings(let settings) = stage.app.path.last else { throw Broken(what: "no settings") }
    try await until("that it is off") { settings.state.secondStep?.on == false }
    settings.openSecondStep()
    guard case .secondStep(let second) = stage.app.path.last else { throw Broken(what: "no second step") }
    try await until("that it is off") { second.state.step?.on == false }
    second.setUp()
    try await until("that it waits") { second.state.asking == .setUp }
    second.signInAgain()
    try await signInOnceMore(stage)
    try await until("a key") { stage.enrolment != nil }
    let key = try #require(stage.enrolment?.key)
    try stage.world.enrol(who: "ana", uri: "otpauth://totp/app?secret=\(key)")
    let enrol = try #require(stage.signIn)
    try await stage.code(enrol, "wrong")
    #expect(stage.enrolment?.wrong != nil)
    try await stage.code(enrol)
    try await keepCodes(enrol)
    try await until("that it is on") { second.state.step?.on == true && !second.state.busy }
    // The sign-in was without the second step.
    second.newCodes()
    try await until("that it waits") { second.state.asking == .newCodes }
    second.signInAgain()
    try await until("a sign-in") { stage.signIn != nil }
    let again = try #require(stage.signIn)
    await again.settled()
    try await stage.password(again)
    try await stage.world.advance(seconds: 60)
    try await stage.code(again)
    try await until("new codes") { if case .recoveryCodes = stage.signIn?.state.step { true } else { false } }
    try await keepCodes(try #require(stage.signIn))
    try await until("that it goes on") { stage.app.path.last == .secondStep(second) && !second.state.busy }
    second.askToTurnOff()
    second.turnOff()
    try await until("that it is off") { second.state.step?.on == false && !second.state.busy }
    stage.app.go(.back)
    try await until("that it is off") { settings.state.secondStep?.on == false }
    try await stage.end()
  }

  private func keepCodes(_ model: SignInModel) async throws {
    guard case .recoveryCodes(let codes, kept: false) = model.state.step else { throw Broken(what: "no codes") }
    #expect(!codes.isEmpty)
    model.keptCodes(true)
    model.finishSignIn()
    await model.settled()
  }

  @Test func forgettingCountsWhatWaitsAndWorksOffline() async throws {
    let (stage, inbox) = try await begin()
    stage.world.network(state: .down)
    inbox.open(inbox.state.rows[0])
    let thread = try stage.thread
    try await until("the messages") { !thread.state.messages.isEmpty }
    thread.write("Not gone yet")
    thread.send()
    try await until("that it waits") { thread.state.messages.first?.delivery == .queued }
    thread.write("Not finished")
    await thread.keep()
    stage.app.go(.back)
    let privacy = try privacy(stage)
    privacy.forgetAccount()
    guard case .leaving(let leaving) = stage.app.path.last else { throw Broken(what: "nothing says what goes") }
    try await until("what waits") { leaving.state.waiting == .counted(unsent: 1, drafts: 1) }
    leaving.sendFirst()
    await leaving.settled()
    #expect(leaving.state.problem == .offline && leaving.state.offline)
    stage.world.network(state: .up)
    leaving.sendFirst()
    await leaving.settled()
    #expect(leaving.state.waiting == .counted(unsent: 0, drafts: 1) && leaving.state.problem == nil)
    leaving.go()
    try await until("the welcome") { stage.app.home == nil && stage.app.welcome != nil && stage.app.path.isEmpty }
    try await stage.end()
  }
}

extension Stage {
  /// What is to be set up now.
  fileprivate var enrolment: Step.Enrol? {
    if case .enrol(let enrol) = signIn?.state.step { enrol } else { nil }
  }
}
