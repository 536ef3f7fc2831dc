public import Pericard

/// Lab results in memory. See ``FakeAccount``.
///
/// Lists, paging and opened reports behave as those of an account. A trend has the results with the same code, else with
/// the same name, a series for each unit; nothing is converted.
public final class FakeLabs: Sendable {
  /// What a screen is given.
  public let labs: Labs
  let core: CoreFakeLabs

  /// With these reports.
  public init(_ reports: [LabReportResults] = []) {
    core = CoreFakeLabs(reports.map { $0.toCore() })
    labs = Labs(core)
  }

  /// A report comes, or a new version of one that is here, as with a sync; streams of changes are told.
  public func receive(_ report: LabReportResults) {
    core.receive(report.toCore())
  }
}
