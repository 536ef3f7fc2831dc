import Foundation

/// The course of something that goes on, for any number of loops at any time.
///
/// The core tells each step once for a handle. Here one of the loops that wait asks it, for all of them. Steps that
/// come faster than a loop takes them are left out, but for the last; a loop that begins late is told where it stands,
/// and one that begins after the end is told the last step and the end. Nothing asks while nobody waits.
final class Course<Step: Sendable>: Sendable {
  private struct State {
    var last: Step?
    var number = 0
    var end: Result<Void, any Error>?
    var isAsking = false
    var waiting: [UUID: CheckedContinuation<Void, Never>] = [:]
  }

  private enum Turn {
    case told(Step)
    case ended(Result<Void, any Error>)
    case ask
    case wait
  }

  private let state = Locked(State())

  /// The first step after the one numbered `seen`; nothing at the end.
  func next(after seen: inout Int, asking: () async throws -> Step?) async throws -> Step? {
    while true {
      try Task.checkCancellation()
      switch turn(&seen) {
      case .told(let step): return step
      case .ended(let end):
        try end.get()
        return nil
      case .ask: try await ask(asking)
      case .wait: await wait()
      }
    }
  }

  private func turn(_ seen: inout Int) -> Turn {
    state.withLock { state in
      if let last = state.last, state.number > seen {
        seen = state.number
        return .told(last)
      }
      if let end = state.end { return .ended(end) }
      if state.isAsking { return .wait }
      state.isAsking = true
      return .ask
    }
  }

  private func ask(_ asking: () async throws -> Step?) async throws {
    do {
      let step = try await asking()
      answered { state in
        if let step {
          state.last = step
          state.number += 1
        } else {
          state.end = .success(())
        }
      }
    } catch let error as CancellationError {
      // Only this loop is over; another one asks now.
      answered { _ in }
      throw error
    } catch {
      answered { $0.end = .failure(error) }
    }
  }

  private func answered(_ note: (inout State) -> Void) {
    let woken = state.withLock { state in
      note(&state)
      state.isAsking = false
      defer { state.waiting = [:] }
      return state.waiting
    }
    for waiting in woken.values { waiting.resume() }
  }

  /// Until whoever asks was answered, or this task is cancelled.
  private func wait() async {
    let id = UUID()
    await withTaskCancellationHandler {
      await withCheckedContinuation { waiting in
        let goesOn = state.withLock { state in
          guard state.isAsking, !Task.isCancelled else { return true }
          state.waiting[id] = waiting
          return false
        }
        if goesOn { waiting.resume() }
      }
    } onCancel: {
      state.withLock { $0.waiting.removeValue(forKey: id) }?.resume()
    }
  }
}
