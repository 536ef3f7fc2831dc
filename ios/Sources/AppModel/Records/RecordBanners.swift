import Foundation
import Pericard

/// How far what is here of a kind is that at the clinic.
struct Fetched: Equatable {
  var syncedAt: Date?
  var incomplete: IncompleteReason?
  var held = 0

  init(_ state: Pericard.DocumentsState) {
    (syncedAt, incomplete, held) = (state.syncedAt, state.incomplete, state.held)
  }

  init(_ state: Pericard.LabsState) {
    (syncedAt, incomplete, held) = (state.syncedAt, state.incomplete, state.held)
  }
}

extension RecordKind {
  var feature: Feature { self == .labs ? .labs : .documents }
}

extension AccountModel {
  /// The one thing that is said above the rows of a kind, the weightiest first.
  func banner(_ kind: RecordKind, of owner: Owner, _ fetched: Fetched?) -> RecordsBanner? {
    switch state(kind.feature) {
    case .stopped: .stopped
    case .off(let notice, _): .off(since: notice.since, quote: notice.text)
    case .on, .readOnly: banner(of: owner, syncedAt: fetched?.syncedAt) ?? fetched.flatMap(quiet)
    }
  }

  /// The same above all kinds: what concerns the account.
  func banner(of owner: Owner, syncedAt: Date?) -> RecordsBanner? {
    if case .signIn = session(of: owner.person.id) { return .signIn }
    switch failure?.error {
    case nil: return nil
    case .offline: return .offline(since: syncedAt)
    // These have a screen of their own, or are told in their own place.
    case .signInRequired, .stepUpRequired, .leaseEnded, .integrity, .switchedOff: return nil
    case let error?: return Problem(error).map { .failed($0) }
    }
  }

  private func quiet(_ fetched: Fetched) -> RecordsBanner? {
    switch fetched.incomplete {
    case .signIn: return .signIn
    // The next sync goes on by itself.
    case nil, .moreToFetch, .interrupted, .switchedOff: break
    default: if fetched.syncedAt != nil { return .incomplete }
    }
    return fetched.held > 0 ? .held(fetched.held) : nil
  }
}
