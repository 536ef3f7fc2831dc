public import Pericard

/// The reports of laboratories about one person, newest first.
public struct LabsState: Hashable, Sendable, Unprinted {
  public var owner: Owner
  public var shown = Shown<[ReportRow]>.reading
  public var banner: RecordsBanner?
}

public struct ReportRow: Hashable, Sendable, Identifiable, Unprinted {
  public var id: LabReportID
  /// What was ordered; empty for results that came without a report.
  public var name: String
  /// May be empty.
  public var laboratory: String
  public var at: Moment
  public var standing = LabStanding.final
  public var isNew = false
}

/// How far the laboratory is.
public enum LabStanding: Hashable, Sendable, CaseIterable {
  case final, preliminary, corrected, registered
}

/// One report: the laboratory's words first, then each result.
public struct ReportState: Hashable, Sendable, Unprinted {
  public var id: LabReportID
  public var owner: Owner
  public var name = ""
  public var laboratory = ""
  public var at: Moment?
  public var standing = LabStanding.final
  public var shown = Shown<ReportContent>.reading
}

public struct ReportContent: Hashable, Sendable, Unprinted {
  /// What the laboratory concludes; may be empty.
  public var conclusion: String
  /// The report in words; may be empty.
  public var narrative: String
  public var results: [ResultRow]
  /// Results that the report names and that are not here.
  public var missing = 0
}

public struct ResultRow: Hashable, Sendable, Identifiable, Unprinted {
  public var id: LabResultID
  public var measured: Measured
  public var standing = LabStanding.final
}

/// One result, and how it developed.
public struct ResultState: Hashable, Sendable, Unprinted {
  public var id: LabResultID
  public var owner: Owner
  public var name = ""
  public var at: Moment?
  public var standing = LabStanding.final
  public var shown = Shown<ResultContent>.reading
  /// The values as a list and not as a chart.
  public var asList = false
  /// The clinic takes a question about it.
  public var canAsk = true
}

public struct ResultContent: Hashable, Sendable, Unprinted {
  public var measured: Measured
  /// What was measured together with it.
  public var parts: [Measured] = []
  /// What the doctor or the laboratory writes about it.
  public var comments: [String] = []
  public var development: Development?
  /// A plot for each unit that does not compare with the others, that of this result first.
  public var plots: [Plot] = []
}

@MainActor
public protocol LabsEvents: AnyObject, Sendable {
  func open(_ id: LabReportID)
  /// The rows up to `index` were shown.
  func shown(_ index: Int)
  func refresh() async
}

@MainActor
public protocol ReportEvents: AnyObject, Sendable {
  func open(_ result: LabResultID)
}

@MainActor
public protocol ResultEvents: AnyObject, Sendable {
  func asList(_ list: Bool)
  /// Begins a message about it.
  func ask(_ subject: String)
}
