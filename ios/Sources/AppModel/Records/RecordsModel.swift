import Foundation
import Observation
import Pericard

/// The kinds of records of one person at one clinic, and what is new of each.
@MainActor @Observable
public final class RecordsModel: Follower, RecordsEvents {
  let owner: Owner
  let account: AccountModel

  /// What was read of a kind.
  private struct Read: Equatable {
    var line: KindLine
    var news = 0
    var isHere: Bool
    var syncedAt: Date?
  }

  private var read: [RecordKind: Read] = [:]
  @ObservationIgnored private let navigate: Navigate
  @ObservationIgnored private let refresher = Refresher()

  /// As many as the core gives at once; beyond that nobody counts.
  private static let most = 500

  init(_ owner: Owner, of account: AccountModel, navigate: @escaping Navigate = { _ in }) {
    (self.owner, self.account, self.navigate) = (owner, account, navigate)
    account.follow(self)
  }

  public var state: RecordsState {
    let owner = account.owners.first { $0.id == self.owner.id } ?? self.owner
    if let reason = ClosedReason(session: account, of: owner.person.id) {
      return RecordsState(owner: owner, body: .closed(reason))
    }
    let rows = RecordKind.allCases.compactMap { row($0) }
    let body: RecordsBody = !rows.isEmpty ? .kinds(rows) : account.capabilities == nil ? .notYet : .none
    return RecordsState(
      owner: owner, body: body, banner: account.banner(of: owner, syncedAt: read.values.compactMap(\.syncedAt).min()))
  }

  /// Nothing where the clinic has no such kind: it says so, and nothing of it has ever come.
  private func row(_ kind: RecordKind) -> KindRow? {
    guard let read = read[kind] else { return nil }
    if case .off(_, let cached) = account.state(kind.feature) {
      return KindRow(kind: kind, line: .off(closed: !cached), news: read.news)
    }
    let isOffered = account.capabilities?.features.contains { $0.feature == kind.feature && $0.readable } ?? false
    return read.isHere || isOffered ? KindRow(kind: kind, line: read.line, news: read.news) : nil
  }

  func close() { refresher.stop() }

  func refresh(_ changes: ChangeSet?) async {
    if let changes, changes.records.isEmpty, !changes.session, !changes.features, !changes.people { return }
    await refresher.read { [weak self] in await self?.readAll() }
  }

  private func readAll() async {
    guard account.isReadable(owner) else {
      read = [:]
      return
    }
    var all: [RecordKind: Read] = [:]
    for kind in RecordKind.allCases {
      do { all[kind] = try await kind == .labs ? labs() : documents() } catch { all[kind] = unread(error) }
    }
    read = all
  }

  private func labs() async throws -> Read {
    let labs = try account.account.labs(person: owner.person.id)
    let reports = try await labs.reports(limit: Self.most).reports
    let synced = try await labs.state().syncedAt
    let news = reports.filter(\.unread)
    let line: KindLine =
      if let newest = news.first {
        .new(news.count, from: Moment(at: newest.at, precision: newest.precision))
      } else if let newest = reports.first {
        .newest(Moment(at: newest.at, precision: newest.precision))
      } else {
        synced == nil ? .coming : .nothing
      }
    return Read(line: line, news: news.count, isHere: !reports.isEmpty || synced != nil, syncedAt: synced)
  }

  private func documents() async throws -> Read {
    let documents = try account.account.documents(person: owner.person.id)
    let page = try await documents.documents(limit: Self.most)
    let synced = try await documents.state().syncedAt
    let line: KindLine =
      page.documents.isEmpty
      ? (synced == nil ? .coming : .nothing) : .count(page.documents.count, more: page.after != nil)
    return Read(line: line, isHere: !page.documents.isEmpty || synced != nil, syncedAt: synced)
  }

  /// Why a kind cannot be read; nothing where the account says so.
  private func unread(_ error: any Error) -> Read? {
    switch error as? PericardError {
    case .stepUpRequired?: Read(line: .stepUp, isHere: true)
    case .switchedOff?: Read(line: .off(closed: true), isHere: true)
    default: nil
    }
  }
}

extension RecordsModel {
  public func open(_ kind: RecordKind) { navigate(.record(kind == .labs ? .labs : .documents)) }

  public func refresh() async {
    account.sync(asked: true)
    await account.synced()
  }

  public func choosePerson() { navigate(.people) }

  public func signInAgain() { navigate(.signInAgain(account.id, of: owner.person)) }

  public func useAnotherAccount() { navigate(.addClinic) }

  public func tryNow() { account.sync(asked: true) }

  public func stepUp() { navigate(.stepUp(account.id)) }

  public func callClinic() {
    if let phone = owner.clinic.phone { navigate(.outside(.call(phone))) }
  }
}

/// What the tab of records does. What it does of a closed account is that of the inbox.
@MainActor
public protocol RecordsEvents: ClosedEvents, RecordFrameEvents {
  func open(_ kind: RecordKind)
  /// Returns when the sync has ended, for a control that is drawn meanwhile.
  func refresh() async
}
