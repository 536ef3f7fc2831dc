import Observation
import Pericard

/// What becomes of what an account has here: who opened it, a copy of it, the clinic's pages about it, the ways out.
@MainActor @Observable
public final class PrivacyModel: PrivacyEvents, Follower {
  private var log: LogStanding?
  private var problem: Problem?
  @ObservationIgnored let account: AccountModel
  @ObservationIgnored private let person: Person
  @ObservationIgnored private let pages: ClinicPages
  @ObservationIgnored private let navigate: Navigate
  @ObservationIgnored let jobs = Jobs()

  init(_ account: AccountModel, of person: Person, pages: ClinicPages, navigate: @escaping Navigate) {
    self.account = account
    self.person = person
    self.pages = pages
    self.navigate = navigate
    account.follow(self)
    // Without an answer what is known stays: the pages need the network anyway.
    account.askClinic()
  }

  public var state: PrivacyState {
    PrivacyState(
      clinic: account.clinic, log: log, readable: log != .closed, sessionsPage: has(.sessions),
      accountPage: has(.account), problem: problem, actsFor: person.isSelf || person.name.isEmpty ? nil : person.called)
  }

  private func has(_ page: PortalPage) -> Bool { account.capabilities?.pages.contains(page) ?? false }

  func refresh(_ changes: ChangeSet?) async {
    if changes?.session ?? true { await read() }
  }

  /// Looks at the list anew, as after it was shown.
  func look() {
    problem = nil
    jobs.replace("look") { [weak self] in await self?.read() }
  }

  private func read() async {
    let standing = await account.account.logStanding()
    if standing != log { log = standing }
  }

  func close() { jobs.close() }

  func settled() async { await jobs.settled() }

  public func openLog() { navigate(.accessLog) }

  public func makeCopy() { navigate(.copy) }

  public func openSessionsPage() { open(.sessions) }

  public func openAccountPage() { open(.account) }

  private func open(_ page: PortalPage) {
    problem = nil
    jobs.start { [weak self, account, pages] in
      do { try await pages.show(page, of: account) } catch { self?.problem = Problem(error) }
    }
  }

  public func signOut() { navigate(.leaving(account.id, .signOut)) }

  public func forgetPerson() { navigate(.leaving(account.id, .forget, of: person)) }

  public func forgetAccount() { navigate(.leaving(account.id, .forget)) }
}

extension Account {
  /// Whether the list is whole, and how long it is.
  func logStanding() async -> LogStanding {
    do {
      let newest = try await accessLog(limit: 1).entries.first?.number ?? 0
      guard try await checkAccessLog() == .whole else { return .broken }
      // They are numbered without gaps, and so many are kept.
      return .whole(entries: min(newest, mostEntries))
    } catch {
      return (error as? PericardError)?.closes == true ? .closed : .unchecked
    }
  }
}

private let mostEntries = 10_000

extension PericardError {
  /// Nothing that is here can be read.
  var closes: Bool {
    switch self {
    case .locked, .signInRequired, .leaseEnded, .stepUpRequired, .switchedOff, .closed: true
    default: false
    }
  }
}
