import Foundation
import Pericard
import PericardTestWorld
import PericardTesting
import Testing

@testable import AppModel

/// A finger or a face beside the PIN.
@MainActor @Suite struct BiometryTests {
  private let pin = "270419"
  private let keys = FakeBiometricKeys()

  private func type(_ digits: String, into lock: LockModel) async {
    lock.pin(digits)
    await lock.settled()
  }

  private func choosePin(_ lock: LockModel) async {
    lock.change()
    await type(pin, into: lock)
    await type(pin, into: lock)
  }

  private func switchOn(_ lock: LockModel) async {
    lock.biometry(true)
    #expect(lock.over == .pin(PinQuestion(clinic: "Linden Clinic", optional: true)))
    await type(pin, into: lock)
  }

  /// A lock over one account in memory that opens with a face.
  private func covered() async -> (FakeClinic, LockModel) {
    let clinic = FakeClinic()
    let lock = clinic.lock(keys)
    await choosePin(lock)
    #expect(lock.settings.biometry == BiometrySetting(kind: .faceID, position: .off))
    await switchOn(lock)
    #expect(lock.over == nil && keys.asked == 1)
    #expect(lock.settings.biometry == BiometrySetting(kind: .faceID, position: .on))
    return (clinic, lock)
  }

  private func close(_ clinic: FakeClinic, _ lock: LockModel) async throws {
    try await clinic.fake.account.lock.lock()
    lock.look()
  }

  private func question(_ lock: LockModel) -> BiometryQuestion? {
    if case .locked(let question) = lock.over { question } else { nil }
  }

  private func asksForPin(_ lock: LockModel, _ trouble: BiometryTrouble?) -> Bool {
    if case .pin(let question) = lock.over { question.trouble == trouble } else { false }
  }

  @Test func aFaceOpensWhatThePinLocked() async throws {
    let (clinic, lock) = await covered()
    try await close(clinic, lock)
    #expect(question(lock)?.kind == .faceID)
    lock.appeared()
    await lock.settled()
    #expect(lock.over == nil && keys.asked == 2)
    #expect(try clinic.fake.account.lock.state() == .unlocked)
  }

  @Test func itIsAskedOnceByItselfAndAgainWhenThePersonComesBack() async throws {
    let (clinic, lock) = await covered()
    try await close(clinic, lock)
    keys.answer = .cancelled
    for _ in 0..<2 {
      lock.appeared()
      await lock.settled()
    }
    #expect(keys.asked == 2 && question(lock) != nil)
    lock.left()
    lock.appeared()
    await lock.settled()
    #expect(keys.asked == 3)
    keys.answer = nil
    lock.unlock()
    await lock.settled()
    #expect(lock.over == nil)
  }

  @Test func thePinOpensItAsBefore() async throws {
    let (clinic, lock) = await covered()
    try await close(clinic, lock)
    lock.usePin()
    #expect(lock.over == .pin(PinQuestion(clinic: "Linden Clinic", biometry: .faceID)))
    await type("270418", into: lock)
    await type(pin, into: lock)
    #expect(lock.over == nil && keys.asked == 1)
    // And from there the face again.
    try await close(clinic, lock)
    lock.usePin()
    lock.unlock()
    await lock.settled()
    #expect(lock.over == nil)
  }

  @Test func whatDoesNotWorkLeadsToThePin() async throws {
    let (clinic, lock) = await covered()
    try await close(clinic, lock)
    keys.answer = .notRecognized
    lock.unlock()
    await lock.settled()
    #expect(question(lock)?.trouble == .notRecognized)
    for (answer, trouble) in [(Recognition.lockedOut, BiometryTrouble.lockedOut), (.unavailable, .unavailable)] {
      keys.answer = answer
      lock.unlock()
      await lock.settled()
      #expect(asksForPin(lock, trouble))
      // It is not off for that.
      #expect(keys.isKept && lock.settings.biometry?.position == .on)
    }
    await type(pin, into: lock)
    #expect(lock.over == nil)
  }

  @Test(arguments: [true, false])
  func anotherFaceTakesItOffAndSaysSo(_ isSeenBefore: Bool) async throws {
    let (clinic, lock) = await covered()
    if isSeenBefore { keys.enrolAnother() }
    try await close(clinic, lock)
    if !isSeenBefore {
      keys.answer = .lost
      lock.appeared()
      await lock.settled()
      keys.answer = nil
    }
    await lock.settled()
    #expect(asksForPin(lock, .lost) && !keys.isKept)
    #expect(try clinic.fake.account.lock.state() == .locked(attemptsLeft: 10, hasKey: false))
    await type(pin, into: lock)
    #expect(lock.over == nil)
    #expect(lock.settings.biometry == BiometrySetting(kind: .faceID, position: .off, trouble: .lost))
    // The next time it is a PIN without a word.
    try await close(clinic, lock)
    #expect(lock.over == .pin(PinQuestion(clinic: "Linden Clinic")))
    await type(pin, into: lock)
    await switchOn(lock)
    #expect(lock.settings.biometry == BiometrySetting(kind: .faceID, position: .on))
  }

