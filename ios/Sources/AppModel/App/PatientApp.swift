public import Foundation
import Observation
public import Pericard

/// The whole app: what is open, and what leads where.
@MainActor @Observable
public final class PatientApp: Follower {
  public enum Phase: Hashable, Sendable {
    case opening
    case ready
    /// The directory cannot be opened; `canBeginAnew` where only removing it helps.
    case failed(Problem, canBeginAnew: Bool)
  }

  public private(set) var phase = Phase.opening
  /// Nothing while nobody is signed in.
  public private(set) var home: HomeModel?
  public private(set) var welcome: WelcomeModel?
  /// The screens above each tab, the last on top. The system's Back shortens them.
  public var messagesPath: [Screen] = [] {
    didSet { close(oldValue, but: messagesPath) }
  }
  public var recordsPath: [Screen] = [] {
    didSet { close(oldValue, but: recordsPath) }
  }
  public var youPath: [Screen] = [] {
    didSet { close(oldValue, but: youPath) }
  }
  /// The list of people is open.
  public var people: PeopleModel?
  /// Why the last step to another screen was not made.
  public var problem: Problem?

  private(set) var accounts: [AccountModel] = [] {
    didSet { number(accounts) }
  }

  /// What the app runs on.
  public struct Surroundings {
    var open: @MainActor () async throws -> Client
    var erase: @MainActor () async throws -> Void
    var preferences: any Preferences
    var browser: any Browser
    var biometricKeys: any BiometricKeys
    var documents: any DocumentPlace
    var errand: @MainActor (Errand) -> Void
    var now: () -> Date
    /// The languages that the person reads (BCP 47), the favourite first.
    var languages: () -> [String]

    public init(
      open: @escaping @MainActor () async throws -> Client, erase: @escaping @MainActor () async throws -> Void,
      preferences: any Preferences, browser: any Browser, biometricKeys: any BiometricKeys,
      documents: any DocumentPlace, errand: @escaping @MainActor (Errand) -> Void,
      now: @escaping () -> Date = { Date() }, languages: @escaping () -> [String] = { Locale.preferredLanguages }
    ) {
      self.open = open
      self.erase = erase
      self.preferences = preferences
      self.browser = browser
      self.biometricKeys = biometricKeys
      self.documents = documents
      self.errand = errand
      self.now = now
      self.languages = languages
    }
  }

  @ObservationIgnored let surroundings: Surroundings
  @ObservationIgnored let directory: ClinicDirectory
  @ObservationIgnored let version: String
  @ObservationIgnored private(set) var client: Client?
  @ObservationIgnored private var isStarting = false
  @ObservationIgnored private var hasWindow = false
  /// Where the person was when the system ended the app, until they are back there.
  @ObservationIgnored var leftAt: [String]?
  @ObservationIgnored let jobs = Jobs()
  @ObservationIgnored public private(set) lazy var lock = LockModel(
    keys: surroundings.biometricKeys, preferences: surroundings.preferences
  ) { [weak self] in self?.accounts ?? [] }
  @ObservationIgnored private(set) lazy var notices = NoticesModel(surroundings.preferences, now: surroundings.now) {
    [weak self] in self?.go($0)
  }

  public init(_ surroundings: Surroundings, clinics: ClinicDirectory, version: String) {
    self.surroundings = surroundings
    directory = clinics
    self.version = version
  }

  /// The screens above the tab that is shown.
  var path: [Screen] {
    get {
      switch home?.tab {
      case .records: recordsPath
      case .you: youPath
      case .messages, nil: messagesPath
      }
    }
    set {
      switch home?.tab {
      case .records: recordsPath = newValue
      case .you: youPath = newValue
      case .messages, nil: messagesPath = newValue
      }
    }
  }

  var allScreens: [Screen] { messagesPath + recordsPath + youPath }

  func closeAll() {
    messagesPath = []
    recordsPath = []
    youPath = []
  }

  private func close(_ before: [Screen], but now: [Screen]) {
    for gone in before where !now.contains(gone) { gone.close() }
    if now.count < before.count { now.last?.reappeared() }
  }

  /// Opens what is on this phone for a window. It works offline.
  ///
  /// The person comes back to `places`, which the first window of this process says, as far as they are still there; also
  /// where background work has opened it before.
  public func start(places: [String] = []) async {
    if !hasWindow { (hasWindow, leftAt) = (true, places) }
    await begin()
    if phase == .ready { await comeBack() }
  }

  /// Removes what cannot be opened; the clinics keep the originals. What could be opened after all stays.
  public func beginAnew() async { await begin(erasing: true) }

  func begin(erasing: Bool = false) async {
    guard client == nil, !isStarting else { return }
    isStarting = true
    defer { isStarting = false }
    phase = .opening
    do {
      if erasing { try await surroundings.erase() }
      let client = try await surroundings.open()
      self.client = client
      for account in try await client.accounts() { add(account) }
      lock.look()
      let chosen = surroundings.preferences.chosen
      let owners = accounts.flatMap(\.owners)
      if let owner = owners.first(where: { $0.id == chosen }) ?? owners.first { show(owner) } else { welcomeSomebody() }
      await comeBack()
      phase = .ready
      await resumeSignIn()
      syncAll()
    } catch {
      phase = .failed(Problem(error) ?? .failing, canBeginAnew: erasing || Self.isLost(error))
    }
  }

