import Foundation
import Observation
public import Pericard

/// The reports of laboratories about one person, as many as one has scrolled to.
@MainActor @Observable
public final class LabsModel: LabsEvents {
  let reader: RecordReader
  @ObservationIgnored public private(set) lazy var frame: any RecordFrameEvents = RecordFrame(
    reader, navigate: navigate)

  private var rows: [ReportRow]?
  private var fetched: Fetched?
  @ObservationIgnored private var wanted = page
  @ObservationIgnored private var after: PagePosition?
  @ObservationIgnored private let navigate: Navigate

  private static let page = 50

  init(_ owner: Owner, of account: AccountModel, navigate: @escaping Navigate = { _ in }) {
    self.navigate = navigate
    reader = RecordReader(.labs, of: owner, at: account)
    reader.read = { [weak self] in try await self?.readAll() }
    reader.forget = { [weak self] in self?.rows = nil }
    reader.follow()
  }

  public var state: LabsState {
    LabsState(owner: reader.named, shown: reader.shown(rows), banner: rows == nil ? nil : reader.banner(fetched))
  }

  func close() { reader.close() }

  private func readAll() async throws {
    let labs = try reader.account.account.labs(person: reader.person)
    var (all, next) = ([LabReport](), PagePosition?.none)
    repeat {
      let page = try await labs.reports(after: next, limit: min(max(wanted - all.count, 1), 500))
      all += page.reports
      next = page.after
    } while next != nil && all.count < wanted
    fetched = Fetched(try await labs.state())
    (rows, after) = (all.map(ReportRow.init), next)
  }

  public func open(_ id: LabReportID) { navigate(.record(.report(id))) }

  public func shown(_ index: Int) {
    guard let rows, after != nil, index >= rows.count - 10 else { return }
    wanted = rows.count + Self.page
    reader.jobs.replace("page") { [weak self] in await self?.reader.reread() }
  }

  public func refresh() async {
    reader.account.sync(asked: true)
    await reader.account.synced()
  }
}

/// One report with its results; it is no longer new once it was shown.
@MainActor @Observable
public final class LabReportModel: ReportEvents {
  public nonisolated let id: LabReportID
  let reader: RecordReader
  @ObservationIgnored public private(set) lazy var frame: any RecordFrameEvents = RecordFrame(
    reader, navigate: navigate)

  private var found: LabReportResults?
  @ObservationIgnored private let navigate: Navigate

  init(_ id: LabReportID, of owner: Owner, at account: AccountModel, navigate: @escaping Navigate = { _ in }) {
    self.id = id
    self.navigate = navigate
    reader = RecordReader(.labs, of: owner, at: account)
    reader.read = { [weak self] in try await self?.readAll() }
    reader.forget = { [weak self] in self?.found = nil }
    reader.gone = { navigate(.leaveRecord(.report(id))) }
    reader.follow()
  }

  public var state: ReportState {
    guard reader.shut == nil, let found else {
      return ReportState(id: id, owner: reader.named, shown: reader.shown(nil))
    }
    let report = found.report
    let standing = LabStanding(report.status)
    // What holds for the whole report is said once.
    let results = found.results.map {
      let own = LabStanding($0.status)
      return ResultRow(id: $0.id, measured: Measured($0.measured), standing: own == standing ? .final : own)
    }
    let content = ReportContent(
      // What only repeats the results is not said twice.
      conclusion: report.conclusion, narrative: results.isEmpty ? report.narrative : "", results: results,
      missing: found.missing)
    return ReportState(
      id: id, owner: reader.named, name: report.name, laboratory: report.laboratory,
      at: Moment(at: report.at, precision: report.precision), standing: standing, shown: .content(content))
  }

  func close() { reader.close() }

  private func readAll() async throws {
    let labs = try reader.account.account.labs(person: reader.person)
    let found = try await labs.report(id: id)
    self.found = found
    if found.report.unread { try await labs.markRead(report: id) }
  }

  public func open(_ result: LabResultID) { navigate(.record(.result(result))) }
}

/// One result, and how it developed.
@MainActor @Observable
public final class LabResultModel: ResultEvents {
  public nonisolated let id: LabResultID
  let reader: RecordReader
  @ObservationIgnored public private(set) lazy var frame: any RecordFrameEvents = RecordFrame(
    reader, navigate: navigate)

  private var result: LabResult?
  private var plots: [Plot] = []
  private var asList = false
  @ObservationIgnored private let navigate: Navigate

  init(_ id: LabResultID, of owner: Owner, at account: AccountModel, navigate: @escaping Navigate = { _ in }) {
    self.id = id
    self.navigate = navigate
    reader = RecordReader(.labs, of: owner, at: account)
    reader.read = { [weak self] in try await self?.readAll() }
    reader.forget = { [weak self] in
      self?.result = nil
      self?.plots = []
    }
    reader.gone = { navigate(.leaveRecord(.result(id))) }
    reader.follow()
  }

  public var state: ResultState {
    let owner = reader.named
    var state = ResultState(
      id: id, owner: owner, shown: reader.shown(nil), asList: asList,
      canAsk: owner.person.canWrite && reader.account.canWrite)
    guard reader.shut == nil, let result else { return state }
    state.name = result.measured.name
    state.at = Moment(at: result.at, precision: result.precision)
    state.standing = LabStanding(result.status)
    state.shown = .content(
      ResultContent(
        measured: Measured(result.measured), parts: result.components.map(Measured.init), comments: result.comments,
        development: plots.first.flatMap(Development.init), plots: plots))
    return state
  }

  func close() { reader.close() }

  private func readAll() async throws {
    let labs = try reader.account.account.labs(person: reader.person)
    let result = try await labs.result(id: id)
    plots = try await labs.trend(result: id).plots(of: id)
    self.result = result
  }

  public func asList(_ list: Bool) { asList = list }

  public func ask(_ subject: String) { navigate(.ask(subject)) }
}
