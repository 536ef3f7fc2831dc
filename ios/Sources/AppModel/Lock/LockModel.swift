import Foundation
import Observation
import Pericard

/// The lock over the whole app: one PIN, which every account on this phone has.
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
  }

  /// Nothing while the app is open.
  public private(set) var over: AppLock?
  @ObservationIgnored private let accounts: @MainActor () -> [AccountModel]
  @ObservationIgnored private var asked = Asked.unlock
  @ObservationIgnored private var current: String?
  @ObservationIgnored private var first: String?
  @ObservationIgnored let jobs = Jobs()

  init(_ accounts: @escaping @MainActor () -> [AccountModel]) {
    self.accounts = accounts
  }

  var settings: LockSettings {
    let after = covered.first.flatMap { try? $0.account.lock.autoLock() }
    return LockSettings(hasPin: !covered.isEmpty, minutes: Int((after?.seconds ?? 0) / 60))
  }

  private var locked: [AccountModel] {
    accounts().filter { if case .locked = $0.lockState { true } else { false } }
  }

  private var covered: [AccountModel] {
    accounts().filter { $0.lockState != nil && $0.lockState != .off }
  }

  private var clinic: String { (locked.first ?? accounts().first)?.clinic.name ?? "" }

  private var asksToUnlock: Bool { if case .unlock = asked { true } else { false } }

  /// Something was locked or unlocked, or has gone: what lies over the screens follows it.
  func look() {
    if !locked.isEmpty {
      if over == nil || !asksToUnlock { ask(.unlock) }
    } else if over != nil, asksToUnlock {
      leave()
    }
  }

  /// The person wants a PIN, or another one.
  public func change() {
    if covered.isEmpty { choose() } else { ask(.change) }
  }

  /// An account has come to a phone that has a PIN.
  func cover(_ account: AccountModel) {
    if !covered.isEmpty, account.lockState == .off { ask(.cover(account)) }
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
    asked = what
    var optional = false
    if case .change = what { optional = true }
    over = .pin(PinQuestion(clinic: clinic, optional: optional))
  }

  private func choose() {
    first = nil
    asked = .change
    over = .choose(attempt: 0, again: false, problem: nil)
  }

  private func leave() {
    (current, first) = (nil, nil)
    asked = .unlock
    over = nil
  }

  /// Tries what was typed with every account that it is for: each counts for itself.
  private func check(_ question: PinQuestion, _ digits: String) async {
    var question = question
    question.checking = true
    over = .pin(question)
    let tried = asksToUnlock ? locked : covered
    var left: Int?
    var isRight = !tried.isEmpty
    for account in tried {
      do {
        try await account.account.lock.unlock(pin: digits)
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
      question.attempt += 1
      (question.attemptsLeft, question.checking) = (left, false)
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
      leave()
    }
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
}
