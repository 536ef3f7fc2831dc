import Foundation

/// A century: what is longer is meant to be without end, and is no number that the core could overflow with.
private let longest: TimeInterval = 100 * 365 * 86_400

extension Duration {
  /// From seconds, none of which are negative or endless.
  static func fromCore(_ seconds: TimeInterval) -> Duration {
    .seconds(clamped(seconds))
  }

  /// In seconds, not negative and a century at most.
  package func toCore() -> TimeInterval {
    let (seconds, attoseconds) = components
    return clamped(TimeInterval(seconds) + TimeInterval(attoseconds) * 1e-18)
  }
}

private func clamped(_ seconds: TimeInterval) -> TimeInterval {
  seconds.isNaN ? 0 : min(max(seconds, 0), longest)
}
