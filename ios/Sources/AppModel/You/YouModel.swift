import Foundation
import Observation
import Pericard

/// The second tab: what concerns the person and not one conversation.
@MainActor @Observable
public final class YouModel: YouEvents {
  private let owner: Owner
  private let accounts: @MainActor () -> [AccountModel]
  private let notices: NoticesModel
  private let version: String
  @ObservationIgnored private let navigate: Navigate

  init(
    _ owner: Owner, _ accounts: @escaping @MainActor () -> [AccountModel], notices: NoticesModel, version: String,
    navigate: @escaping Navigate
  ) {
    self.owner = owner
    self.accounts = accounts
    self.notices = notices
    self.version = version
    self.navigate = navigate
  }

  public var state: YouState {
    let accounts = accounts()
    let own = accounts.first { $0.id == owner.account }
    return YouState(
      owner: own?.owners.first { $0.id == owner.id } ?? owner,
      actingFor: own?.people.filter { !$0.isSelf && !$0.name.isEmpty }.map(\.name) ?? [],
      newNotices: notices.newCount,
      needSignIn: accounts.count { Standing($0.session, completeAt: nil).needsSignIn }, version: version)
  }

  public func choosePerson() { navigate(.people) }

  public func openNotices() { navigate(.notices) }

  public func openClinics() { navigate(.clinics) }

  public func openPrivacy() { navigate(.privacy) }

  public func openSettings() { navigate(.settings) }

  public func openHelp() { navigate(.help) }
}

/// What can be set for one account. Notifications and the language are the system's settings of the app.
@MainActor @Observable
public final class SettingsModel: SettingsEvents {
  private var read: SettingsState
  private let lock: LockModel
  private let account: AccountModel
  @ObservationIgnored private let navigate: Navigate
  @ObservationIgnored let jobs = Jobs()

  init(_ account: AccountModel, lock: LockModel, navigate: @escaping Navigate) {
    read = SettingsState(clinic: account.clinic, lock: lock.settings)
    self.account = account
    self.lock = lock
    self.navigate = navigate
    look()
  }

  /// Where the second step stands.
  func look() {
    jobs.replace("second step") { [weak self, account] in
      do {
        let step = try await account.secondStep()
        self?.read.secondStep = step
        self?.read.problem = nil
      } catch PericardError.portal(.unsupported, _) {
        // It has none in the app.
      } catch {
        self?.read.problem = Problem(error)
      }
    }
  }

  public var state: SettingsState {
    var state = read
    let now = lock.settings
    (state.lock.hasPin, state.lock.biometry) = (now.hasPin, now.biometry)
    return state
  }

  public func close() { jobs.close() }

  func settled() async { await jobs.settled() }

  public func openSystemSettings() { navigate(.outside(.settings)) }

  public func openSecondStep() { navigate(.secondStep) }

  public func changePin() { lock.change() }

  public func lockAfter(minutes: Int) {
    lock.lockAfter(minutes: minutes)
    read.lock.minutes = minutes
  }

  public func biometry(_ on: Bool) { lock.biometry(on) }
}

/// Whom to ask.
@MainActor
public final class HelpModel: HelpEvents {
  public let state: HelpState
  private let navigate: Navigate

  init(_ state: HelpState, navigate: @escaping Navigate) {
    self.state = state
    self.navigate = navigate
  }

  public func call() {
    if let phone = state.clinic.phone { navigate(.outside(.call(phone))) }
  }

  public func write() { navigate(.compose(nil)) }
}
