import Foundation
import Observation
import Pericard

/// The lock over the whole app: one PIN, which every account on this phone has, and beside it the person's finger or face.
@MainActor @Observable
public final class LockModel: LockEvents {
  /// What a PIN is asked for.
  private enum Asked {
    /// To read again.
    case unlock
    /// To choose another one.
    case change
    /// To lock an account that has come since with it.
    case cover(AccountModel)
    /// To open with a finger or face from here on.
    case biometry
    /// For a copy, which only who knows the PIN may take.
    case proof(Proof)
  }

  /// Somebody waits for what the right PIN gives.
  private final class Proof {
    let account: AccountModel
    let work: @MainActor (String) async throws -> Export
    /// Ends without one where the person left it.
    let outcome: AsyncThrowingStream<Export, any Error>
    let end: AsyncThrowingStream<Export, any Error>.Continuation

    init(_ account: AccountModel, _ work: @escaping @MainActor (String) async throws -> Export) {
      self.account = account
      self.work = work
      (outcome, end) = AsyncThrowingStream.makeStream()
    }
  }

  /// Nothing while the app is open.
  public private(set) var over: AppLock?
  /// Why opening with a finger or face is off, as the settings say it.
  private var settingTrouble: BiometryTrouble?
  private var revision = 0
  @ObservationIgnored let keys: any BiometricKeys
  @ObservationIgnored private let preferences: any Preferences
  @ObservationIgnored private let accounts: @MainActor () -> [AccountModel]
  @ObservationIgnored private var asked = Asked.unlock
  @ObservationIgnored private var current: String?
  @ObservationIgnored private var first: String?
  @ObservationIgnored private var turn = 0
  @ObservationIgnored private var askedAt = 0
  @ObservationIgnored private var isAsking = false
  @ObservationIgnored let jobs = Jobs()

  init(
    keys: any BiometricKeys, preferences: any Preferences, _ accounts: @escaping @MainActor () -> [AccountModel]
  ) {
    self.keys = keys
    self.preferences = preferences
    self.accounts = accounts
  }

  var settings: LockSettings {
    // Neither the locks nor what the phone keeps tells of its changes itself.
    _ = revision
    let after = covered.first.flatMap { try? $0.account.lock.autoLock() }
    return LockSettings(
      hasPin: !covered.isEmpty, minutes: Int((after?.seconds ?? 0) / 60),
      biometry: covered.isEmpty ? nil : biometrySetting)
  }

  private var biometrySetting: BiometrySetting? {
    switch keys.biometry {
    case .none: nil
    case .notEnrolled(let kind): BiometrySetting(kind: kind, position: .notEnrolled)
    case .ready(let kind) where keys.isKept: BiometrySetting(kind: kind, position: .on)
    case .ready(let kind):
      BiometrySetting(kind: kind, position: .off, trouble: preferences.biometryIsLost ? .lost : settingTrouble)
    }
  }

  private var locked: [AccountModel] {
    accounts().filter { if case .locked = $0.lockState { true } else { false } }
  }

  /// Some of what is locked opens with a finger or face.
  private var hasKey: Bool {
    accounts().contains { $0.hasKey }
  }

  private var covered: [AccountModel] {
    accounts().filter { $0.lockState != nil && $0.lockState != .off }
  }

  private var clinic: String { (locked.first ?? accounts().first)?.clinic.name ?? "" }

  private var asksToUnlock: Bool { if case .unlock = asked { true } else { false } }

  /// Something was locked or unlocked, or has gone: what lies over the screens follows it.
  func look() {
    revision += 1
    if !locked.isEmpty {
      if over == nil || !asksToUnlock { ask(.unlock) }
    } else if over != nil, asksToUnlock {
      leave()
    }
    if accounts().isEmpty, keys.isKept { keys.forget() }
  }

  /// The lock is before the person's eyes: the phone asks once by itself.
  public func appeared() {
    guard case .locked(let question) = over, question.turn != askedAt else { return }
    askedAt = question.turn
    unlock()
  }

  /// The person has gone; when they come back the phone asks by itself again.
  func left() {
    guard case .locked(var question) = over else { return }
    turn += 1
    (question.turn, question.trouble) = (turn, nil)
    over = .locked(question)
  }

  /// Lets the phone look who is there.
  public func unlock() {
    guard asksToUnlock, over != nil, !isAsking else { return }
    isAsking = true
    jobs.start { [weak self] in
      guard let self else { return }
      let recognition = await keys.ask()
      await recognized(recognition)
      isAsking = false
    }
  }

  public func usePin() {
    if case .locked = over { over = .pin(question()) }
  }

  /// The person wants to open with a finger or face, or not any more.
  public func biometry(_ on: Bool) {
    if on { ask(.biometry) } else { jobs.start { [weak self] in await self?.forgetKeys() } }
  }

