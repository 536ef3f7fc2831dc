import Foundation
import Pericard

/// A sign-in as a machine: what the person does and what the core says come in, what is to be done goes out. It asks nobody
/// and waits for nothing, so each transition is a line of a test.
///
/// ```text
/// password ─► code ⇄ recoveryCode ─► finished      any question ─► wait ─► the question
///     │        └► enrol ─► recoveryCodes ─► finished     too late, or somebody else ─► begun anew
///     └► browser ─► finished
/// ```
struct SignInMachine {
  private(set) var state: SignInState
  /// The pages that the clinic has.
  private let pages: Set<PortalPage>
  /// Everything was answered, and finishing failed: the next answer finishes it.
  private var isAnswered = false

  enum Event: Sendable, Unprinted {
    case person(Deed)
    /// The core asks for this now.
    case asks(SignInStep)
    /// What was sent or begun failed, and `next` is asked now; nothing where the sign-in is over.
    case failed(any Error, next: SignInStep?, at: Date)
  }

  /// What the person does.
  enum Deed: Sendable, Unprinted {
    case typeUserName(String)
    case password(userName: String, password: String)
    case code(String)
    case recoveryCode(String)
    case useRecoveryCode, useAppCode
    case useBrowser, openBrowserAgain
    case forgotPassword, openHelp
    case openAuthenticator, copyKey
    case saveCodes, printCodes, copyCodes
    case keptCodes(Bool)
    case remind(Bool)
    case finish, stop
  }

  enum Effect: Equatable, Unprinted {
    case password(user: String, password: String)
    case code(String)
    case recoveryCode(String)
    case browse
    /// A sign-in of the same kind, or by the browser, takes the place of this one.
    case restart(SignInMethod?)
    /// Asks the core again at that time.
    case wake(Date)
    case finish
    case cancel
    case page(PortalPage)
    case errand(Errand)
  }

  init(_ clinic: Clinic, pages: Set<PortalPage>, method: SignInMethod) {
    self.pages = pages
    let password = Step.Password(canReset: pages.contains(.passwordReset))
    state = SignInState(clinic: clinic, step: method == .browser ? .browser : .password(password))
  }

  mutating func on(_ event: Event) -> [Effect] {
    switch event {
    case .person(let deed): return on(deed)
    case .asks(let step):
      state.busy = false
      return asked(step)
    case .failed(let error, let next, let at):
      state.busy = false
      return failed(error, next, at)
    }
  }

  private mutating func on(_ deed: Deed) -> [Effect] {
    switch (deed, state.step) {
    case (.stop, _): return [.errand(.forgetReminder), .cancel]
    case (.typeUserName(let text), .password): state.userName = text
    case (.password(let user, let password), .password):
      state.userName = user
      return answer(.password(user: user, password: password))
    case (.code(let digits), .code), (.code(let digits), .enrol): return answer(.code(digits))
    case (.recoveryCode(let code), .recoveryCode): return answer(.recoveryCode(code))
    case (.useRecoveryCode, .code(let code)) where code.recovery && !state.busy: state.step = .recoveryCode(.init())
    case (.useAppCode, .recoveryCode) where !state.busy: state.step = .code(.init(recovery: true))
    case (.useBrowser, .password): return answer(.restart(.browser))
    case (.openBrowserAgain, .browser): return answer(.browse)
    case (.forgotPassword, .password): return [.page(.passwordReset)]
    case (.openHelp, .wait): return [.page(.account)]
    case (.openAuthenticator, .enrol(let enrol)): return URL(string: enrol.address).map { [.errand(.open($0))] } ?? []
    case (.copyKey, .enrol(let enrol)): return [.errand(.copy(enrol.key, sensitive: true))]
    case (.saveCodes, .recoveryCodes(let codes, _)): return [.errand(.save(codes))]
    case (.printCodes, .recoveryCodes(let codes, _)): return [.errand(.print(codes))]
    case (.copyCodes, .recoveryCodes(let codes, _)):
      return [.errand(.copy(codes.joined(separator: "\n"), sensitive: true))]
    case (.keptCodes(let kept), .recoveryCodes(let codes, _)): state.step = .recoveryCodes(codes, kept: kept)
    case (.finish, .recoveryCodes(_, kept: true)): return answer(.finish)
    case (.remind(let on), .wait(var wait)):
      wait.remind = on
      state.step = .wait(wait)
      return [.errand(on ? .remind(wait.until) : .forgetReminder)]
    // A tap that comes after the step has changed.
    default: break
    }
    return []
  }

