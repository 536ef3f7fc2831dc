import Foundation
import Pericard

extension ReportRow {
  init(_ report: LabReport) {
    id = report.id
    name = report.name
    laboratory = report.laboratory
    at = Moment(at: report.at, precision: report.precision)
    standing = LabStanding(report.status)
    isNew = report.unread
  }
}

extension LabStanding {
  init(_ status: LabStatus) {
    self =
      switch status {
      case .final, .unknown: .final
      case .preliminary: .preliminary
      case .corrected: .corrected
      case .registered: .registered
      }
  }
}

extension Measured {
  init(_ measurement: LabMeasurement) {
    let reading = Reading(measurement)
    // What the line shows is not said once more.
    let given = reading == nil ? measurement.ranges.map(GivenRange.init) : []
    self.init(
      name: measurement.name, value: MeasuredValue(measurement.value, absent: measurement.absent), reading: reading,
      ranges: given.filter { $0.low != nil || $0.high != nil || !$0.words.isEmpty },
      says: measurement.interpretations.map(Says.init))
  }
}

extension Says {
  /// In words of its own, where it has more than the code that the flag stands for.
  fileprivate init(_ said: LabInterpretation) {
    self.init(flag: said.flag, text: said.flag == .other || said.text.count > 3 ? said.text : "")
  }
}

extension GivenRange {
  fileprivate init(_ range: LabRange) {
    self.init(low: range.low?.written, high: range.high?.written, words: range.text, whom: range.appliesTo)
  }
}

extension MeasuredValue {
  fileprivate init(_ value: LabValue, absent: String) {
    self =
      switch value {
      case .nothing: .absent(absent)
      // The sign is one that this app does not know: the amount alone would be wrong.
      case .quantity(let quantity) where quantity.comparator == .other: .unsupported
      case .quantity(let quantity): .amount(quantity.written, unit: quantity.unit)
      case .text(let text): .words(text)
      case .boolean(let value): .yesNo(value)
      case .integer(let value): .amount("\(value)", unit: "")
      case .range(let low, let high): Self.both(low, high, " – ")
      case .ratio(let numerator, let denominator): Self.both(numerator, denominator, " : ")
      case .unsupported: .unsupported
      }
  }

  private static func both(_ first: LabQuantity?, _ second: LabQuantity?, _ between: String) -> MeasuredValue {
    let parts = [first, second].compactMap(\.self)
    if parts.isEmpty || parts.contains(where: { $0.comparator == .other }) { return .unsupported }
    let isOneUnit = Set(parts.map(\.unit)).count == 1
    let text = parts.map { isOneUnit ? $0.written : "\($0.written) \($0.unit)".trimmed }.joined(separator: between)
    return .amount(text, unit: isOneUnit ? parts[0].unit : "")
  }
}

extension LabQuantity {
  fileprivate var written: String { comparator.sign + value }
}

extension LabComparator {
  fileprivate var sign: String {
    switch self {
    case .equal, .other: ""
    case .less: "< "
    case .lessOrEqual: "≤ "
    case .greaterOrEqual: "≥ "
    case .greater: "> "
    }
  }
}

/// A figure as laboratories write it: no more than four digits that count, in every language with a point.
public func figure(_ number: Double) -> String {
  number.formatted(
    .number.precision(.significantDigits(1...4)).grouping(.never).locale(Locale(identifier: "en_US_POSIX")))
}

extension LabTrend {
  /// The series with this result first.
  func plots(of id: LabResultID) -> [Plot] {
    let ordered = series.filter { $0.has(id) } + series.filter { !$0.has(id) }
    return ordered.compactMap { one in
      let points = one.points.filter { $0.comparator != .other }.map { PlotPoint($0, isThis: $0.result == id) }
      return points.isEmpty ? nil : Plot(unit: one.unit, points: points)
    }
  }
}

extension LabSeries {
  fileprivate func has(_ id: LabResultID) -> Bool { points.contains { $0.result == id } }
}

extension PlotPoint {
  fileprivate init(_ point: LabPoint, isThis: Bool) {
    self.init(
      id: point.result, at: Moment(at: point.at, precision: point.precision), value: point.value,
      text: point.comparator.sign + figure(point.value), low: point.low, high: point.high,
      isInside: AppModel.isInside(point.value, point.comparator, point.low, point.high), converted: point.converted,
      standing: LabStanding(point.status), isThis: isThis)
  }
}

extension Development {
  /// How the result that is looked at compares with the one before it; nothing where a sign before one of them leaves it open.
  init?(_ plot: Plot) {
    let points = plot.points
    guard let at = points.firstIndex(where: \.isThis), at > 0 else { return nil }
    let (now, before) = (points[at], points[at - 1])
    guard now.text == figure(now.value), before.text == figure(before.value) else { return nil }
    self.init(
      to: now.value < before.value ? .lower : now.value > before.value ? .higher : .same,
      before: "\(before.text) \(plot.unit)".trimmed, at: before.at)
  }
}
