import Foundation
import Pericard
import PericardTestWorld
import Testing

@testable import AppModel

/// Signing in, over the real core and the reference portal.
@MainActor @Suite struct SigningInTests {
  private let two = #"{"people":{"ana":{"threads":3,"messages":60,"totp":true,"recovery_codes":8}}}"#
  private let plain = #"{"people":{"ana":{"threads":3,"messages":12,"totp":false}}}"#

  @Test func fromTheFirstRunToReadingOffline() async throws {
    let stage = try await Stage(two)
    #expect(stage.app.phase == .ready && stage.app.home == nil)
    let signIn = try await stage.begin()
    #expect(signIn.state.step == .password(.init(canReset: true)))
    try await stage.password(signIn)
    #expect(signIn.state.step == .code(.init(recovery: true)))
    try await stage.code(signIn)
    try await until("an inbox") { stage.app.home != nil && stage.app.path.isEmpty && stage.app.welcome == nil }
    let inbox = try stage.inbox
    if case .firstSync = inbox.state.body {} else { Issue.record("the first sync is not shown") }
    try await until("the rows") { if case .content(let rows) = inbox.state.body { rows.count == 3 } else { false } }
    #expect(inbox.state.banner == nil && inbox.state.canWrite)

    stage.world.network(state: .down)
    try await stage.restart()
    let offline = try stage.inbox
    try await until("the rows") { offline.state.rows.count == 3 }
    try await until("the banner") { if case .offline(since: .some) = offline.state.banner { true } else { false } }
    offline.open(offline.state.rows[0])
    guard case .thread(let thread) = stage.app.path.last else {
      Issue.record("no thread is open")
      return
    }
    try await until("the messages") { !thread.state.messages.isEmpty }
    #expect(!thread.state.subject.isEmpty)
    try await stage.end()
  }

  @Test func aWrongPasswordAndAWrongCodeStayWhereTheyAre() async throws {
    let stage = try await Stage(two)
    let signIn = try await stage.begin()
    try await stage.password(signIn, right: false)
    guard case .password(let password) = signIn.state.step else {
      Issue.record("it asks for no password")
      return
    }
    #expect(password.attempt == 1 && password.wrong != nil)
    let user = try stage.world.user(who: "ana")
    #expect(signIn.state.userName == user)
    try await stage.password(signIn)
    try await stage.code(signIn, "wrong")
    guard case .code(let code) = signIn.state.step else {
      Issue.record("it asks for no code")
      return
    }
    #expect(code.attempt == 1 && code.wrong != nil)
    try await stage.code(signIn)
    try await until("an inbox") { stage.app.home != nil }
    try await stage.end()
  }

  @Test func tooManyWrongPasswordsHaveToWait() async throws {
    let stage = try await Stage(plain)
    let signIn = try await stage.begin()
    for _ in 0..<10 {
      guard case .password = signIn.state.step else { break }
      try await stage.password(signIn, right: false)
    }
    guard case .wait(let wait) = signIn.state.step else {
      Issue.record("nothing has to wait")
      return
    }
    #expect(wait.why == .wrongTries)
    signIn.remind(true)
    #expect(stage.errands == [.remind(wait.until)])
    signIn.stop()
    #expect(stage.app.path.isEmpty && stage.app.welcome != nil)
    try await stage.end()
  }

  @Test func aRecoveryCodeIsTakenInPlaceOfACode() async throws {
    let stage = try await Stage(two)
    let signIn = try await stage.begin()
    try await stage.password(signIn)
    signIn.useRecoveryCode()
    signIn.recoveryCode("no")
    try await until("an answer") { !signIn.state.busy }
    #expect(signIn.state.step == .recoveryCode(.init(attempt: 1, unreadable: true)))
    signIn.recoveryCode(try await stage.world.code(who: "ana", kind: "recovery"))
    try await until("an inbox") { stage.app.home != nil }
    try await stage.end()
  }

  @Test func aSecondStepThatTheClinicAsksForIsSetUp() async throws {
    let stage = try await Stage(#"{"people":{"ana":{"threads":1,"messages":2,"must_enrol":true}}}"#)
    let signIn = try await stage.begin()
    try await stage.password(signIn)
    guard case .enrol(let enrol) = signIn.state.step else {
      Issue.record("it does not enrol")
      return
    }
    try stage.world.enrol(who: "ana", uri: enrol.address)
    try await stage.code(signIn)
    guard case .recoveryCodes(let codes, kept: false) = signIn.state.step else {
      Issue.record("it shows no codes")
      return
    }
    #expect(codes.count >= 8)
    signIn.finishSignIn()
    #expect(stage.app.home == nil)
    signIn.keptCodes(true)
    signIn.finishSignIn()
    try await until("an inbox") { stage.app.home != nil }
    try await stage.end()
  }

  @Test func theBrowserIsClosedAndOpenedAgain() async throws {
    let stage = try await Stage(two)
    let signIn = try await stage.begin()
    stage.browser.closes = 1
    signIn.useBrowser()
    try await until("the closed browser") { signIn.state.step == .browser && !signIn.state.busy }
    signIn.openBrowserAgain()
    try await until("an inbox") { stage.app.home != nil }
    try await stage.end()
  }

  @Test func aSignInThatWasLeftGoesOn() async throws {
    let stage = try await Stage(two)
    let signIn = try await stage.begin()
    try await stage.password(signIn)
    try await stage.restart()
    let again = try #require(stage.signIn)
    await again.settled()
    #expect(again.state.step == .code(.init(recovery: true)))
    try await stage.code(again)
    try await until("an inbox") { stage.app.home != nil }
    #expect(stage.preferences.signingInAt == nil)
    try await stage.end()
  }

  @Test func anAddressThatIsNoPortalSaysSo() async throws {
    let stage = try await Stage(plain)
    let welcome = try #require(stage.app.welcome)
    welcome.openAddress()
    welcome.typeAddress("http://portal.example")
    welcome.submitAddress()
    await welcome.settled()
    #expect(welcome.state.address.problem == .notHttps)
    stage.world.network(state: .down)
    welcome.typeAddress("portal.example")
    welcome.submitAddress()
    await welcome.settled()
    #expect(welcome.state.address.problem == .other(.offline))
    welcome.choose(try #require(welcome.state.places.first?.id))
    await welcome.settled()
    #expect(welcome.state.problem == .offline && stage.app.path.isEmpty)
    try await stage.end()
  }
}