  /// The person wants a PIN, or another one.
  public func change() {
    if covered.isEmpty { choose() } else { ask(.change) }
  }

  /// An account has come to a phone that has a PIN.
  func cover(_ account: AccountModel) {
    if !covered.isEmpty, account.lockState == .off { ask(.cover(account)) }
  }

  /// Asks for the PIN and does with it what wants one; nothing when the person left it. A wrong one is asked for again,
  /// anything else that fails is for the caller.
  func prove(
    _ account: AccountModel, _ work: @escaping @MainActor (String) async throws -> Export
  ) async throws -> Export? {
    // Who chose a place for a file may have been away meanwhile: what is locked is opened first.
    try await account.opened()
    let proof = Proof(account, work)
    ask(.proof(proof))
    defer { if isAsked(proof) { leave() } }
    for try await export in proof.outcome { return export }
    try Task.checkCancellation()
    return nil
  }

  private func isAsked(_ proof: Proof) -> Bool {
    if case .proof(let asked) = asked { asked === proof } else { false }
  }

  public func lockAfter(minutes: Int) {
    jobs.start { [covered] in
      for account in covered { try? await account.account.lock.setAutoLock(after: .seconds(60 * minutes)) }
    }
  }

  public func pin(_ digits: String) {
    switch over {
    case .pin(let question) where !question.checking:
      jobs.start { [weak self] in await self?.check(question, digits) }
    case .choose(let attempt, _, _):
      jobs.start { [weak self] in await self?.chosen(attempt, digits) }
    default: break
    }
  }

  public func forgotPin() {
    if case .pin(let question) = over { over = .forgot(clinic: question.clinic, going: false) }
  }

  /// Removes what is locked from this phone; the clinics keep the originals.
  public func forget() {
    guard case .forgot(let clinic, false) = over else { return }
    over = .forgot(clinic: clinic, going: true)
    jobs.start { [weak self, locked] in
      for account in locked { try? await account.account.forget() }
      self?.look()
    }
  }

  public func cancel() {
    if case .forgot = over, !locked.isEmpty { ask(.unlock) } else { leave() }
  }

  func settled() async { await jobs.settled() }

  private func ask(_ what: Asked) {
    (current, first) = (nil, nil)
    turn(to: what)
    switch what {
    case .unlock: askToUnlock()
    case .proof(let proof): over = .pin(PinQuestion(clinic: proof.account.clinic.name, optional: true))
    case .change, .biometry: over = .pin(PinQuestion(clinic: clinic, optional: true))
    case .cover: over = .pin(PinQuestion(clinic: clinic))
    }
  }

  private func askToUnlock() {
    turn += 1
    switch keys.biometry {
    case .ready(let kind) where hasKey && keys.isKept: over = .locked(BiometryQuestion(kind: kind, turn: turn))
    // Without the fingers or faces of before, what was kept for them is gone.
    case .ready where hasKey, .notEnrolled where hasKey: lost()
    case .ready, .notEnrolled, .none: over = .pin(question())
    }
  }

  private func question(_ trouble: BiometryTrouble? = nil) -> PinQuestion {
    var question = PinQuestion(clinic: clinic, trouble: trouble)
    if case .ready(let kind) = keys.biometry, keys.isKept, hasKey, trouble == nil { question.biometry = kind }
    return question
  }

  private func recognized(_ recognition: Recognition) async {
    // The PIN may have been faster, or what was locked has gone.
    guard asksToUnlock, !locked.isEmpty else { return }
    switch recognition {
    case .known(let secret): await open(KeyBundle(secret) ?? KeyBundle())
    case .cancelled: break
    case .notRecognized:
      guard case .locked(var question) = over else { return }
      question.trouble = .notRecognized
      over = .locked(question)
    case .lockedOut: over = .pin(question(.lockedOut))
    case .unavailable: over = .pin(question(.unavailable))
    case .lost: lost()
    }
  }

  /// What has no key, as an account that came since, is asked for by its PIN.
  private func open(_ bundle: KeyBundle) async {
    let turn = turn
    var isRefused = false
    for account in locked where account.hasKey {
      do {
        guard let key = bundle[account.id] else { throw PericardError.keystore(kind: .refused) }
        try await account.account.lock.unlockWithKey(key)
      } catch PericardError.keystore(.refused) {
        isRefused = true
      } catch {
        // It says so where it is looked at.
      }
    }
    if isRefused { return lost() }
    // It was opened and locked again meanwhile: that is another question.
    guard turn == self.turn else { return }
    guard locked.isEmpty else { return over = .pin(PinQuestion(clinic: clinic)) }
    leave()
    for account in accounts() { account.sync() }
  }

  private func lost() {
    preferences.biometryIsLost = true
    keys.forget()
    over = .pin(question(.lost))
    jobs.start { [weak self] in await self?.removeKeys() }
  }

