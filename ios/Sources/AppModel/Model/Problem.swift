import Pericard

/// What went wrong with what the person just did, as one line under it. Errors that have screens of their own are not here.
public enum Problem: Hashable, Sendable {
  case offline
  /// The sign-in took longer than its ten minutes.
  case expired
  case anotherPerson
  /// TLS failed, or the clinic is not the one that was asked.
  case notSecure
  /// The answer is not what its standards ask for.
  case notUsable
  /// The clinic lacks what is needed for this.
  case notOffered
  case refused
  /// It fails by itself; the app tries again.
  case failing
  case storageFull
  /// The clinic has switched messages off.
  case switchedOff
  /// The clinic asks for a fresh sign-in first.
  case stepUp
  /// The clinic accepts only a newer version of the app.
  case updateRequired
  /// A defect; `id` is its place in the code and says nothing about the person.
  case `internal`(id: String)
}

extension Problem {
  /// Nothing for what is no problem: the person closed something, or it is over by itself.
  init?(_ error: any Error) {
    guard let error = error as? PericardError else {
      if error is CancellationError { return nil }
      self = .internal(id: "app")
      return
    }
    switch error {
    case .cancelled, .closed: return nil
    case .offline, .leaseEnded: self = .offline
    case .signInRequired(.expired): self = .expired
    case .signInRequired(.anotherPerson): self = .anotherPerson
    case .stepUpRequired: self = .stepUp
    case .switchedOff: self = .switchedOff
    case .updateRequired: self = .updateRequired
    case .signInRequired, .wrongPassword, .wrongCode, .wrongPin, .locked, .notFound, .integrity:
      self = .refused
    case .rateLimited, .clockWrong: self = .failing
    case .portal(let problem, _): self.init(problem)
    case .storage(.full): self = .storageFull
    case .storage(let kind): self = .internal(id: "storage.\(kind)")
    case .keystore: self = .internal(id: "keystore")
    case .invalidInput(let field, let problem): self = .internal(id: "\(field).\(problem)")
    case .inUse: self = .internal(id: "inUse")
    case .internal(let id): self = .internal(id: id)
    }
  }

  private init(_ problem: PortalProblem) {
    switch problem {
    case .certificate, .insecure, .wrongIssuer, .untrustedIdentity: self = .notSecure
    case .unsupported: self = .notOffered
    case .refused, .notFresh: self = .refused
    case .failing: self = .failing
    case .notAPortal, .invalidAnswer, .tooLarge, .mismatch, .foreignLink: self = .notUsable
    }
  }
}
