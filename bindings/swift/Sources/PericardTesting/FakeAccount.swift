public import Pericard

/// An account in memory: no portal, no network, no disk. For previews, and for an app's own unit tests.
///
/// ``account`` is an `Account` like any other, so that a screen needs nothing of its own to be shown with it. What it
/// shows is ``messages``, ``labs`` and ``documents``, which start with samples; how it goes is scripted by ``others``,
/// ``findable``, ``session``, ``failure``, ``incidents``, ``features``, ``policy``, ``accessLog``, ``syncSteps`` and
/// ``syncEnd``. Adding a person asks nothing: it is done once it is finished. Signing in again and enrolling a second
/// factor belong to a portal: there they fail with `PericardError.offline`.
public final class FakeAccount: Sendable {
  /// What a screen is given.
  public let account: Account
  /// What the person reads and writes.
  public let messages: FakeMessages
  /// What laboratories said of the person.
  public let labs: FakeLabs
  /// The person's documents.
  public let documents: FakeDocuments
  private let script: AccountScript

  /// An account of a person called `name`.
  public init(
    name: String = "Ana Novak", messages: FakeMessages = .sample(), labs: FakeLabs = .sample(),
    documents: FakeDocuments = .sample()
  ) {
    self.messages = messages
    self.labs = labs
    self.documents = documents
    script = AccountScript(
      name: name, record: RecordScript(messages: messages.core, labs: labs.core, documents: documents.core))
    account = Account(CoreFakeAccount(script))
  }

  /// Whose records the account shows beside that of who signed in. Streams are told when it is set.
  public var others: [FakePerson] {
    get { script.others }
    set { script.others = newValue }
  }

  /// Whom the portal names: `Account.findPeople` gives those who are not among ``others``, and `Account.addPerson` adds
  /// one.
  public var findable: [FakePerson] {
    get { script.findable }
    set { script.findable = newValue }
  }

  /// The state of the session. Streams are told when it is set.
  public var session: SessionState {
    get { script.session.fromCore() }
    set { script.session = newValue.toCore() }
  }

  /// What every call that can fail fails with; nothing while all is well.
  public var failure: PericardError? {
    get { script.failure?.fromCore() }
    set { script.failure = newValue?.toCore() }
  }

  /// What was detected, as `Account.incidents` gives it. Streams are told when it is set.
  public var incidents: [Incident] {
    get { script.incidents.map { $0.fromCore() } }
    set { script.incidents = newValue.map { $0.toCore() } }
  }

  /// The features and their states, as `Account.features` gives them. Streams are told when it is set.
  public var features: [FeatureStatus] {
    get { script.features.map { $0.fromCore() } }
    set { script.features = newValue.map { $0.toCore() } }
  }

  /// What is known of the clinic's policy.
  public var policy: PolicyStatus {
    get { script.policy.fromCore() }
    set { script.policy = newValue.toCore() }
  }

  /// What `Account.accessLog` shows, in any order.
  public var accessLog: [AccessEntry] {
    get { script.log.map { $0.fromCore() } }
    set { script.log = newValue.map { $0.toCore() } }
  }

  /// Whether the log is whole.
  public var logCheck: LogCheck {
    get { script.logCheck.fromCore() }
    set { script.logCheck = newValue.toCore() }
  }

  /// The progress that the next syncs tell.
  public var syncSteps: [SyncProgress] {
    get { script.course.0.map { $0.fromCore() } }
    set { script.course.0 = newValue.map { $0.toCore() } }
  }

  /// How the next syncs end. One that does not fail sends what is queued.
  public var syncEnd: Result<SyncOutcome, PericardError> {
    get { script.course.1.map { $0.fromCore() }.mapError { $0.fromCore() } }
    set { script.course.1 = newValue.map { $0.toCore() }.mapError { $0.toCore() } }
  }
}
