import Foundation
import Pericard
import Testing

@testable import AppModel

/// Every transition of a sign-in, without a portal.
@Suite struct SignInMachineTests {
  private let now = Date(timeIntervalSince1970: 1_700_000_000)
  private let totp = TOTPSecret(
    uri: "otpauth://totp/x?secret=JBSWY3DP", secret: "JBSWY3DP", issuer: nil, account: "ana", algorithm: "SHA1",
    digits: 6,
    period: .seconds(30))

  private func machine(_ step: SignInStep? = nil, method: SignInMethod = .native) -> SignInMachine {
    var machine = SignInMachine(linden, pages: [.passwordReset, .account], method: method)
    if let step { _ = machine.on(.asks(step)) }
    return machine
  }

  private func failed(_ error: PericardError, next: SignInStep? = nil) -> SignInMachine.Event {
    .failed(error, next: next, at: now)
  }

  @Test func aPasswordIsSentOnceUntilItIsAnswered() {
    var machine = machine()
    let sent = machine.on(.person(.password(userName: "ana", password: "p")))
    #expect(sent == [.password(user: "ana", password: "p")])
    #expect(machine.state.busy)
    #expect(machine.on(.person(.password(userName: "ana", password: "p"))).isEmpty)
  }

  @Test func aWrongPasswordEmptiesTheFieldAndKeepsTheName() {
    var machine = machine()
    _ = machine.on(.person(.password(userName: "ana", password: "p")))
    _ = machine.on(failed(.wrongPassword(attemptsLeft: 2), next: .askPassword(attemptsLeft: 2)))
    #expect(machine.state.step == .password(.init(attempt: 1, wrong: Wrong(attemptsLeft: 2), canReset: true)))
    #expect(machine.state.userName == "ana")
    #expect(!machine.state.busy)
  }

  @Test func tooManyWrongAnswersWaitAndAskAgainAtTheirTime() {
    var machine = machine()
    let until = now.addingTimeInterval(300)
    let effects = machine.on(failed(.rateLimited(retryAfter: .seconds(300)), next: .wait(until: until)))
    #expect(effects == [.wake(until)])
    #expect(machine.state.step == .wait(.init(until: until, hasHelp: true)))
    #expect(machine.on(.person(.remind(true))) == [.errand(.remind(until))])
    _ = machine.on(.asks(.askPassword(attemptsLeft: nil)))
    #expect(machine.state.step == .password(.init(canReset: true)))
  }

  @Test func aBusyClinicIsNotTheirFault() {
    var machine = machine(.askCode(attemptsLeft: nil, recoveryCode: false))
    _ = machine.on(
      failed(.rateLimited(retryAfter: .seconds(60)), next: .askCode(attemptsLeft: nil, recoveryCode: false)))
    #expect(machine.state.step == .wait(.init(until: now.addingTimeInterval(60), why: .busy, hasHelp: true)))
  }

  @Test func aWrongCodeStaysAtTheCode() {
    var machine = machine(.askCode(attemptsLeft: 5, recoveryCode: true))
    #expect(machine.state.step == .code(.init(recovery: true)))
    #expect(machine.on(.person(.code("123456"))) == [.code("123456")])
    _ = machine.on(failed(.wrongCode(attemptsLeft: 4), next: .askCode(attemptsLeft: 4, recoveryCode: true)))
    #expect(machine.state.step == .code(.init(attempt: 1, wrong: Wrong(attemptsLeft: 4), recovery: true)))
  }

  @Test func aRecoveryCodeIsTakenWhereTheClinicTakesOne() {
    var without = machine(.askCode(attemptsLeft: nil, recoveryCode: false))
    _ = without.on(.person(.useRecoveryCode))
    #expect(without.state.step == .code(.init()))

    var machine = machine(.askCode(attemptsLeft: nil, recoveryCode: true))
    _ = machine.on(.person(.useRecoveryCode))
    #expect(machine.state.step == .recoveryCode(.init()))
    #expect(machine.on(.person(.recoveryCode("x"))) == [.recoveryCode("x")])
    _ = machine.on(
      failed(
        .invalidInput(field: "code", problem: .notARecoveryCode), next: .askCode(attemptsLeft: 5, recoveryCode: true)))
    #expect(machine.state.step == .recoveryCode(.init(attempt: 1, unreadable: true)))
    _ = machine.on(.person(.useAppCode))
    #expect(machine.state.step == .code(.init(recovery: true)))
  }

