import Foundation
public import Pericard

/// An account in memory: no portal, no network, no disk. For previews, and for an app's own unit tests.
///
/// It is an ``Account`` like any other, so that a screen needs nothing of its own to be shown with it. What it shows is
/// ``messages``, which starts with sample letters; how it goes is scripted by ``session``, ``failure``, ``syncSteps`` and
/// ``syncEnd``. Signing in again and enrolling a second factor belong to a portal: there they fail with `Offline`.
public final class FakeAccount: Account, @unchecked Sendable {
  /// What the person reads and writes.
  public let messages: FakeMessages
  private let lock = NSLock()
  private let person: Person
  private var state = SessionState.active
  private var failing: PericardError?
  private var steps: [SyncProgress] = []
  private var end: Result<SyncOutcome, PericardError> = .success(.complete)
  private var streams: [FakeChanges] = []

  /// An account of a person called `name`.
  public init(name: String = "Ana Novak", messages: FakeMessages = .sample()) {
    self.messages = messages
    person = Person(id: "fake-person", name: name, isSelf: true)
    super.init(noHandle: NoHandle())
    messages.onChange = { [weak self] in self?.tell($0) }
  }

  public required init(unsafeFromHandle handle: UInt64) {
    messages = .sample()
    person = Person(id: "fake-person", name: "", isSelf: true)
    super.init(unsafeFromHandle: handle)
  }

  /// The state of the session. Streams of changes are told when it is set.
  public var sessionState: SessionState {
    get { lock.withLock { state } }
    set {
      lock.withLock { state = newValue }
      tell(ChangeSet(records: [], outbox: false, session: true, features: false, people: false))
    }
  }

  /// What every call that can fail fails with; nothing while all is well.
  public var failure: PericardError? {
    get { lock.withLock { failing } }
    set {
      lock.withLock { failing = newValue }
      messages.failure = newValue
    }
  }

  /// The progress that the next syncs tell.
  public var syncSteps: [SyncProgress] {
    get { lock.withLock { steps } }
    set { lock.withLock { steps = newValue } }
  }

  /// How the next syncs end. One that does not fail sends what is queued.
  public var syncEnd: Result<SyncOutcome, PericardError> {
    get { lock.withLock { end } }
    set { lock.withLock { end = newValue } }
  }

  public override func id() -> String { "fake-account" }

  public override func portal() -> String { "https://portal.example/fhir" }

  public override func portalConfig() throws -> PortalConfig {
    PortalConfig(
      base: portal(), client: .registered(clientId: "fake"), redirect: "com.example.fake:/callback",
      nativeSignIn: true, lease: nil, extraRoots: [])
  }

  public override func session() -> SessionState { sessionState }

  public override func people() -> [Person] { [person] }

  public override func messages(person: String) throws -> Messages {
    try check()
    guard person == self.person.id else { throw PericardError.NotFound }
    return messages
  }

  public override func startSync(budget: TimeInterval?) throws -> SyncRun {
    try check()
    let (steps, end) = lock.withLock { (self.steps, self.end) }
    if case .success(let outcome) = end { messages.synced(outcome) }
    return FakeSyncRun(steps: steps, end: end)
  }

  public override func startFullSync(budget: TimeInterval?) throws -> SyncRun {
    try startSync(budget: budget)
  }

  public override func changes() throws -> Changes {
    try check()
    let stream = FakeChanges()
    lock.withLock { streams.append(stream) }
    return stream
  }

  public override func held() async throws -> UInt64 {
    try check()
    return try await messages.state().held
  }

  public override func incidents() async throws -> [Incident] {
    try check()
    return []
  }

  public override func features() async throws -> [FeatureStatus] {
    try check()
    return [FeatureStatus(feature: .messages, state: .on)]
  }

  public override func signInAgain(method: SignInMethod) async throws -> SignIn { throw PericardError.Offline }

  public override func stepUp(method: SignInMethod) async throws -> SignIn { throw PericardError.Offline }

  public override func twoFactor() -> TwoFactor { FakeTwoFactor() }

  public override func signOut() async throws { try leave() }

  public override func forget() async throws { try leave() }

  private func leave() throws {
    try check()
    sessionState = .signedOut
    let streams = lock.withLock { self.streams }
    for stream in streams { stream.stop() }
  }

  private func check() throws {
    if let failure { throw failure }
  }

  private func tell(_ set: ChangeSet) {
    for stream in lock.withLock({ streams }) { stream.add(set) }
  }
}

/// A second factor that is enrolled.
private final class FakeTwoFactor: TwoFactor, @unchecked Sendable {
  init() {
    super.init(noHandle: NoHandle())
  }

  required init(unsafeFromHandle handle: UInt64) {
    super.init(unsafeFromHandle: handle)
  }

  override func status() async throws -> TwoFactorStatus {
    TwoFactorStatus(enrolled: true, recoveryCodesLeft: 8)
  }

  override func enrol() async throws -> TotpEnrolment { throw PericardError.Offline }

  override func confirm(enrolment: String, code: String) async throws -> [String] { throw PericardError.Offline }

  override func disable() async throws { throw PericardError.Offline }

  override func newRecoveryCodes() async throws -> [String] { throw PericardError.Offline }
}
