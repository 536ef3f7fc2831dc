public import Foundation
internal import PericardCore

extension SignIn {
  /// The address to open in the browser while ``SignIn/step()`` is ``SignInStep/openBrowser``. Where the portal takes it,
  /// the request goes to it directly first, and the address carries only a reference that works once and lives for a minute
  /// or so: ask again each time the browser is opened. It holds one-time values: keep it out of logs.
  ///
  /// Fails with ``PericardError/offline``, ``PericardError/portal(problem:status:)`` (``PortalProblem/refused``;
  /// ``PortalProblem/unsupported`` when the app is no client of this portal and cannot register),
  /// ``PericardError/clockWrong(portalTime:)``, ``PericardError/invalidInput(field:problem:)`` (`step`,
  /// ``InputProblem/notAsked``).
  public func authorizationURL() async throws -> URL {
    try await calling { [core] in
      guard let address = URL(string: try await core.authorizationUrl()) else {
        throw PericardError.portal(problem: .invalidAnswer, status: nil)
      }
      return address
    }
  }

  /// Submits the address that the browser returned to.
  ///
  /// Fails with ``PericardError/invalidInput(field:problem:)`` (`to`, ``InputProblem/notThisSignIn``) when it does not
  /// belong to this sign-in, ``PericardError/cancelled`` when the person cancelled on the portal's pages,
  /// ``PericardError/portal(problem:status:)`` (``PortalProblem/untrustedIdentity``, ``PortalProblem/notFresh``,
  /// ``PortalProblem/refused``), ``PericardError/clockWrong(portalTime:)``, and ``PericardError/offline`` when the portal
  /// cannot be reached: then start the browser again, since a code works once.
  public func redirected(to address: URL) async throws -> SignInStep {
    try await calling { [core] in
      try await core.redirected(to: address.absoluteString).fromCore()
    }
  }
}

extension Portal {
  /// The address of one of the portal's own pages, to open in the system's browser like a sign-in; its way back is
  /// ``PortalConfig/redirect`` with `page` in the query. Nothing where the portal has no such page. Memory only.
  public func page(_ page: PortalPage) -> URL? {
    core.page(page: page.toCore()).flatMap { URL(string: $0) }
  }
}
