/// A kind of records, in the order of the tab.
public enum RecordKind: Hashable, Sendable, CaseIterable {
  case labs, documents
}

/// What the clinic has of one person besides messages.
public struct RecordsState: Hashable, Sendable, Unprinted {
  public var owner: Owner
  public var body: RecordsBody
  public var banner: RecordsBanner?

  /// What is new over all kinds.
  public var news: Int {
    if case .kinds(let rows) = body { rows.reduce(0) { $0 + $1.news } } else { 0 }
  }
}

public enum RecordsBody: Hashable, Sendable, Unprinted {
  /// A kind that the clinic lacks is not among them.
  case kinds([KindRow])
  /// The clinic has no kind of them for apps.
  case none
  /// The clinic has not said yet what it has.
  case notYet
  /// Nothing of the account can be read.
  case closed(ClosedReason)
}

public struct KindRow: Hashable, Sendable, Identifiable, Unprinted {
  public var kind: RecordKind
  public var line: KindLine
  public var news = 0

  public var id: RecordKind { kind }
}

/// The second line of a kind: what is new, how much there is, or why it cannot be read.
public enum KindLine: Hashable, Sendable {
  /// `from` is when the newest of them was.
  case new(Int, from: Moment)
  case newest(Moment)
  /// There are `more` than were counted.
  case count(Int, more: Bool)
  case nothing
  /// The first sync of it runs.
  case coming
  /// Switched off by the clinic; `closed` is whether what is here is closed, too.
  case off(closed: Bool)
  case stepUp
}
