public import Foundation

/// Where on a line from 0 to 1 the range and the value lie. A value far outside stands at the end.
public struct LineScale: Sendable {
  public let low: Double
  public let high: Double
  public let value: Double

  public init(_ reading: Reading) {
    let (low, high) = (reading.low?.number, reading.high?.number)
    let span: Double
    if let low, let high { span = high - low } else { span = max(abs(high ?? low ?? 1), .leastNormalMagnitude) }
    let from = low ?? ((high ?? 0) > 0 ? 0 : (high ?? 0) - span)
    let to = high ?? (from + span)
    let least = max(low == nil ? from : min(from - span * 0.6, reading.value - span * 0.15), from - span * 4)
    let most = min(max(to + span * 0.6, reading.value + span * 0.15), to + span * 4)
    func at(_ number: Double) -> Double { min(max((number - least) / (most - least), 0), 1) }
    self.low = low.map(at) ?? 0
    self.high = high.map(at) ?? 1
    value = at(reading.value)
  }
}

/// What of a plot lies where.
public struct PlotScale: Sendable {
  /// What was usual, for a part of the time. A bound that is nothing is the plot's edge.
  public struct Band: Hashable, Sendable {
    public var from: Date
    public var to: Date
    public var low: Double?
    public var high: Double?
  }

  private let points: [PlotPoint]
  public let least: Double
  public let most: Double

  private static let gap: TimeInterval = 731 * 86_400

  public init(_ points: [PlotPoint]) {
    self.points = points
    let all = points.flatMap { [$0.value, $0.low, $0.high].compactMap(\.self) }
    let (lowest, highest) = (all.min() ?? 0, all.max() ?? 1)
    let span = highest > lowest ? highest - lowest : 1
    (least, most) = (lowest - span * 0.14, highest + span * 0.14)
  }

  /// Neighbours that a line joins: nothing is known of what lies in a gap of more than two years.
  public var lines: [(PlotPoint, PlotPoint)] { zip(points, points.dropFirst()).filter { !Self.isGap($0, $1) } }

  public var hasGap: Bool { zip(points, points.dropFirst()).contains { Self.isGap($0, $1) } }

  private static func isGap(_ one: PlotPoint, _ next: PlotPoint) -> Bool {
    next.at.at.timeIntervalSince(one.at.at) > gap
  }

  /// Each as far as it was given: half the way to the neighbours, and no further than its point in a gap.
  public var bands: [Band] {
    var all: [Band] = []
    for (index, point) in points.enumerated() where point.low != nil || point.high != nil {
      let at = point.at.at
      func edge(_ other: PlotPoint?, isGap: Bool) -> Date {
        guard let other, !isGap else { return at }
        return at.addingTimeInterval(other.at.at.timeIntervalSince(at) / 2)
      }
      let before = index > 0 ? points[index - 1] : nil
      let after = index + 1 < points.count ? points[index + 1] : nil
      let from = edge(before, isGap: before.map { Self.isGap($0, point) } ?? false)
      let to = edge(after, isGap: after.map { Self.isGap(point, $0) } ?? false)
      if let last = all.last, (last.low, last.high) == (point.low, point.high), last.to == from {
        all[all.count - 1].to = to
      } else {
        all.append(Band(from: from, to: to, low: point.low, high: point.high))
      }
    }
    return all
  }
}