  private func forgetKeys() async {
    settingTrouble = nil
    preferences.biometryIsLost = false
    keys.forget()
    await removeKeys()
    revision += 1
  }

  private func removeKeys() async {
    for account in covered { try? await account.account.lock.removeKey() }
  }

  /// Keeps a new key for each account, which its right PIN has made.
  private func keep(_ bundle: KeyBundle) async {
    let recognition = await keys.keep(bundle.secret)
    await settle(recognition)
  }

  private func settle(_ recognition: Recognition) async {
    if case .known = recognition {
      settingTrouble = nil
      preferences.biometryIsLost = false
      return
    }
    // The keys of before are replaced already.
    await forgetKeys()
    switch recognition {
    case .known, .cancelled: break
    case .notRecognized: settingTrouble = .notRecognized
    case .lockedOut: settingTrouble = .lockedOut
    case .lost, .unavailable: settingTrouble = .unavailable
    }
  }

  /// What was asked before is left.
  private func turn(to what: Asked) {
    let before = asked
    asked = what
    if case .proof(let proof) = before { proof.end.finish() }
  }

  private func choose() {
    first = nil
    turn(to: .change)
    over = .choose(attempt: 0, again: false, problem: nil)
  }

  private func leave() {
    (current, first) = (nil, nil)
    turn(to: .unlock)
    over = nil
    revision += 1
  }

  /// Tries what was typed with every account that it is for: each counts for itself.
  private func check(_ question: PinQuestion, _ digits: String) async {
    var question = question
    question.checking = true
    over = .pin(question)
    if case .proof(let proof) = asked { return await prove(question, proof, digits) }
    let tried = asksToUnlock ? locked : covered
    var left: Int?
    var isRight = !tried.isEmpty
    var bundle = KeyBundle()
    for account in tried {
      do {
        // Making a key proves who is there as well.
        if case .biometry = asked {
          bundle[account.id] = try await account.account.lock.addKey(current: digits)
        } else {
          try await account.account.lock.unlock(pin: digits)
        }
      } catch PericardError.wrongPin(let attempts) {
        isRight = false
        left = min(left ?? .max, attempts)
      } catch {
        isRight = false
      }
    }
    // Ten wrong ones, or a seal, may have taken away what was to be opened.
    guard case .pin = over else { return }
    guard isRight else {
      // One account may have made a key that is kept nowhere.
      if case .biometry = asked { await removeKeys() }
      question.attempt += 1
      (question.attemptsLeft, question.checking, question.trouble) = (left, false, nil)
      over = .pin(question)
      return look()
    }
    switch asked {
    case .unlock:
      leave()
      for account in accounts() { account.sync() }
    case .change:
      current = digits
      choose()
    case .cover(let account):
      try? await account.account.lock.setPin(current: nil, pin: digits)
      if keys.isKept { await renewKeys(digits) }
      leave()
    case .biometry:
      await keep(bundle)
      leave()
    case .proof: break
    }
  }

  private func prove(_ question: PinQuestion, _ proof: Proof, _ digits: String) async {
    do {
      proof.end.yield(try await proof.work(digits))
    } catch PericardError.wrongPin(let left) {
      // The last one leaves nothing that could be asked for.
      if isAsked(proof), left > 0 {
        var question = question
        question.attempt += 1
        (question.attemptsLeft, question.checking, question.trouble) = (left, false, nil)
        over = .pin(question)
        return
      }
    } catch {
      proof.end.finish(throwing: error)
    }
    if isAsked(proof) { leave() }
  }

  /// With the account that has come since.
  private func renewKeys(_ digits: String) async {
    var bundle = KeyBundle()
    for account in covered { bundle[account.id] = try? await account.account.lock.addKey(current: digits) }
    await keep(bundle)
  }

  private func chosen(_ attempt: Int, _ digits: String) async {
    guard let before = first else {
      first = digits
      over = .choose(attempt: attempt + 1, again: true, problem: nil)
      return
    }
    first = nil
    if before != digits {
      over = .choose(attempt: attempt + 1, again: false, problem: .differ)
    } else if let problem = await set(digits) {
      over = .choose(attempt: attempt + 1, again: false, problem: problem)
    } else {
      leave()
    }
  }

  private func set(_ digits: String) async -> PinProblem? {
    do {
      for account in accounts() {
        let isOff = account.lockState == .off
        try await account.account.lock.setPin(current: isOff ? nil : current, pin: digits)
      }
      return nil
    } catch PericardError.invalidInput(_, .tooSimple) {
      return .easy
    } catch {
      return .failed
    }
  }
}

extension AccountModel {
  /// Where the lock stands; nothing for an account that cannot be used.
  var lockState: LockState? { try? account.lock.state() }

  fileprivate var hasKey: Bool { if case .locked(_, hasKey: true) = lockState { true } else { false } }
}
