public import Foundation
public import Pericard

/// A letter of a ``FakeMessages``.
public struct FakeLetter: Sendable {
  /// What it is about; letters of one subject are one thread.
  public var subject: String
  /// Who wrote it; nothing for the person.
  public var from: String?
  /// What it says.
  public var text: String
  /// When it was sent.
  public var at: Date
  /// Whether it is new.
  public var unread: Bool
  /// Where it stands; by default received, or sent.
  public var state: MessageState?

  public init(
    _ subject: String, from: String? = nil, _ text: String, at: Date, unread: Bool = false, state: MessageState? = nil
  ) {
    self.subject = subject
    self.from = from
    self.text = text
    self.at = at
    self.unread = unread
    self.state = state
  }
}
