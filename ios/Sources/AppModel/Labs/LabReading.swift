import Pericard

extension Reading {
  /// Where a value lies by the range that the laboratory gave with it. Nothing where there is none, or several of which nobody
  /// says which is the person's, or one in another unit: then nothing is drawn.
  init?(_ measured: LabMeasurement) {
    let amount: LabQuantity
    switch measured.value {
    case .quantity(let quantity): amount = quantity
    case .integer(let value):
      amount = LabQuantity(comparator: .equal, value: "\(value)", number: Double(value), unit: "", ucum: "")
    default: return nil
    }
    guard let number = amount.number, amount.comparator != .other, measured.ranges.count == 1,
      let range = measured.ranges.first, range.isOf(amount)
    else { return nil }
    let (low, high) = (range.low.flatMap(Bound.init), range.high.flatMap(Bound.init))
    if low == nil, high == nil { return nil }
    // As given, a range may be upside down.
    if let low, let high, low.number >= high.number { return nil }
    let isCritical = measured.interpretations.contains { $0.flag.isCritical }
    self.init(
      value: number, low: low, high: high,
      place: Self.place(number, amount.comparator, low?.number, high?.number, isCritical: isCritical))
  }

  private static func place(
    _ number: Double, _ comparator: LabComparator, _ low: Double?, _ high: Double?, isCritical: Bool
  ) -> Place? {
    guard let isInside = AppModel.isInside(number, comparator, low, high) else { return nil }
    if isInside { return .inside }
    let isAbove = high.map { number >= $0 } ?? false
    let away = (isAbove ? high : low).map { abs(number - $0) } ?? 0
    // A laboratory that calls it critical, and a sign that leaves open how far it is, are never called a little.
    if isCritical || comparator != .equal || away > little(low, high) { return .far }
    return isAbove ? .littleAbove : .littleBelow
  }

  /// Half of the range; of one that is open, a fifth of its bound.
  private static func little(_ low: Double?, _ high: Double?) -> Double {
    if let low, let high { (high - low) / 2 } else { abs(high ?? low ?? 0) / 5 }
  }
}

/// Whether it lies in the range; nothing where that is not given, or a sign before the number leaves it open.
func isInside(_ number: Double, _ comparator: LabComparator, _ low: Double?, _ high: Double?) -> Bool? {
  if low == nil, high == nil { return nil }
  switch comparator {
  case .equal: return (low.map { number >= $0 } ?? true) && (high.map { number <= $0 } ?? true)
  case .less, .lessOrEqual:
    if let low, number <= low { return comparator == .less || number < low ? false : nil }
    if low == nil, let high, number <= high { return true }
    return nil
  case .greater, .greaterOrEqual:
    if let high, number >= high { return comparator == .greater || number > high ? false : nil }
    if high == nil, let low, number >= low { return true }
    return nil
  case .other: return nil
  }
}

extension Bound {
  fileprivate init?(_ quantity: LabQuantity) {
    guard quantity.comparator == .equal, let number = quantity.number else { return nil }
    self.init(number: number, text: quantity.value)
  }
}

extension LabRange {
  /// Bounds without a unit are in that of the value.
  fileprivate func isOf(_ amount: LabQuantity) -> Bool {
    [low, high].compactMap(\.self).allSatisfy {
      ($0.unit.isEmpty && $0.ucum.isEmpty) || $0.unit == amount.unit || (!$0.ucum.isEmpty && $0.ucum == amount.ucum)
    }
  }
}

extension LabFlag {
  fileprivate var isCritical: Bool { self == .criticallyHigh || self == .criticallyLow || self == .criticallyAbnormal }
}
