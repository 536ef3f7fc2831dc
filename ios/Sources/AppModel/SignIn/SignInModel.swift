import Foundation
import Observation
public import Pericard

/// The system's browser, as an app shows it.
@MainActor
public protocol Browser: AnyObject {
  /// Answers the step `openBrowser`; fails with `PericardError.cancelled` when the person closed it.
  func answer(_ signIn: SignIn, redirect: String) async throws -> SignInStep

  /// Shows one of the clinic's pages until the person is back.
  func show(_ page: PortalPage, of portal: Portal, redirect: String) async
}

/// Where a sign-in comes from: each call begins one anew.
public typealias BeginSignIn = @MainActor (SignInMethod) async throws -> any SignInAttempt

/// A sign-in: the machine's hands.
@MainActor @Observable
public final class SignInModel: SignInEvents {
  private var machine: SignInMachine

  public var state: SignInState { machine.state }

  @ObservationIgnored private let portal: Portal?
  @ObservationIgnored private let redirect: String
  @ObservationIgnored private var method: SignInMethod
  @ObservationIgnored private let begin: BeginSignIn
  @ObservationIgnored private weak var browser: (any Browser)?
  @ObservationIgnored private var signIn: (any SignInAttempt)?
  @ObservationIgnored private let done: @MainActor (Account?) -> Void
  @ObservationIgnored private let navigate: Navigate
  @ObservationIgnored private let now: () -> Date
  @ObservationIgnored let jobs = Jobs()

  /// `done` is told the account, or nothing where the person stopped. `resumed` is a sign-in that was left before. Without a
  /// portal there is no page to open.
  public init(
    at portal: Portal? = nil, of clinic: Clinic, redirect: String = "", method: SignInMethod = .native,
    resuming resumed: (any SignInAttempt)? = nil,
    browser: any Browser, now: @escaping () -> Date = { Date() }, navigate: @escaping Navigate = { _ in },
    begin: @escaping BeginSignIn, done: @escaping @MainActor (Account?) -> Void
  ) {
    machine = SignInMachine(clinic, pages: Set(portal?.capabilities.pages ?? []), method: method)
    self.portal = portal
    self.redirect = redirect
    self.method = method
    self.begin = begin
    self.browser = browser
    self.now = now
    self.navigate = navigate
    self.done = done
    signIn = resumed
    jobs.start { [weak self] in
      guard let self else { return }
      if signIn == nil { await start() }
      // A browser that was open when the app was ended is opened again when the person asks.
      if resumed == nil || !isBrowsing { ask() }
    }
  }

  /// Ends what is under way; the sign-in itself can be taken up again for ten minutes.
  public func close() {
    jobs.close()
  }

  /// The app was opened with an address that may be the browser's way back.
  func opened(_ url: URL) {
    guard case .browser = state.step, Redirect(redirect)?.arrival(url) == .signIn else { return }
    send { try await $0.redirected(to: url) }
  }

  func settled() async { await jobs.settled() }

  private var isBrowsing: Bool { (try? signIn?.step()) == .openBrowser }

  private func on(_ event: SignInMachine.Event) {
    for effect in machine.on(event) { carryOut(effect) }
  }

  private func on(_ deed: SignInMachine.Deed) { on(.person(deed)) }

  private func carryOut(_ effect: SignInMachine.Effect) {
    switch effect {
    case .password(let user, let password): send { try await $0.password(user: user, password: password) }
    case .code(let code): send { try await $0.code(code) }
    case .recoveryCode(let code): send { try await $0.recoveryCode(code) }
    case .browse: browse()
    case .restart(let other):
      method = other ?? method
      jobs.start { [weak self] in
        await self?.start()
        self?.ask()
      }
    case .wake(let date):
      jobs.replace("wake") { [weak self, now] in
        let seconds = max(date.timeIntervalSince(now()), 0)
        guard (try? await Task.sleep(for: .seconds(seconds))) != nil else { return }
        self?.ask()
      }
    case .finish: finish()
    case .cancel: cancel()
    case .page(let page):
      guard let portal else { return }
      jobs.start { [weak self, portal, redirect] in await self?.browser?.show(page, of: portal, redirect: redirect) }
    case .errand(let errand): navigate(.outside(errand))
    }
  }

  private func start() async {
    do {
      signIn = try await begin(method)
    } catch {
      on(.failed(error, next: nil, at: now()))
    }
  }

  /// What the core asks for now.
  private func ask() {
    guard let signIn else { return }
    do { on(.asks(try signIn.step())) } catch { on(.failed(error, next: nil, at: now())) }
  }

  private func send(_ answer: @escaping @Sendable (any SignInAttempt) async throws -> SignInStep) {
    jobs.start { [weak self] in
      guard let self else { return }
      if signIn == nil { await start() }
      guard let signIn else { return }
      do {
        on(.asks(try await answer(signIn)))
      } catch {
        failed(error)
      }
    }
  }

  private func browse() {
    jobs.replace("browser") { [weak self, redirect] in
      guard let self else { return }
      if signIn == nil { await start() }
      guard let signIn = signIn as? SignIn, let browser else { return }
      do {
        on(.asks(try await browser.answer(signIn, redirect: redirect)))
      } catch {
        failed(error)
      }
    }
  }

  private func failed(_ error: any Error) {
    // The screen is gone.
    if error is CancellationError { return }
    on(.failed(error, next: try? signIn?.step(), at: now()))
  }

  private func finish() {
    jobs.start { [weak self] in
      guard let self, let signIn else { return }
      do {
        done(try await signIn.finish())
      } catch {
        failed(error)
      }
    }
  }

  /// What the sign-in holds is revoked; nobody waits for that.
  private func cancel() {
    let signIn = signIn
    Task { try? await signIn?.cancel() }
    close()
    done(nil)
  }
}

extension SignInModel {
  public func typeUserName(_ text: String) { on(.typeUserName(text)) }

  /// The field forgets the password when the next answer comes.
  public func password(userName: String, password: String) { on(.password(userName: userName, password: password)) }

  public func forgotPassword() { on(.forgotPassword) }

  public func useBrowser() { on(.useBrowser) }

  public func openBrowserAgain() { on(.openBrowserAgain) }

  public func code(_ digits: String) { on(.code(digits)) }

  public func useRecoveryCode() { on(.useRecoveryCode) }

  public func useAppCode() { on(.useAppCode) }

  public func recoveryCode(_ code: String) { on(.recoveryCode(code)) }

  public func openAuthenticator() { on(.openAuthenticator) }

  /// To the clipboard of this phone, marked sensitive, for a minute.
  public func copyKey() { on(.copyKey) }

  public func saveCodes() { on(.saveCodes) }

  public func printCodes() { on(.printCodes) }

  public func copyCodes() { on(.copyCodes) }

  public func keptCodes(_ kept: Bool) { on(.keptCodes(kept)) }

  public func finishSignIn() { on(.finish) }

  public func remind(_ on: Bool) { self.on(.remind(on)) }

  public func openHelp() { on(.openHelp) }

  /// Ends the sign-in.
  public func stop() { on(.stop) }
}
