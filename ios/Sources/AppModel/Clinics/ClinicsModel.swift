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

  @ObservationIgnored let account: AccountModel
  @ObservationIgnored private let pages: ClinicPages
  @ObservationIgnored private let navigate: Navigate
  @ObservationIgnored let jobs = Jobs()

  init(_ account: AccountModel, pages: ClinicPages, navigate: @escaping Navigate) {
    clinic = account.clinic
    self.account = account
    self.pages = pages
    self.navigate = navigate
    jobs.start { [weak self] in
      do { try await pages.ask(account) } catch { self?.problem = Problem(error) }
    }
  }

  /// Nothing until the clinic has answered.
  public var state: ClinicPageState? { account.capabilities.map { ClinicPageState(clinic, $0) } }

  public func close() { jobs.close() }

  public func openAccountPage() {
    jobs.start { [weak self, account, pages] in
      do { try await pages.show(.account, of: account) } catch { self?.problem = Problem(error) }
    }
  }

  public func signOut() { navigate(.leaving(account.id, .signOut)) }
}

/// Whose messages to show.
@MainActor @Observable
public final class PeopleModel: PeopleEvents {
  private let accounts: @MainActor () -> [AccountModel]
  private let chosen: Owner.ID?
  private var unread: [Owner.ID: Int] = [:]
  @ObservationIgnored private let navigate: Navigate
  @ObservationIgnored let jobs = Jobs()

  init(
    _ accounts: @escaping @MainActor () -> [AccountModel], chosen: Owner.ID?, navigate: @escaping Navigate
  ) {
    self.accounts = accounts
    self.chosen = chosen
    self.navigate = navigate
    // The sheet waits for no count.
    jobs.start { [weak self] in await self?.count() }
  }

  public var state: PeopleState {
    let rows = accounts().flatMap { account in
      account.owners.map { owner in
        let session = account.session(of: owner.person.id)
        return PersonRow(
          owner: owner, unread: unread[owner.id] ?? 0, standing: Standing(session, completeAt: nil))
      }
    }
    let asked = accounts().first { $0.owners.contains { $0.id == chosen } }
    return PeopleState(rows: rows, chosen: chosen, canAdd: asked?.isReadable ?? false)
  }

  private func count() async {
    for account in accounts() {
      for owner in account.owners { unread[owner.id] = await account.unread(of: owner.person.id) }
    }
  }

  public func addPerson() { navigate(.addPerson) }

  public func choose(_ owner: Owner) { navigate(.inbox(owner)) }

  public func addClinic() { navigate(.addClinic) }
}
