import Pericard

extension StoryContext {
  private func allReports() async throws -> [LabReport] {
    let labs = try labs()
    return try await Self.pages { after in
      let page = try await labs.reports(after: after, limit: Self.page)
      return (page.reports, page.after)
    }
  }

  /// The report that a step is about: the n-th of the list.
  private func listed(_ keys: inout Keys) async throws -> LabReport {
    let number = try keys.number("report")
    let all = try await allReports()
    guard all.indices.contains(number) else { throw Broken("there is no report \(number)") }
    return all[number]
  }

  private func opened(_ keys: inout Keys) async throws -> LabReportResults {
    let report = try await listed(&keys)
    return try await labs().report(id: report.id)
  }

  private func result(_ keys: inout Keys) async throws -> LabResult {
    let number = try keys.number("result")
    let results = try await opened(&keys).results
    guard results.indices.contains(number) else { throw Broken("there is no result \(number)") }
    return results[number]
  }

  func readReport(_ keys: inout Keys) async throws {
    let report = try await listed(&keys)
    try await labs().markRead(report: report.id)
  }

  /// What is expected of lab results.
  func expectLabs(_ thing: String, _ keys: inout Keys) async throws {
    switch thing {
    case "lab_reports":
      let reports = try await allReports()
      try same("reports", try keys.number("count"), reports.count)
      try number("unread", reports.count { $0.unread }, &keys)
    case "lab_report":
      let report = try await listed(&keys)
      try text("name", report.name, &keys)
      try text("status", word(report.status), &keys)
      try text("narrative", report.narrative, &keys)
      if let unread = try keys.yesOrNo("unread") { try same("unread", unread, report.unread) }
    case "lab_results":
      let found = try await opened(&keys)
      try same("results", try keys.number("count"), found.results.count)
      try number("missing", found.missing, &keys)
    case "lab_result":
      let found = try await result(&keys)
      try text("name", found.measured.name, &keys)
      try text("value", told(found.measured.value), &keys)
      try text("status", word(found.status), &keys)
      try text("flag", found.measured.interpretations.first.map { word($0.flag) } ?? "", &keys)
      try text("comment", found.comments.first ?? "", &keys)
    case "lab_trend":
      let result = try await result(&keys)
      let series = try await labs().trend(result: result.id).series
      try same("series", try keys.number("series"), series.count)
      try number("points", series.first?.points.count ?? 0, &keys)
      try text("unit", series.first?.unit ?? "", &keys)
    default:
      let state = try await labs().state()
      try same("complete", try keys.flag("complete"), state.incomplete == nil && state.completeAt != nil)
      try number("held", state.held, &keys)
      try number("unreadable", state.unreadable, &keys)
    }
  }

  private func text(_ name: String, _ found: String, _ keys: inout Keys) throws {
    if let wanted = try keys.textIfThere(name) { try same(name, wanted, found) }
  }

  private func number(_ name: String, _ found: Int, _ keys: inout Keys) throws {
    if let wanted = try keys.numberIfThere(name) { try same(name, wanted, found) }
  }

  /// A value as it is read; the schema says how.
  private func told(_ value: LabValue) -> String {
    switch value {
    case .nothing: ""
    case .quantity(let quantity): told(quantity)
    case .text(let text): text
    case .boolean(let value): "\(value)"
    case .integer(let value): "\(value)"
    case .range(let low, let high): "\(told(low)) – \(told(high))"
    case .ratio(let numerator, let denominator): "\(told(numerator)) : \(told(denominator))"
    case .unsupported: "unsupported"
    }
  }

  private func told(_ amount: LabQuantity?) -> String {
    guard let amount else { return "" }
    let sign =
      switch amount.comparator {
      case .equal: ""
      case .less: "<"
      case .lessOrEqual: "<="
      case .greaterOrEqual: ">="
      case .greater: ">"
      case .other: "?"
      }
    return [sign, amount.value, amount.unit].filter { !$0.isEmpty }.joined(separator: " ")
  }

  private func word(_ status: LabStatus) -> String {
    switch status {
    case .registered: "registered"
    case .preliminary: "preliminary"
    case .final: "final"
    case .corrected: "corrected"
    case .unknown: "unknown"
    }
  }

  private func word(_ flag: LabFlag) -> String {
    switch flag {
    case .normal: "normal"
    case .abnormal: "abnormal"
    case .criticallyAbnormal: "critically_abnormal"
    case .high: "high"
    case .criticallyHigh: "critically_high"
    case .low: "low"
    case .criticallyLow: "critically_low"
    case .positive: "positive"
    case .negative: "negative"
    case .susceptible: "susceptible"
    case .intermediate: "intermediate"
    case .resistant: "resistant"
    case .other: "other"
    }
  }
}
