#if canImport(AuthenticationServices) && (os(iOS) || os(macOS) || os(visionOS))
  public import AuthenticationServices
  public import Foundation

  /// Why the system's browser could not be shown.
  public enum BrowserError: LocalizedError, Equatable {
    /// The window that was given is not on screen, or something else is being shown there.
    case cannotPresent
    /// The redirect is none that this version of the system catches by itself: loopback, or a claimed `https` link before
    /// iOS 17.4 and macOS 14.4. Such a link opens the app; pass it to ``SignIn/redirected(to:)``.
    case redirectNotCaught

    public var errorDescription: String? {
      switch self {
      case .cannotPresent: "The browser could not be opened. Try again."
      case .redirectNotCaught: "This version of the system cannot come back from the browser. Update it and try again."
      }
    }
  }

  extension SignIn {
    /// Answers the step `openBrowser`: opens the portal's pages in the system's browser, in front of `window`, and gives
    /// the next step when the person is back.
    ///
    /// `redirect` is the one of ``PortalConfig``. An ephemeral browser shares no cookies and leaves none, and the system
    /// asks no question first; without it people who are signed in at the portal's pages need not type again.
    ///
    /// Fails with ``PericardError/cancelled`` when the person closed the browser: the step stays and the browser can be
    /// opened anew. With `CancellationError` when the task was cancelled, with ``BrowserError``, and as
    /// ``authorizationURL()`` and ``redirected(to:)``. If the app is ended meanwhile, ``Client/resumeSignIn()`` gives the
    /// sign-in back, with the same step.
    @MainActor
    public func openBrowser(
      in window: ASPresentationAnchor, redirect: String, ephemeral: Bool = true
    ) async throws -> SignInStep {
      let wayBack = try Redirect(checked: redirect)
      let address = try await authorizationURL()
      return try await redirected(to: browse(to: address, wayBack, in: window, ephemeral: ephemeral))
    }
  }

  extension Portal {
    /// Shows one of the portal's own pages in the system's browser, in front of `window`, until the person is back: true
    /// by the page's own link, false when they closed it. Neither says what they did there.
    ///
    /// Fails with ``PericardError/portal(problem:status:)`` (``PortalProblem/unsupported``) where the portal has no such page, and with ``BrowserError``.
    @MainActor
    @discardableResult
    public func open(
      _ page: PortalPage, in window: ASPresentationAnchor, redirect: String, ephemeral: Bool = false
    ) async throws -> Bool {
      let wayBack = try Redirect(checked: redirect)
      guard let address = self.page(page) else {
        throw PericardError.portal(problem: .unsupported, status: nil)
      }
      do {
        let came = try await browse(to: address, wayBack, in: window, ephemeral: ephemeral)
        return wayBack.arrival(came) == .page(page)
      } catch PericardError.cancelled {
        return false
      }
    }
  }

  extension Redirect {
    fileprivate init(checked redirect: String) throws {
      guard let wayBack = Redirect(redirect) else {
        throw PericardError.invalidInput(field: "redirect", problem: .notAURL)
      }
      self = wayBack
    }
  }

  /// Opens `address` and gives the one that the browser comes back with.
  @MainActor
  private func browse(
    to url: URL, _ wayBack: Redirect, in window: ASPresentationAnchor, ephemeral: Bool
  ) async throws -> URL {
    let visit = Visit(window)
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { back in
        visit.start(url, wayBack, ephemeral, back)
      }
    } onCancel: {
      Task { @MainActor in visit.cancel() }
    }
  }

  /// One opening of the browser.
  @MainActor
  private final class Visit: NSObject, ASWebAuthenticationPresentationContextProviding {
    private let window: ASPresentationAnchor
    /// Kept here: the system keeps neither its session nor this object.
    private var session: ASWebAuthenticationSession?
    private var back: CheckedContinuation<URL, any Error>?
    private var cancelled = false

    init(_ window: ASPresentationAnchor) {
      self.window = window
    }

    func presentationAnchor(for session: ASWebAuthenticationSession) -> ASPresentationAnchor { window }

    func start(
      _ url: URL, _ wayBack: Redirect, _ ephemeral: Bool, _ back: CheckedContinuation<URL, any Error>
    ) {
      self.back = back
      if cancelled || Task.isCancelled { return end(.failure(CancellationError())) }
      // Sendable, so not of the main actor: the system promises no thread for it.
      let ended: @Sendable (URL?, (any Error)?) -> Void = { url, error in
        let result = Self.result(url, error)
        Task { @MainActor in self.end(result) }
      }
      guard let session = Self.session(url, wayBack, ended) else {
        return end(.failure(BrowserError.redirectNotCaught))
      }
      session.presentationContextProvider = self
      session.prefersEphemeralWebBrowserSession = ephemeral
      self.session = session
      if !session.start() { end(.failure(BrowserError.cannotPresent)) }
    }

    func cancel() {
      cancelled = true
      // It does not tell its end when it is cancelled from here.
      session?.cancel()
      end(.failure(CancellationError()))
    }

    /// The first end counts.
    private func end(_ result: Result<URL, any Error>) {
      back?.resume(with: result)
      back = nil
      session = nil
    }

    private static func session(
      _ url: URL, _ wayBack: Redirect, _ ended: @escaping @Sendable (URL?, (any Error)?) -> Void
    ) -> ASWebAuthenticationSession? {
      switch wayBack.kind {
      case .scheme(let scheme):
        if #available(iOS 17.4, macOS 14.4, visionOS 1.2, *) {
          return ASWebAuthenticationSession(url: url, callback: .customScheme(scheme), completionHandler: ended)
        }
        return ASWebAuthenticationSession(url: url, callbackURLScheme: scheme, completionHandler: ended)
      case .https(let host, let path):
        if #available(iOS 17.4, macOS 14.4, visionOS 1.2, *) {
          return ASWebAuthenticationSession(
            url: url, callback: .https(host: host, path: path), completionHandler: ended)
        }
        return nil
      case .loopback:
        return nil
      }
    }

    private nonisolated static func result(_ url: URL?, _ error: (any Error)?) -> Result<URL, any Error> {
      if let url { return .success(url) }
      switch (error as? ASWebAuthenticationSessionError)?.code {
      case .presentationContextNotProvided, .presentationContextInvalid: return .failure(BrowserError.cannotPresent)
      default: return .failure(PericardError.cancelled)
      }
    }
  }
#endif
