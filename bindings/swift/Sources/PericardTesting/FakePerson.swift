public import Pericard

/// Somebody for whom the person of a ``FakeAccount`` acts, such as a child: one of ``FakeAccount/others``, or of those
/// whom the portal names (``FakeAccount/findable``). Their name tells them from others.
public final class FakePerson: Sendable {
  /// What the person reads and writes for them.
  public let messages: FakeMessages
  let script: PersonScript

  /// Somebody called `name`; `relationship` is what the person is to them.
  public init(
    name: String, messages: FakeMessages = FakeMessages(), mayWrite: Bool = true, relationship: String? = nil
  ) {
    self.messages = messages
    script = PersonScript(name: name, messages: messages.core, mayWrite: mayWrite, relationship: relationship)
  }

  /// The name that the portal gives.
  public var name: String { script.name }

  /// What the person is to them, in the portal's words.
  public var relationship: String? { script.relationship }

  /// Whether something may be written for them.
  public var mayWrite: Bool { script.mayWrite }

  /// Who they are, among `Account.people`.
  public var id: PersonID { PersonID(rawValue: script.id) }

  /// The portal's id of their record, as `Account.findPeople` gives it.
  public var patient: String { script.patient }

  /// The state of their session. Streams are told when it is set.
  public var session: SessionState {
    get { script.session.fromCore() }
    set { script.session = newValue.toCore() }
  }
}
