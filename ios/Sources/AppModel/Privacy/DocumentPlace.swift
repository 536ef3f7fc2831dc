public import Foundation

/// Where the person keeps files of their own.
@MainActor
public protocol DocumentPlace: AnyObject {
  /// Asks where to keep a new file; nothing when the person chose no place. Fails where that place takes none.
  func create(_ name: String) async throws -> (any NewDocument)?
}

/// A new file where the person said, written piece by piece. What cannot be done there fails with an error of the system.
@MainActor
public protocol NewDocument: AnyObject {
  /// As it is called there: another file may have had the name that was asked for.
  var name: String { get }

  func write(_ piece: Data) async throws

  /// All of it is there.
  func finish() async throws

  /// Removes it before it is whole; false where that place does not let it be removed.
  func discard() async -> Bool
}
