import Foundation
import Pericard
import PericardTestWorld
import PericardTesting
import Testing

@testable import AppModel

/// The lock, from choosing a PIN to forgetting it.
@MainActor @Suite struct LockTests {
  private let pin = "270419"

  /// A lock over one account in memory, with a PIN.
  private func locked() async throws -> (FakeClinic, LockModel) {
    let clinic = FakeClinic()
    let lock = clinic.lock()
    lock.change()
    lock.pin(pin)
    await lock.settled()
    lock.pin(pin)
    await lock.settled()
    #expect(lock.over == nil && lock.settings.hasPin)
    try await clinic.fake.account.lock.lock()
    lock.look()
    return (clinic, lock)
  }

  private func type(_ digits: String, into lock: LockModel) async {
    lock.pin(digits)
    await lock.settled()
  }

  @Test func aPinIsAskedForWhenTheAppIsLockedAndOpensItAgain() async throws {
    let (clinic, lock) = try await locked()
    #expect(lock.over == .pin(PinQuestion(clinic: "Linden Clinic")))
    await type("270418", into: lock)
    #expect(lock.over == .pin(PinQuestion(attempt: 1, attemptsLeft: 9, clinic: "Linden Clinic")))
    await type(pin, into: lock)
    #expect(lock.over == nil)
    #expect(try clinic.fake.account.lock.state() == .unlocked)
  }

  @Test func twoThatDifferAreNotTaken() async throws {
    let clinic = FakeClinic()
    let lock = clinic.lock()
    lock.change()
    #expect(lock.over == .choose(attempt: 0, again: false, problem: nil))
    await type(pin, into: lock)
    #expect(lock.over == .choose(attempt: 1, again: true, problem: nil))
    await type("270418", into: lock)
    #expect(lock.over == .choose(attempt: 2, again: false, problem: .differ))
    lock.cancel()
    #expect(lock.over == nil && !lock.settings.hasPin)
  }

  @Test func anotherPinNeedsTheOneOfBefore() async throws {
    let (clinic, lock) = try await locked()
    await type(pin, into: lock)
    lock.change()
    #expect(lock.over == .pin(PinQuestion(clinic: "Linden Clinic", optional: true)))
    await type("270418", into: lock)
    #expect(lock.over == .pin(PinQuestion(attempt: 1, attemptsLeft: 9, clinic: "Linden Clinic", optional: true)))
    await type(pin, into: lock)
    await type("904172", into: lock)
    await type("904172", into: lock)
    #expect(lock.over == nil)
    try await clinic.fake.account.lock.lock()
    lock.look()
    await type(pin, into: lock)
    #expect(lock.over == .pin(PinQuestion(attempt: 1, attemptsLeft: 9, clinic: "Linden Clinic")))
    await type("904172", into: lock)
    #expect(lock.over == nil)
  }

  @Test func aForgottenPinCostsTheCopyOnceThePersonSaysSo() async throws {
    let (clinic, lock) = try await locked()
    lock.forgotPin()
    #expect(lock.over == .forgot(clinic: "Linden Clinic", going: false))
    lock.cancel()
    #expect(lock.over == .pin(PinQuestion(clinic: "Linden Clinic")))
    lock.forgotPin()
    lock.forget()
    await lock.settled()
    #expect(clinic.fake.account.session == .signedOut)
  }

  @Test func itLocksAfterTheTimeThatWasChosen() async throws {
    let (clinic, lock) = try await locked()
    await type(pin, into: lock)
    lock.lockAfter(minutes: 5)
    await lock.settled()
    #expect(try clinic.fake.account.lock.autoLock() == .seconds(300))
    #expect(lock.settings.hasPin && lock.settings.minutes == 5)
  }

  /// Over the real core: away for too long, ten wrong ones, and the way back.
  @Test func aPhoneThatWasLeftLyingShowsNothingAndTenWrongPinsDestroyTheCopy() async throws {
    let stage = try await Stage(#"{"people":{"ana":{"threads":3,"messages":12,"totp":false}}}"#)
    try await stage.signInWithCode()
    let app = try #require(stage.app)
    app.lock.change()
    await type(pin, into: app.lock)
    await type(pin, into: app.lock)
    #expect(app.lock.over == nil)
    await app.enterBackground()
    await app.enterForeground()
    try await until("the lock") { app.lock.over != nil }
    let inbox = try stage.inbox
    try await until("that nothing is shown") { inbox.state.rows.isEmpty }
    await type(pin, into: app.lock)
    try await until("the rows") { app.lock.over == nil && inbox.state.rows.count == 3 }
    try await stage.account.account.lock.lock()
    try await until("the lock") { app.lock.over != nil }
    for _ in 0..<10 { await type("270418", into: app.lock) }
    try await until("that it is destroyed") { app.lock.over == nil && inbox.state.body == .closed(.destroyed) }
    try await stage.end()
  }
}