  @Test func enrollingEndsWithCodesThatHaveToBeKept() {
    var machine = machine(.enrol(totp: totp, attemptsLeft: nil))
    guard case .enrol(let enrol) = machine.state.step else {
      Issue.record("it does not enrol")
      return
    }
    #expect(enrol.key == "JBSWY3DP")
    #expect(enrol.qr.dark.count == enrol.qr.side * enrol.qr.side && enrol.qr.side > 20)
    #expect(machine.on(.person(.copyKey)) == [.errand(.copy("JBSWY3DP", sensitive: true))])
    _ = machine.on(.person(.code("1")))
    _ = machine.on(failed(.wrongCode(attemptsLeft: 3), next: .enrol(totp: totp, attemptsLeft: 3)))
    guard case .enrol(let again) = machine.state.step else {
      Issue.record("it does not enrol")
      return
    }
    #expect(again.attempt == 1 && again.wrong == Wrong(attemptsLeft: 3))

    _ = machine.on(.asks(.showRecoveryCodes(codes: ["a", "b"])))
    #expect(machine.on(.person(.finish)).isEmpty)
    #expect(machine.on(.person(.printCodes)) == [.errand(.print(["a", "b"]))])
    _ = machine.on(.person(.keptCodes(true)))
    #expect(machine.on(.person(.finish)) == [.finish])
  }

  @Test func whoeverClosedTheBrowserCanOpenItAgain() {
    var machine = machine(method: .browser)
    #expect(machine.on(.asks(.openBrowser)) == [.browse])
    _ = machine.on(failed(.cancelled, next: .openBrowser))
    #expect(machine.state.step == .browser)
    #expect(!machine.state.busy)
    #expect(machine.on(.person(.openBrowserAgain)) == [.browse])
  }

  @Test func aProblemInTheBrowserIsNotAnsweredByOpeningItAgain() {
    var machine = machine(.openBrowser, method: .browser)
    #expect(machine.on(failed(.offline, next: .openBrowser)).isEmpty)
    #expect(machine.state.problem == .offline)
  }

  @Test(arguments: [SignInReason.expired, .anotherPerson])
  func whatIsOverBeginsAnewAndSaysWhy(_ reason: SignInReason) {
    var machine = machine(.askCode(attemptsLeft: nil, recoveryCode: false))
    #expect(machine.on(failed(.signInRequired(reason: reason))) == [.restart(nil)])
    _ = machine.on(.asks(.askPassword(attemptsLeft: nil)))
    #expect(machine.state.problem == (reason == .expired ? .expired : .anotherPerson))
    #expect(machine.state.step == .password(.init(canReset: true)))
  }

  @Test func readyFinishesAndStopCancels() {
    var machine = machine()
    #expect(machine.on(.asks(.ready(recoveryCodesLeft: nil))) == [.finish])
    #expect(machine.on(.person(.stop)) == [.errand(.forgetReminder), .cancel])
  }

  @Test func aFinishThatFailsIsTriedAgainByThePersonAlone() {
    var machine = machine(.askCode(attemptsLeft: nil, recoveryCode: false))
    _ = machine.on(.person(.code("123456")))
    #expect(machine.on(.asks(.ready(recoveryCodesLeft: nil))) == [.finish])
    #expect(machine.on(failed(.storage(kind: .full), next: .ready(recoveryCodesLeft: nil))).isEmpty)
    #expect(machine.state.problem == .storageFull)
    #expect(machine.on(.person(.code("123456"))) == [.finish])
    #expect(machine.on(failed(.offline, next: .askCode(attemptsLeft: nil, recoveryCode: false))).isEmpty)
    #expect(machine.on(.person(.code("654321"))) == [.code("654321")])
  }

  @Test func whatDoesNotBelongToTheStepDoesNothing() {
    var machine = machine()
    let before = machine.state
    for deed in [
      SignInMachine.Deed.code("1"), .finish, .useAppCode, .openBrowserAgain, .openHelp, .copyKey, .remind(true),
    ] {
      #expect(machine.on(.person(deed)).isEmpty)
    }
    #expect(machine.state == before)
  }
}
