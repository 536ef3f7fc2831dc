import Foundation
internal import PericardCore

/// Behind ``FakeLabs``: what the façade calls in place of the core's lab results.
final class CoreFakeLabs: PericardCore.Labs, @unchecked Sendable {
  private let lock = NSLock()
  private var kept: [PericardCore.LabReportResults] = []
  private var failing: PericardCore.PericardError?
  private var told = PericardCore.LabsState(syncedAt: nil, completeAt: nil, incomplete: nil, held: 0, unreadable: 0)
  private var listener: (@Sendable (PericardCore.ChangeSet) -> Void)?

  init(_ reports: [PericardCore.LabReportResults]) {
    super.init(noHandle: NoHandle())
    kept = reports
  }

  required init(unsafeFromHandle handle: UInt64) {
    super.init(unsafeFromHandle: handle)
  }

  var onChange: (@Sendable (PericardCore.ChangeSet) -> Void)? {
    get { lock.withLock { listener } }
    set { lock.withLock { listener = newValue } }
  }

  var failure: PericardCore.PericardError? {
    get { lock.withLock { failing } }
    set { lock.withLock { failing = newValue } }
  }

  func receive(_ report: PericardCore.LabReportResults) {
    lock.withLock {
      kept.removeAll { $0.report.id == report.report.id }
      kept.append(report)
    }
    changed()
  }

  func synced(_ outcome: PericardCore.SyncOutcome) {
    lock.withLock {
      var reason: PericardCore.IncompleteReason?
      if case .incomplete(let why) = outcome { reason = why }
      let now = Date()
      told = PericardCore.LabsState(
        syncedAt: now, completeAt: reason == nil ? now : told.completeAt, incomplete: reason, held: told.held,
        unreadable: told.unreadable)
    }
  }

  override func reports(after: PericardCore.PagePosition?, limit: UInt32) async throws -> PericardCore.LabReportPage {
    try read {
      let newest = kept.map(\.report).sorted { $0.at > $1.at }
      return paged(newest, after, limit) { PericardCore.LabReportPage(reports: $0, after: $1) }
    }
  }

  override func report(id: PericardCore.LabReportId) async throws -> PericardCore.LabReportResults {
    try read { kept[try known(id)] }
  }

  override func result(id: PericardCore.LabResultId) async throws -> PericardCore.LabResult {
    try read { try found(id) }
  }

  override func trend(result: PericardCore.LabResultId) async throws -> PericardCore.LabTrend {
    try read {
      let of = try found(result).measured
      let same = results().filter { of.code == nil ? $0.measured.name == of.name : $0.measured.code == of.code }
        .sorted { $0.at < $1.at }
      let amounts = same.compactMap { one in amount(one).map { (one, $0) } }
      // The unit with the newest result first.
      var units: [String] = []
      for (_, amount) in amounts.reversed() where !units.contains(amount.unit) { units.append(amount.unit) }
      let series = units.map { unit in
        PericardCore.LabSeries(unit: unit, points: amounts.filter { $0.1.unit == unit }.map { point($0, $1) })
      }
      return PericardCore.LabTrend(name: same.last?.measured.name ?? of.name, series: series)
    }
  }

  override func markRead(report: PericardCore.LabReportId) async throws {
    try read {
      let at = try known(report)
      let (old, results, missing) = (kept[at].report, kept[at].results, kept[at].missing)
      let read = PericardCore.LabReport(
        id: old.id, name: old.name, laboratory: old.laboratory, status: old.status, at: old.at,
        precision: old.precision, unread: false, conclusion: old.conclusion, narrative: old.narrative)
      kept[at] = PericardCore.LabReportResults(report: read, results: results, missing: missing)
    }
    changed()
  }

  override func state() async throws -> PericardCore.LabsState {
    try read { told }
  }

  private func read<T>(_ work: () throws -> T) throws -> T {
    try lock.withLock {
      if let failing { throw failing }
      return try work()
    }
  }

  private func changed() {
    let feature = PericardCore.FeatureChanges(feature: .labs, groups: [], all: false)
    onChange?(
      PericardCore.ChangeSet(records: [feature], outbox: false, session: false, features: false, people: false))
  }

  private func known(_ report: String) throws -> Int {
    guard let at = kept.firstIndex(where: { $0.report.id == report }) else {
      throw PericardCore.PericardError.NotFound
    }
    return at
  }

  /// A result may be in several reports.
  private func results() -> [PericardCore.LabResult] {
    kept.flatMap(\.results).reduce(into: []) { all, one in
      if !all.contains(where: { $0.id == one.id }) { all.append(one) }
    }
  }

  private func found(_ result: String) throws -> PericardCore.LabResult {
    guard let found = results().first(where: { $0.id == result }) else { throw PericardCore.PericardError.NotFound }
    return found
  }

  /// What of a result can be drawn; words are no number.
  private func amount(_ result: PericardCore.LabResult) -> PericardCore.LabQuantity? {
    switch result.measured.value {
    case .quantity(let quantity): quantity.number == nil ? nil : quantity
    case .integer(let value):
      PericardCore.LabQuantity(comparator: .equal, value: String(value), number: Double(value), unit: "", ucum: "")
    default: nil
    }
  }

  private func point(_ result: PericardCore.LabResult, _ amount: PericardCore.LabQuantity) -> PericardCore.LabPoint {
    // Of several ranges one cannot tell which is the person's.
    let ranges = result.measured.ranges
    let range = ranges.count == 1 ? ranges[0] : nil
    return PericardCore.LabPoint(
      result: result.id, at: result.at, precision: result.precision, value: amount.number ?? 0,
      comparator: amount.comparator, converted: false, status: result.status, low: range?.low?.number,
      high: range?.high?.number)
  }
}

/// A page of a list, whose positions are numbers.
func paged<T, P>(_ all: [T], _ after: String?, _ limit: UInt32, _ make: ([T], String?) -> P) -> P {
  let from = min(after.flatMap { Int($0) } ?? 0, all.count)
  let end = min(from + Int(limit), all.count)
  return make(Array(all[from..<end]), end < all.count ? String(end) : nil)
}