  @Test func aKeyThatWasReplacedIsLost() async throws {
    let (clinic, lock) = await covered()
    _ = await keys.keep(KeyBundle().secret)
    try await close(clinic, lock)
    lock.appeared()
    await lock.settled()
    #expect(asksForPin(lock, .lost) && !keys.isKept)
  }

  @Test func nothingIsKeptWhereThePersonIsNotRecognized() async throws {
    let clinic = FakeClinic()
    let lock = clinic.lock(keys)
    await choosePin(lock)
    for (answer, trouble) in [
      (Recognition.cancelled, BiometryTrouble?.none), (.lockedOut, .lockedOut), (.notRecognized, .notRecognized),
      (.unavailable, .unavailable),
    ] {
      keys.answer = answer
      await switchOn(lock)
      #expect(lock.over == nil && !keys.isKept)
      #expect(lock.settings.biometry == BiometrySetting(kind: .faceID, position: .off, trouble: trouble))
    }
    try await close(clinic, lock)
    #expect(try clinic.fake.account.lock.state() == .locked(attemptsLeft: 10, hasKey: false))
  }

  @Test func aWrongPinSwitchesNothingOn() async throws {
    let clinic = FakeClinic()
    let lock = clinic.lock(keys)
    await choosePin(lock)
    lock.biometry(true)
    await type("270418", into: lock)
    #expect(
      lock.over == .pin(PinQuestion(attempt: 1, attemptsLeft: 9, clinic: "Linden Clinic", optional: true)))
    lock.cancel()
    #expect(lock.over == nil && keys.asked == 0)
  }

  @Test func switchedOffItIsGone() async throws {
    let (clinic, lock) = await covered()
    lock.biometry(false)
    await lock.settled()
    #expect(!keys.isKept && lock.settings.biometry == BiometrySetting(kind: .faceID, position: .off))
    try await close(clinic, lock)
    #expect(lock.over == .pin(PinQuestion(clinic: "Linden Clinic")))
    #expect(try clinic.fake.account.lock.state() == .locked(attemptsLeft: 10, hasKey: false))
  }

  @Test func whatThePhoneCannotIsNotOffered() async throws {
    let clinic = FakeClinic()
    let lock = clinic.lock(keys)
    #expect(lock.settings.biometry == nil)
    await choosePin(lock)
    keys.biometry = .notEnrolled(.touchID)
    #expect(lock.settings.biometry == BiometrySetting(kind: .touchID, position: .notEnrolled))
    keys.biometry = .none
    #expect(lock.settings.biometry == nil)
  }

  /// Over the real core: two people's locks under one face, which survives the app's death, and one who comes later.
  @Test func oneFaceOpensEverybodysLock() async throws {
    let stage = try await Stage(
      #"{"people":{"ana":{"threads":2,"messages":6,"totp":false},"ben":{"threads":1,"messages":3,"totp":false}}}"#)
    try await stage.signInWithCode()
    await choosePin(stage.app.lock)
    await switchOn(stage.app.lock)
    #expect(stage.keys.isKept && stage.keys.asked == 1)

    // Ben comes, and his account gets the PIN and a key.
    try await add("ben", to: stage)
    try await until("the PIN") { stage.app.lock.over == .pin(PinQuestion(clinic: "Linden Clinic")) }
    await type(pin, into: stage.app.lock)
    #expect(stage.app.lock.over == nil && stage.keys.asked == 2)

    await stage.app.enterBackground()
    await stage.app.enterForeground()
    try await opens(stage)
    #expect(stage.keys.asked == 3)

    try await stage.restart()
    try await opens(stage)
    #expect(stage.keys.asked == 4)

    // Another face: the PIN, and from then on the PIN alone.
    stage.keys.enrolAnother()
    await stage.app.enterBackground()
    await stage.app.enterForeground()
    try await until("the PIN") {
      asksForPin(stage.app.lock, .lost) && stage.app.accounts.allSatisfy { $0.session == .locked }
    }
    await type(pin, into: stage.app.lock)
    try await until("both") { isOpen(stage) }
    #expect(stage.app.lock.settings.biometry?.trouble == .lost)
    try await stage.end()
  }

  private func isOpen(_ stage: Stage) -> Bool {
    stage.app.lock.over == nil && stage.app.accounts.allSatisfy { $0.lockState == .unlocked }
  }

  private func opens(_ stage: Stage) async throws {
    // One account is locked before the other.
    try await until("the lock") {
      question(stage.app.lock) != nil && stage.app.accounts.allSatisfy { $0.session == .locked }
    }
    stage.app.lock.appeared()
    try await until("both") { isOpen(stage) }
    #expect(stage.app.accounts.count == 2)
    let inbox = try stage.inbox
    try await until("the rows") { !inbox.state.rows.isEmpty }
  }

  private func add(_ who: String, to stage: Stage) async throws {
    stage.app.go(.addClinic)
    guard case .welcome(let welcome) = stage.app.path.last else { throw Broken(what: "no clinic can be added") }
    welcome.choose(try #require(welcome.state.places.first?.id))
    try await until("a sign-in") { stage.signIn != nil }
    let signIn = try #require(stage.signIn)
    await signIn.settled()
    signIn.password(
      userName: try stage.world.user(who: who), password: try stage.world.typed(by: who, right: true))
    try await until("two accounts") { stage.app.accounts.count == 2 }
  }
}
