import Foundation
import Observation
import Pericard

/// Who opened what on this phone, page by page.
@MainActor @Observable
public final class AccessLogModel: AccessLogEvents, Follower {
  public private(set) var state: AccessLogState

  @ObservationIgnored let account: AccountModel
  @ObservationIgnored private let documents: any DocumentPlace
  @ObservationIgnored private let lock: LockModel
  @ObservationIgnored private let navigate: Navigate
  @ObservationIgnored private var entries: [AccessEntry] = []
  @ObservationIgnored private var before: Int?
  @ObservationIgnored let jobs = Jobs()

  init(_ account: AccountModel, documents: any DocumentPlace, lock: LockModel, navigate: @escaping Navigate) {
    self.account = account
    self.documents = documents
    self.lock = lock
    self.navigate = navigate
    state = AccessLogState(clinic: account.clinic, hasPin: account.hasPin)
    account.follow(self)
  }

  func refresh(_ changes: ChangeSet?) async {
    // What is shown stays as it was read: it is closed by its session alone.
    if case .content = state.body, changes?.session != true { return }
    await read()
  }

  private func read() async {
    do {
      let page = try await account.account.accessLog()
      (entries, before) = (page.entries, page.before)
      state.body = content()
    } catch {
      (entries, before) = ([], nil)
      state.body = .closed
    }
    state.standing = await account.account.logStanding()
    state.hasPin = account.hasPin
  }

  private func content(loading: Bool = false) -> LogBody { .content(rows, more: before != nil, loading: loading) }

  func close() { jobs.close() }

  func settled() async { await jobs.settled() }

  public func earlier() {
    guard let from = before, case .content(_, _, loading: false) = state.body else { return }
    state.body = content(loading: true)
    jobs.start { [weak self, account] in
      do {
        let page = try await account.account.accessLog(before: from)
        guard let self, before == from else { return }
        entries += page.entries
        before = page.before
        state.body = content()
      } catch {
        await self?.read()
      }
    }
  }

  /// As comma-separated values, where the person says.
  public func save() {
    if state.saving { return }
    (state.saving, state.trouble) = (true, nil)
    jobs.start { [weak self, account] in
      do {
        let list = try await account.account.exportAccessLog()
        try await self?.write(Data(list.utf8))
      } catch {
        self?.state.trouble = CopyTrouble(error)
      }
      self?.state.saving = false
    }
  }

  private func write(_ list: Data) async throws {
    guard let document = try await documents.create(Self.file) else { return }
    do {
      try await document.write(list)
      try await document.finish()
      account.say(.listSaved)
    } catch {
      _ = await document.discard()
      throw error
    }
  }

  public func changePin() { lock.change() }

  public func callClinic() {
    if let phone = account.clinic.phone { navigate(.outside(.call(phone))) }
  }

  /// PINs that were wrong one right after the other are one row.
  private var rows: [LogRow] {
    let names = Dictionary(account.people.map { ($0.id, $0.name) }) { first, _ in first }
    var rows: [LogRow] = []
    for entry in entries {
      let deed = LogDeed(entry.action)
      let last = rows.last
      if deed == .wrongPin, let last, last.deed == deed, last.at.timeIntervalSince(entry.at) < Self.together {
        rows[rows.count - 1].times += 1
      } else {
        let name = entry.person.flatMap { names[$0] } ?? ""
        rows.append(LogRow(id: entry.number, at: entry.at, deed: deed, about: name.isEmpty ? nil : name))
      }
    }
    return rows
  }

  /// Says nothing about whose list it is.
  private static let file = "access-log.csv"
  private static let together: TimeInterval = 30 * 60
}

extension AccountModel {
  /// There is a lock on it.
  var hasPin: Bool { lockState != nil && lockState != .off }
}

extension LogDeed {
  init(_ action: AccessAction) {
    self =
      switch action {
      case .signedIn: .signedIn
      case .unlocked: .unlocked
      case .unlockedWithKey: .unlockedWithKey
      case .wrongPin: .wrongPin
      case .pinSet: .pinSet
      case .pinRemoved: .pinRemoved
      case .destroyed: .destroyed
      case .sealed: .sealed
      case .conversationOpened: .conversationOpened
      case .searched: .searched
      case .fileOpened: .fileOpened
      case .labResultOpened: .labResultOpened
      case .documentOpened: .documentOpened
      case .written: .written
      case .exported: .copied
      case .policyChanged: .policyChanged
      case .incident: .refused
      case .personForgotten: .personForgotten
      case .accessEnded: .accessEnded
      case .other: .other
      }
  }
}
