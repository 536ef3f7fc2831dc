internal import PericardCore

/// The lab results of a fake person, of whom no laboratory has said anything.
final class CoreFakeLabs: PericardCore.Labs, @unchecked Sendable {

  init() {
    super.init(noHandle: NoHandle())
  }

  required init(unsafeFromHandle handle: UInt64) {
    super.init(unsafeFromHandle: handle)
  }

  override func reports(after: PericardCore.PagePosition?, limit: UInt32) async throws -> PericardCore.LabReportPage {
    PericardCore.LabReportPage(reports: [], after: nil)
  }

  override func report(id: PericardCore.LabReportId) async throws -> PericardCore.LabReportResults {
    throw PericardCore.PericardError.NotFound
  }

  override func result(id: PericardCore.LabResultId) async throws -> PericardCore.LabResult {
    throw PericardCore.PericardError.NotFound
  }

  override func trend(result: PericardCore.LabResultId) async throws -> PericardCore.LabTrend {
    throw PericardCore.PericardError.NotFound
  }

  override func markRead(report: PericardCore.LabReportId) async throws {
    throw PericardCore.PericardError.NotFound
  }

  override func state() async throws -> PericardCore.LabsState {
    PericardCore.LabsState(syncedAt: nil, completeAt: nil, incomplete: nil, held: 0, unreadable: 0)
  }
}
