internal import PericardCore

/// What a fake person's record is made of, and what holds for all of it.
struct RecordScript: Sendable {
  let messages: CoreFakeMessages
  let labs: CoreFakeLabs
  let documents: CoreFakeDocuments

  /// What every call that can fail fails with.
  func fail(_ failure: PericardCore.PericardError?) {
    messages.failure = failure
    labs.failure = failure
    documents.failure = failure
  }

  func tell(_ onChange: @escaping @Sendable (PericardCore.ChangeSet) -> Void) {
    messages.onChange = onChange
    labs.onChange = onChange
    documents.onChange = onChange
  }

  func synced(_ outcome: PericardCore.SyncOutcome) {
    labs.synced(outcome)
    documents.synced(outcome)
    messages.synced(outcome)
  }

  func held() async throws -> UInt64 {
    try await messages.state().held + labs.state().held + documents.state().held
  }
}
