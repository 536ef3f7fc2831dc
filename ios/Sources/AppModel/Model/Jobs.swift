import Foundation

/// What a screen has under way. All of it ends when the screen goes.
@MainActor
final class Jobs {
  private var running: [UUID: Task<Void, Never>] = [:]
  private var named: [String: UUID] = [:]
  private(set) var isClosed = false

  deinit {
    for task in running.values { task.cancel() }
  }

  /// Begins `work`; nothing once the screen is gone.
  @discardableResult
  func start(_ work: @escaping @MainActor () async -> Void) -> Task<Void, Never>? {
    begin(UUID(), work)
  }

  /// Begins `work` in place of what is under way by that name, which is cancelled.
  func replace(_ name: String, _ work: @escaping @MainActor () async -> Void) {
    cancel(name)
    let id = UUID()
    named[name] = id
    begin(id, work)
  }

  func cancel(_ name: String) {
    if let id = named.removeValue(forKey: name) { running[id]?.cancel() }
  }

  func close() {
    isClosed = true
    for task in running.values { task.cancel() }
  }

  /// Waits until nothing is under way.
  func settled() async {
    while let task = running.values.first { await task.value }
  }

  @discardableResult
  private func begin(_ id: UUID, _ work: @escaping @MainActor () async -> Void) -> Task<Void, Never>? {
    if isClosed { return nil }
    let task = Task { [weak self] in
      await work()
      self?.running[id] = nil
    }
    running[id] = task
    return task
  }
}

/// Reads something anew, once for all who ask while it is being read.
@MainActor
final class Refresher {
  private var task: Task<Void, Never>?
  private var again = false

  deinit { task?.cancel() }

  /// Reads now, or once more after what is under way, and returns when that is done.
  func read(_ work: @escaping @MainActor () async -> Void) async {
    again = true
    if task == nil {
      task = Task { [weak self] in
        while let self, self.again, !Task.isCancelled {
          self.again = false
          await work()
        }
        self?.task = nil
      }
    }
    await task?.value
  }

  func stop() {
    task?.cancel()
  }
}
