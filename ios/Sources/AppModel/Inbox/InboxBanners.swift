import Foundation
import Pericard

/// What an inbox knows that could stand in its banner. One thing is told at a time, the weightiest.
struct InboxFacts {
  var session = SessionState.active
  /// What may be done with messages.
  var messages = FeatureState.on
  /// The oldest version of the app that the clinic accepts, where this one is older.
  var update: String?
  var failure: (error: PericardError, at: Date)?
  var state: MessagesState?
  /// What the clinic says it offers; nothing while that is not known.
  var offered: FeatureCapability?
  /// A damage that the person has not been told about.
  var begunAnew: IncidentID?

  /// Most important first: what endangers the person's records, what only the person can mend, what keeps news from
  /// coming, what may be missing.
  var banner: InboxBanner? {
    refused ?? forThePerson ?? inTheWay ?? missing
  }

  private var refused: InboxBanner? {
    if case .stopped(let incident) = messages { .stopped(incident) } else { nil }
  }

  private var forThePerson: InboxBanner? {
    switch failure?.error {
    case .storage(.newer): return .updateRequired(least: nil)
    case .clockWrong(let clinicTime): return .clockWrong(clinicTime: clinicTime)
    default: break
    }
    if let update { return .updateRequired(least: update) }
    // Whatever the person did would bring nothing.
    if case .off = messages { return .off }
    switch session {
    case .signIn: return .signIn
    case .stepUp: return .stepUp
    case .active, .sealed, .locked, .signedOut, .unusable: break
    }
    // What only sending needs leaves the session as it is.
    if case .stepUpRequired = failure?.error { return .stepUp }
    return nil
  }

  private var inTheWay: InboxBanner? {
    guard let failure else { return nil }
    switch failure.error {
    case .offline: return .offline(since: state?.syncedAt)
    case .rateLimited(let wait): return .rateLimited(until: failure.at.addingTimeInterval(wait.seconds))
    // They have a banner or a screen of their own.
    case .signInRequired, .stepUpRequired, .leaseEnded, .integrity, .clockWrong, .storage(.newer), .updateRequired,
      .switchedOff:
      return nil
    case .portal where offered?.readable == false: return .notOffered
    default: return Problem(failure.error).map { .failed($0) }
    }
  }

  private var missing: InboxBanner? {
    if let begunAnew { return .begunAnew(begunAnew) }
    if case .readOnly = messages { return .readOnly }
    guard let state else { return nil }
    if state.held > 0 { return .held(state.held) }
    switch state.incomplete {
    // The next sync goes on by itself.
    case nil, .moreToFetch, .interrupted, .switchedOff: return nil
    case .signIn: return .signIn
    default: return state.syncedAt.map { .incomplete(at: $0) }
    }
  }
}

extension Duration {
  var seconds: TimeInterval {
    let (seconds, attoseconds) = components
    return TimeInterval(seconds) + TimeInterval(attoseconds) * 1e-18
  }
}
