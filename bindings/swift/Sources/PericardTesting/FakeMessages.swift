public import Pericard

/// Messages in memory. See ``FakeAccount``.
///
/// Lists, paging, drafts, the archive and the outbox behave as those of an account; a search looks for words without
/// regard to case and accents, and no further.
public final class FakeMessages: Sendable {
  /// What a screen is given.
  public let messages: Messages
  let core: CoreFakeMessages

  /// With these letters.
  public init(_ letters: [FakeLetter] = [], recipients: [Recipient] = []) {
    core = CoreFakeMessages(letters, recipients: recipients.map { $0.toCore() })
    messages = Messages(core)
  }

  /// A letter comes, as with a sync; streams of changes are told.
  public func receive(_ letter: FakeLetter) {
    core.receive(letter)
  }

  /// The portal changes what a message says.
  public func edit(received message: MessageID, text: String) {
    core.edit(received: message.rawValue, text: text)
  }

  /// What becomes of a message that was sent from here.
  public func settle(_ message: MessageID, _ state: MessageState) {
    core.settle(message.rawValue, state.toCore())
  }
}
