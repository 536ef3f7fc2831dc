import Foundation
import Pericard

/// A copy of one person's messages, for them to keep.
public struct CopyState: Hashable, Sendable, Unprinted {
  public var clinic: Clinic
  public var person: Person
  /// The PIN proves who is there; without one, a fresh sign-in does.
  public var hasPin: Bool
  public var kind = CopyKind.page
  public var step = CopyStep.choosing(nil)
}

public enum CopyKind: Hashable, Sendable {
  /// For a browser.
  case page
  /// For another program: FHIR.
  case data
}

public enum CopyStep: Hashable, Sendable, Unprinted {
  /// Of which kind; the problem is why it did not begin.
  case choosing(Problem?)
  /// The last sign-in is too long ago.
  case stepUp
  case writing(bytes: Int)
  case done(name: String, bytes: Int)
  /// It was not finished: the person stopped it, or a trouble did. `left` is the name of a file that could not be deleted.
  case unfinished(CopyTrouble?, left: String?)
}

/// Why a file was not written.
public enum CopyTrouble: Hashable, Sendable {
  /// No space in the place that the person chose.
  case full
  /// That place takes nothing.
  case notWritten
  /// The messages were closed meanwhile.
  case locked
  case other(Problem)
}

extension CopyTrouble {
  init(_ error: any Error) {
    switch error {
    case let error as PericardError where error.closes: self = .locked
    case let error as PericardError: self = .other(Problem(error) ?? .failing)
    case CocoaError.fileWriteOutOfSpace, POSIXError.ENOSPC: self = .full
    default: self = .notWritten
    }
  }
}
