import Foundation
internal import PericardCore

/// How a ``FakeAccount`` goes, as its maker scripts it.
final class AccountScript: @unchecked Sendable {
  let record: RecordScript
  /// Who signed in.
  let own: PericardCore.PersonId = "fake-person"
  let name: String
  private(set) lazy var contentLock = CoreFakeLock { [weak self] in self?.session = $0 }
  private let lock = NSLock()
  private var state = PericardCore.SessionState.active
  private var failing: PericardCore.PericardError?
  private var steps: [PericardCore.SyncProgress] = []
  private var end: Result<PericardCore.SyncOutcome, PericardCore.PericardError> = .success(.complete)
  private var noted: [PericardCore.Incident] = []
  private var switches = [PericardCore.Feature.messages, .labs, .documents].map {
    PericardCore.FeatureStatus(feature: $0, state: .on)
  }
  private var decided = PericardCore.PolicyStatus(
    configured: false, seq: nil, issuedAt: nil, askedAt: nil, problem: nil, updateRequired: nil)
  private var entries: [PericardCore.AccessEntry] = []
  private var checked = PericardCore.LogCheck.whole
  private var beside: [FakePerson] = []
  private var named: [FakePerson] = []
  private var streams: [CoreFakeChanges] = []

  init(name: String, record: RecordScript) {
    self.record = record
    self.name = name
    record.tell { [weak self] in self?.tell($0) }
  }

  var session: PericardCore.SessionState {
    get { lock.withLock { state } }
    set {
      lock.withLock { state = newValue }
      tell(PericardCore.ChangeSet(records: [], outbox: false, session: true, features: false, people: false))
    }
  }

  var failure: PericardCore.PericardError? {
    get { lock.withLock { failing } }
    set {
      lock.withLock { failing = newValue }
      for record in everybody { record.fail(newValue) }
    }
  }

  /// Whose records the account shows beside those of who signed in.
  var others: [FakePerson] {
    get { lock.withLock { beside } }
    set {
      let before = lock.withLock {
        defer { beside = newValue }
        return beside
      }
      for person in before { person.script.belong(to: nil) }
      for person in newValue { person.script.belong(to: self) }
      tell(PericardCore.ChangeSet(records: [], outbox: false, session: false, features: false, people: true))
    }
  }

  /// Whom the portal names.
  var findable: [FakePerson] {
    get { lock.withLock { named } }
    set { lock.withLock { named = newValue } }
  }

  /// Whom the portal names and who could be added.
  var notHere: [FakePerson] {
    let here = others
    return findable.filter { person in !here.contains { $0 === person } }
  }

  /// The records of all people.
  var everybody: [RecordScript] { [record] + others.map(\.script.record) }

  func record(of person: PericardCore.PersonId) throws -> RecordScript {
    try check()
    return try person == own ? record : other(person).script.record
  }

  var people: [PericardCore.Person] {
    let state = session
    let own = PericardCore.Person(id: self.own, name: name, isSelf: true, session: state, mayWrite: true)
    return [own] + others.map { $0.script.person(of: state) }
  }

  func other(_ person: PericardCore.PersonId) throws -> FakePerson {
    guard let found = others.first(where: { $0.script.id == person }) else {
      throw PericardCore.PericardError.NotFound
    }
    return found
  }

  var incidents: [PericardCore.Incident] {
    get { lock.withLock { noted } }
    set {
      lock.withLock { noted = newValue }
      tell(PericardCore.ChangeSet(records: [], outbox: false, session: false, features: true, people: false))
    }
  }

  var features: [PericardCore.FeatureStatus] {
    get { lock.withLock { switches } }
    set {
      lock.withLock { switches = newValue }
      tell(PericardCore.ChangeSet(records: [], outbox: false, session: false, features: true, people: false))
    }
  }

  var policy: PericardCore.PolicyStatus {
    get { lock.withLock { decided } }
    set { lock.withLock { decided = newValue } }
  }

  var log: [PericardCore.AccessEntry] {
    get { lock.withLock { entries } }
    set { lock.withLock { entries = newValue } }
  }

  var logCheck: PericardCore.LogCheck {
    get { lock.withLock { checked } }
    set { lock.withLock { checked = newValue } }
  }

  /// The progress and the end of the next syncs.
  var course: ([PericardCore.SyncProgress], Result<PericardCore.SyncOutcome, PericardCore.PericardError>) {
    get { lock.withLock { (steps, end) } }
    set { lock.withLock { (steps, end) = newValue } }
  }

  func stream() -> CoreFakeChanges {
    let stream = CoreFakeChanges()
    lock.withLock {
      streams.removeAll(where: \.isOver)
      streams.append(stream)
    }
    return stream
  }

  func leave() throws {
    try check()
    session = .signedOut
    for stream in lock.withLock({ streams }) { stream.stop() }
  }

  func check() throws {
    if let failure { throw failure }
  }

  func tell(_ set: PericardCore.ChangeSet) {
    for stream in lock.withLock({ streams }) { stream.add(set) }
  }
}
