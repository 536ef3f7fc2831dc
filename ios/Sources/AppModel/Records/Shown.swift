public import Foundation

/// What a screen over records shows: its content, or why there is none.
public enum Shown<Content: Hashable & Sendable>: Hashable, Sendable, Unprinted {
  /// It is being read from this phone, which takes no time that one sees.
  case reading
  case content(Content)
  case shut(ShutReason)

  public var content: Content? { if case .content(let content) = self { content } else { nil } }
}

/// Why a kind of records cannot be read while the account is open. Nothing of it is in sight then.
public enum ShutReason: Hashable, Sendable, Unprinted {
  /// The clinic asks for a fresh sign-in first; it opens by itself after that. The problem stands in the way of one.
  case stepUp(Problem?)
  /// Switched off by the clinic, which lets nobody read what is here. Without `since` its decision is no longer on this
  /// phone, and has to be fetched.
  case off(since: Date?, quote: String?, trying: Bool)
  case failed(Problem)
}

/// What concerns all rows of a screen over records; it never hides one.
public enum RecordsBanner: Hashable, Sendable, Unprinted {
  /// Nothing where no sync has ended yet.
  case offline(since: Date?)
  /// Switched off by the clinic; what is here can be read.
  case off(since: Date?, quote: String?)
  /// The clinic delivered another person's record; updates are stopped.
  case stopped
  /// The clinic asks for a new sign-in; what is here can be read.
  case signIn
  case incomplete
  case held(Int)
  case failed(Problem)
}