  private static func isLost(_ error: any Error) -> Bool {
    switch error as? PericardError {
    case .storage(.wrongKey), .storage(.damaged), .keystore(.lost): true
    default: false
    }
  }

  func refresh(_ changes: ChangeSet?) async {
    lock.look()
    let gone = accounts.filter { $0.session == .signedOut }
    if !gone.isEmpty { remove(gone) }
    leavePersonWhoWent()
    if let home, isClosed(home) { remove(\.showsMessages) }
    if let home, ClosedReason(session: home.account, of: home.inbox.owner.person.id) != nil || !home.isReadable {
      remove(\.showsContent)
    }
    await notices.read(accounts)
  }

  private func isClosed(_ home: HomeModel) -> Bool {
    !home.isReadable || ClosedReason(home.account, of: home.inbox.owner.person.id) != nil
  }

  /// The account that came of a sign-in, in place of the one that it reopened. Whoever is not among those that were `there`
  /// is shown.
  func signedIn(_ account: Account, at portal: Portal, there: Set<PersonID>? = nil) {
    let known = accounts.firstIndex { $0.id == account.id }
    let model = makeModel(of: account)
    model.found(portal.capabilities)
    if let known {
      accounts[known].close()
      accounts[known] = model
    } else {
      accounts.append(model)
    }
    model.follow(self)
    closeAll()
    welcome = nil
    let again = home?.inbox.owner.account == account.id ? home?.inbox.owner.id : nil
    let added = there.flatMap { there in model.owners.first { !there.contains($0.person.id) } }
    if let owner = added ?? model.owners.first(where: { $0.id == again }) ?? model.owners.first { show(owner) }
    lock.cover(model)
    model.sync()
  }

  /// After a fresh sign-in the person is back at what they were reading.
  func steppedUp(_ account: AccountModel, at portal: Portal) {
    remove { if case .signIn = $0 { true } else { false } }
    account.found(portal.capabilities)
    account.reopened()
    account.sync()
    switch path.last {
    case .copy(let model): model.steppedUp()
    case .secondStep(let model): model.steppedUp()
    default: break
    }
  }

  func show(_ owner: Owner) {
    guard let account = accounts.first(where: { $0.id == owner.account }) else { return }
    home?.close()
    surroundings.preferences.chosen = owner.id
    let navigate: Navigate = { [weak self] in self?.go($0) }
    home = HomeModel(
      inbox: InboxModel(owner, of: account, notices: notices, navigate: navigate),
      records: RecordsModel(owner, of: account, navigate: navigate),
      you: YouModel(
        owner, { [weak self] in self?.accounts ?? [] }, notices: notices, version: version, navigate: navigate),
      account: account)
  }

  func welcomeSomebody() {
    home?.close()
    home = nil
    welcome = makeWelcome(canLeave: false)
  }

  /// Several accounts at one clinic are told apart, in the order in which they came.
  private func number(_ accounts: [AccountModel]) {
    for account in accounts {
      let there = accounts.filter { $0.clinic.id == account.clinic.id }
      let place = there.firstIndex { $0 === account }.map { $0 + 1 }
      account.number = there.count > 1 ? place : nil
    }
  }

  private func add(_ account: Account) {
    let model = makeModel(of: account)
    accounts.append(model)
    model.follow(self)
  }

  private func makeModel(of account: Account) -> AccountModel {
    AccountModel(
      account, at: directory.clinic(base: account.portal),
      ask: { [weak self] in
        guard let self else { throw PericardError.closed }
        return try await portal(of: $0).capabilities
      }, now: surroundings.now, languages: surroundings.languages)
  }

  /// Asks the clinic of an account what it can do. What has not changed since is not sent again.
  func portal(of account: Account) async throws -> Portal {
    guard let client else { throw PericardError.closed }
    return try await client.portal(config: try account.portalConfig())
  }

  /// The clinic ended the access to the person whose inbox is shown.
  private func leavePersonWhoWent() {
    guard let home else { return }
    let owners = home.account.owners
    guard !owners.contains(where: { $0.id == home.inbox.owner.id }), let own = owners.first else { return }
    closeAll()
    show(own)
  }

  private func remove(_ gone: [AccountModel]) {
    for account in gone { account.close() }
    accounts.removeAll { account in gone.contains { $0 === account } }
    remove { screen in
      switch screen {
      case .clinic(let model): gone.contains { $0 === model.account }
      case .leaving(let model): gone.contains { $0 === model.account }
      default: false
      }
    }
    guard let home, gone.contains(where: { $0 === home.account }) else { return }
    closeAll()
    if let owner = accounts.flatMap(\.owners).first { show(owner) } else { welcomeSomebody() }
  }
}