  /// One answer at a time: the same code is never sent twice.
  private mutating func answer(_ effect: Effect) -> [Effect] {
    if state.busy { return [] }
    state.busy = true
    state.problem = nil
    defer { isAnswered = false }
    return [isAnswered ? .finish : effect]
  }

  private mutating func asked(_ step: SignInStep) -> [Effect] {
    switch step {
    // How many tries there are is told with what was wrong: said before, it frightens.
    case .askPassword:
      if case .password = state.step { return [] }
      state.step = .password(.init(canReset: pages.contains(.passwordReset)))
    case .askCode(_, let recovery):
      switch state.step {
      case .code(var code):
        code.recovery = recovery
        state.step = .code(code)
      case .recoveryCode where recovery: break
      default: state.step = .code(.init(recovery: recovery))
      }
    case .enrol(let totp, _):
      if case .enrol(let enrol) = state.step, enrol.key == totp.secret { return [] }
      state.step = .enrol(
        .init(qr: QrPicture(totp.uri), key: totp.secret, address: totp.uri, digits: totp.digits))
    case .openBrowser:
      state.step = .browser
      return state.problem == nil ? answer(.browse) : []
    case .showRecoveryCodes(let codes): state.step = .recoveryCodes(codes, kept: false)
    case .wait(let until): return wait(until, .wrongTries)
    case .ready: return answer(.finish)
    }
    return []
  }

  private mutating func wait(_ until: Date, _ why: WaitReason) -> [Effect] {
    state.step = .wait(.init(until: until, why: why, hasHelp: pages.contains(.account)))
    return [.wake(until)]
  }

  private mutating func failed(_ error: any Error, _ next: SignInStep?, _ at: Date) -> [Effect] {
    let error = error as? PericardError
    if case .wait(let until) = next { return wait(until, .wrongTries) }
    switch error {
    case .wrongPassword(let left), .wrongCode(let left): mistaken(Wrong(attemptsLeft: left))
    case .invalidInput("code", .notARecoveryCode): mistaken(nil)
    case .invalidInput("code", _): mistaken(Wrong(attemptsLeft: nil))
    case .rateLimited(let wait): return self.wait(at.addingTimeInterval(wait.seconds), .busy)
    // Whoever closed the browser can open it again.
    case .cancelled: return []
    case .signInRequired(.expired), .signInRequired(.anotherPerson):
      state.problem = error.flatMap { Problem($0) }
      return [.restart(nil)]
    case let error?: state.problem = Problem(error)
    case nil: state.problem = .internal(id: "app")
    }
    switch next {
    case nil: return []
    // Finished again by itself, what fails would fail without end.
    case .ready:
      isAnswered = true
      return []
    case let next?: return asked(next)
    }
  }

  /// Empties the field; `wrong` is nothing for what was not sent.
  private mutating func mistaken(_ wrong: Wrong?) {
    switch state.step {
    case .password(var step):
      (step.attempt, step.wrong) = (step.attempt + 1, wrong)
      state.step = .password(step)
    case .code(var step):
      (step.attempt, step.wrong) = (step.attempt + 1, wrong)
      state.step = .code(step)
    case .recoveryCode(let step):
      state.step = .recoveryCode(.init(attempt: step.attempt + 1, wrong: wrong, unreadable: wrong == nil))
    case .enrol(var step):
      (step.attempt, step.wrong) = (step.attempt + 1, wrong)
      state.step = .enrol(step)
    case .browser, .recoveryCodes, .wait: break
    }
  }
}
