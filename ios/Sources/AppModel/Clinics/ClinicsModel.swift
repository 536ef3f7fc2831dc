import Foundation
import Observation
public import Pericard

/// The accounts on this phone.
@MainActor @Observable
public final class ClinicsModel: ClinicsEvents {
  private let accounts: @MainActor () -> [AccountModel]
  @ObservationIgnored private let navigate: Navigate

  init(_ accounts: @escaping @MainActor () -> [AccountModel], navigate: @escaping Navigate) {
    self.accounts = accounts
    self.navigate = navigate
  }

  public var state: ClinicsState {
    ClinicsState(
      accounts: accounts().map {
        AccountCard(
          id: $0.id, clinic: $0.clinic, number: $0.number, people: $0.people,
          standing: Standing($0.session, completeAt: $0.completeAt))
      })
  }

  public func open(_ id: AccountID) { navigate(.clinic(id)) }

  public func signInAgain(_ id: AccountID) { navigate(.signInAgain(id)) }

  public func add() { navigate(.addClinic) }
}

/// What one clinic offers.
@MainActor @Observable
public final class ClinicModel: ClinicPageEvents {
  public let clinic: Clinic
  public private(set) var problem: Problem?
  /// The person is asked whether to sign out.
  public private(set) var leaving: LeavingState?

  @ObservationIgnored let account: AccountModel
  @ObservationIgnored private var portal: Portal?
  @ObservationIgnored private let redirect: String
  @ObservationIgnored private weak var browser: (any Browser)?
  @ObservationIgnored let jobs = Jobs()

  init(
    _ account: AccountModel, browser: (any Browser)?, redirect: String,
    find: @escaping @MainActor (AccountModel) async throws -> Portal
  ) {
    clinic = account.clinic
    self.account = account
    self.redirect = redirect
    self.browser = browser
    jobs.start { [weak self] in
      do {
        let portal = try await find(account)
        self?.portal = portal
        account.found(portal.capabilities)
      } catch {
        self?.problem = Problem(error)
      }
    }
  }

  /// Nothing until the clinic has answered.
  public var state: ClinicPageState? { account.capabilities.map { ClinicPageState(clinic, $0) } }

  public func close() { jobs.close() }

  public func openAccountPage() {
    guard let portal else { return }
    jobs.start { [weak browser, redirect] in await browser?.show(.account, of: portal, redirect: redirect) }
  }
}

extension ClinicModel {
  public func askToSignOut() {
    jobs.replace("leaving") { [weak self] in
      guard let self else { return }
      leaving = LeavingState(unsent: await account.unsentMessages())
    }
  }

  public func stay() { leaving = nil }

  /// What the account has on this phone becomes unreadable at once. The app leaves its screens when it hears of that.
  public func signOut() {
    leaving = nil
    let account = account.account
    // It goes on when the screen is gone, as it is at once.
    Task {
      do { try await account.signOut() } catch { problem = Problem(error) }
    }
  }
}

/// Whose messages to show.
@MainActor @Observable
public final class PeopleModel: PeopleEvents {
  private let accounts: @MainActor () -> [AccountModel]
  private let chosen: Owner.ID?
  @ObservationIgnored private let navigate: Navigate

  init(
    _ accounts: @escaping @MainActor () -> [AccountModel], chosen: Owner.ID?, navigate: @escaping Navigate
  ) {
    self.accounts = accounts
    self.chosen = chosen
    self.navigate = navigate
  }

  public var state: PeopleState { PeopleState(owners: accounts().flatMap(\.owners), chosen: chosen) }

  public func choose(_ owner: Owner) { navigate(.inbox(owner)) }

  public func addClinic() { navigate(.addClinic) }
}
