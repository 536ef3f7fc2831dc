import Foundation
internal import PericardCore

/// The changes of a ``FakeAccount``: sets merge until they are asked for, as those of an account do.
final class CoreFakeChanges: PericardCore.Changes, @unchecked Sendable {
  private let lock = NSLock()
  private var pending: PericardCore.ChangeSet?
  private var waiting: CheckedContinuation<PericardCore.ChangeSet?, Never>?
  private var ended = false

  init() {
    super.init(noHandle: NoHandle())
  }

  var isOver: Bool { lock.withLock { ended } }

  required init(unsafeFromHandle handle: UInt64) {
    super.init(unsafeFromHandle: handle)
  }

  func add(_ set: PericardCore.ChangeSet) {
    let woken = lock.withLock { () -> CheckedContinuation<PericardCore.ChangeSet?, Never>? in
      let merged = pending.map { $0.merged(with: set) } ?? set
      guard let waiting, !ended else {
        pending = merged
        return nil
      }
      self.waiting = nil
      pending = nil
      return waiting
    }
    woken?.resume(returning: set)
  }

  override func next() async -> PericardCore.ChangeSet? {
    await withCheckedContinuation { continuation in
      let now = lock.withLock { () -> PericardCore.ChangeSet?? in
        if let set = pending {
          pending = nil
          return .some(set)
        }
        if ended { return .some(nil) }
        waiting = continuation
        return nil
      }
      if let now { continuation.resume(returning: now) }
    }
  }

  override func stop() {
    let woken = lock.withLock { () -> CheckedContinuation<PericardCore.ChangeSet?, Never>? in
      ended = true
      defer { waiting = nil }
      return waiting
    }
    woken?.resume(returning: nil)
  }
}

extension PericardCore.ChangeSet {
  fileprivate func merged(with other: PericardCore.ChangeSet) -> PericardCore.ChangeSet {
    let both = records + other.records
    let kinds = both.map(\.feature).reduce(into: [PericardCore.Feature]()) { if !$0.contains($1) { $0.append($1) } }
    let merged = kinds.map { feature in
      let changes = both.filter { $0.feature == feature }
      let groups = Set(changes.flatMap(\.groups)).sorted()
      return PericardCore.FeatureChanges(feature: feature, groups: groups, all: changes.contains(where: \.all))
    }
    return PericardCore.ChangeSet(
      records: merged, outbox: outbox || other.outbox,
      session: session || other.session, features: features || other.features, people: people || other.people)
  }
}

/// A sync of a ``FakeAccount``: the scripted steps, then the scripted end.
final class CoreFakeSyncRun: PericardCore.SyncRun, @unchecked Sendable {
  private let lock = NSLock()
  private var steps: [PericardCore.SyncProgress]
  private var end: Result<PericardCore.SyncOutcome, PericardCore.PericardError>
  private var isOver = false

  init(steps: [PericardCore.SyncProgress], end: Result<PericardCore.SyncOutcome, PericardCore.PericardError>) {
    self.steps = steps
    self.end = end
    super.init(noHandle: NoHandle())
  }

  required init(unsafeFromHandle handle: UInt64) {
    steps = []
    end = .success(.complete)
    super.init(unsafeFromHandle: handle)
  }

  override func next() async throws -> PericardCore.SyncProgress? {
    try lock.withLock {
      if isOver { return nil }
      if !steps.isEmpty { return steps.removeFirst() }
      isOver = true
      _ = try end.get()
      return nil
    }
  }

  override func outcome() -> PericardCore.SyncOutcome? {
    lock.withLock { isOver ? try? end.get() : nil }
  }

  override func cancel() {
    lock.withLock {
      if isOver { return }
      steps = []
      end = .failure(.Cancelled)
    }
  }
}
