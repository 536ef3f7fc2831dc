import Pericard

/// Shows a clinic's own pages in the system's browser.
@MainActor
struct ClinicPages {
  private let find: @MainActor (AccountModel) async throws -> Portal
  private weak var browser: (any Browser)?

  init(_ browser: any Browser, find: @escaping @MainActor (AccountModel) async throws -> Portal) {
    self.browser = browser
    self.find = find
  }

  /// What the clinic can do is known then.
  func ask(_ account: AccountModel) async throws { _ = try await portal(of: account) }

  /// Returns when the person is back.
  func show(_ page: PortalPage, of account: AccountModel) async throws {
    let portal = try await portal(of: account)
    await browser?.show(page, of: portal, redirect: try account.account.portalConfig().redirect)
  }

  private func portal(of account: AccountModel) async throws -> Portal {
    let portal = try await find(account)
    account.found(portal.capabilities)
    return portal
  }
}
