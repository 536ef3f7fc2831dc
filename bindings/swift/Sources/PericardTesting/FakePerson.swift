public import Pericard

/// Somebody for whom the person of a ``FakeAccount`` acts, such as a child: one of ``FakeAccount/others``, or of those
/// whom the portal names (``FakeAccount/findable``). Their name tells them from others.
public final class FakePerson: Sendable {
  /// What the person reads and writes for them.
  public let messages: FakeMessages
  /// What laboratories said of them.
  public let labs: FakeLabs
  /// Their documents.
  public let documents: FakeDocuments
  let script: PersonScript

  /// Somebody called `name`; `relationship` is what the person is to them.
  public init(
    name: String, messages: FakeMessages = FakeMessages(), labs: FakeLabs = FakeLabs(),
    documents: FakeDocuments = FakeDocuments(), mayWrite: Bool = true, relationship: String? = nil
  ) {
    self.messages = messages
    self.labs = labs
    self.documents = documents
    let record = RecordScript(messages: messages.core, labs: labs.core, documents: documents.core)
    script = PersonScript(name: name, record: record, mayWrite: mayWrite, relationship: relationship)
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
