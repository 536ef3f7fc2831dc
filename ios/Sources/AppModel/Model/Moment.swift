public import Foundation
public import Pericard

/// When something was, and how much of that is known.
public struct Moment: Hashable, Sendable {
  public var at: Date
  public var precision = DatePrecision.instant
}
