public import Pericard

/// What was measured, what came of it, and how to read it: all of it as the laboratory gave it.
public struct Measured: Hashable, Sendable, Unprinted {
  public var name: String
  public var value: MeasuredValue
  /// Where the value lies; nothing where there is not exactly one range for it.
  public var reading: Reading?
  /// The ranges that it cannot be read by: several, or in words.
  public var ranges: [GivenRange] = []
  /// What the laboratory says of it.
  public var says: [Says] = []
}

public enum MeasuredValue: Hashable, Sendable, Unprinted {
  /// As it was written, with a sign such as < before it.
  case amount(String, unit: String)
  case words(String)
  case yesNo(Bool)
  /// There is none, for this reason; which may be empty.
  case absent(String)
  /// There is one that this app cannot show.
  case unsupported
}

/// Where a value lies by the one range that was given with it. A bound that is not given is open.
public struct Reading: Hashable, Sendable, Unprinted {
  public enum Place: Hashable, Sendable {
    case inside, littleBelow, littleAbove, far
  }

  public var value: Double
  public var low: Bound?
  public var high: Bound?
  /// Nothing where a sign before the value leaves it open.
  public var place: Place?

  public var isInside: Bool? { place.map { $0 == .inside } }
}

/// A bound of a range: the number, and as it was written.
public struct Bound: Hashable, Sendable, Unprinted {
  public var number: Double
  public var text: String
}

/// A usual range as it was given: for whom, and from where to where, or in words.
public struct GivenRange: Hashable, Sendable, Unprinted {
  public var low: String?
  public var high: String?
  public var words = ""
  public var whom = ""
}

/// What the laboratory says of a value: in its own words where it has some.
public struct Says: Hashable, Sendable, Unprinted {
  public var flag: LabFlag
  public var text = ""
}

/// How a value compares with the one before it.
public struct Development: Hashable, Sendable, Unprinted {
  public enum Direction: Hashable, Sendable {
    case lower, higher, same
  }

  public var to: Direction
  public var before: String
  public var at: Moment
}

/// The values of one unit over time, oldest first.
public struct Plot: Hashable, Sendable, Unprinted {
  public var unit: String
  public var points: [PlotPoint]
}

public struct PlotPoint: Hashable, Sendable, Identifiable, Unprinted {
  public var id: LabResultID
  public var at: Moment
  public var value: Double
  /// As it is shown, with a sign such as < before it.
  public var text: String
  /// From where to where it was usual then; nothing where that was not given.
  public var low: Double?
  public var high: Double?
  /// Nothing where no range says so.
  public var isInside: Bool?
  /// It was given in another unit.
  public var converted = false
  public var standing = LabStanding.final
  /// It is the result that is looked at.
  public var isThis = false
}
