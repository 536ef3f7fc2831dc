import Foundation
internal import PericardCore

/// Behind a ``FakeAccount``: what the façade calls in place of the core's account. Nothing of it loads the core.
final class CoreFakeAccount: PericardCore.Account, @unchecked Sendable {
  private let script: AccountScript

  init(_ script: AccountScript) {
    self.script = script
    super.init(noHandle: NoHandle())
  }

  required init(unsafeFromHandle handle: UInt64) {
    script = AccountScript(
      name: "",
      record: RecordScript(messages: CoreFakeMessages(), labs: CoreFakeLabs([]), documents: CoreFakeDocuments([])))
    super.init(unsafeFromHandle: handle)
  }

  override func id() -> PericardCore.AccountId { "fake-account" }

  override func portal() -> String { "https://portal.example/fhir" }

  override func portalConfig() throws -> PericardCore.PortalConfig {
    PericardCore.PortalConfig(
      base: portal(), client: .registered(clientId: "fake"), redirect: "com.example.fake:/callback",
      nativeSignIn: true, lease: nil, extraRoots: [], policyKeys: nil)
  }

  override func session() -> PericardCore.SessionState { script.session }

  override func people() -> [PericardCore.Person] { script.people }

  override func documents(person: PericardCore.PersonId) throws -> PericardCore.Documents {
    try script.record(of: person).documents
  }

  override func labs(person: PericardCore.PersonId) throws -> PericardCore.Labs {
    try script.record(of: person).labs
  }

  override func messages(person: PericardCore.PersonId) throws -> PericardCore.Messages {
    try script.record(of: person).messages
  }

  override func findPeople() async throws -> [PericardCore.FoundPerson] {
    try script.check()
    return script.notHere.map(\.script).map {
      PericardCore.FoundPerson(patient: $0.patient, name: $0.name, relationship: $0.relationship)
    }
  }

  override func addPerson(method: PericardCore.SignInMethod, patient: String?) async throws -> PericardCore.SignIn {
    try script.check()
    guard let person = script.notHere.first(where: { patient == nil || $0.patient == patient }) else {
      throw PericardCore.PericardError.NotFound
    }
    return CoreFakeSignIn(self) { [script] in
      if !script.others.contains(where: { $0 === person }) { script.others.append(person) }
    }
  }

  override func forgetPerson(person: PericardCore.PersonId) async throws {
    try script.check()
    guard person != script.own else {
      throw PericardCore.PericardError.InvalidInput(field: "person", problem: .wrongState)
    }
    let gone = try script.other(person)
    script.others.removeAll { $0 === gone }
  }

  override func startSync(budget: TimeInterval?, full: Bool) throws -> PericardCore.SyncRun {
    try script.check()
    let (steps, end) = script.course
    if case .success(let outcome) = end {
      for record in script.everybody { record.synced(outcome) }
    }
    return CoreFakeSyncRun(steps: steps, end: end)
  }

  override func changes() throws -> PericardCore.Changes {
    try script.check()
    return script.stream()
  }

  override func held() async throws -> UInt64 {
    try script.check()
    var held: UInt64 = 0
    for record in script.everybody { held += try await record.held() }
    return held
  }

  override func incidents() async throws -> [PericardCore.Incident] {
    try script.check()
    return script.incidents
  }

  override func features(languages: [String]) async throws -> [PericardCore.FeatureStatus] {
    try script.check()
    return script.features
  }

  override func policy() throws -> PericardCore.PolicyStatus {
    try script.check()
    return script.policy
  }

  override func checkPolicy() async throws -> PericardCore.PolicyStatus { try policy() }

  override func accessLog(before: UInt64?, limit: UInt32) async throws -> PericardCore.AccessPage {
    try script.check()
    let older = script.log.filter { entry in before.map { entry.number < $0 } ?? true }
      .sorted { $0.number > $1.number }
    let page = Array(older.prefix(Int(limit)))
    return PericardCore.AccessPage(entries: page, before: page.count < older.count ? page.last?.number : nil)
  }

  override func checkAccessLog() async throws -> PericardCore.LogCheck {
    try script.check()
    return script.logCheck
  }

  override func exportAccessLog() async throws -> String {
    try script.check()
    let people = script.people
    let rows = script.log.sorted { $0.number < $1.number }.map { entry in
      let name = people.first { $0.id == entry.person }?.name ?? ""
      let opened = entry.thread ?? entry.document ?? ""
      return "\(entry.number),\(entry.at.ISO8601Format()),\(entry.action),\(name),\(opened)"
    }
    return (["number,at,action,person,record"] + rows).map { $0 + "\r\n" }.joined()
  }

  override func export(
    person: PericardCore.PersonId, format: PericardCore.ExportFormat, current: Data?
  ) async throws -> PericardCore.Export {
    try script.check()
    let name = try person == script.own ? script.name : script.other(person).script.name
    return CoreFakeExport(name: name, format: format)
  }

  override func signInAgain(
    method: PericardCore.SignInMethod, person: PericardCore.PersonId?
  ) async throws -> PericardCore.SignIn {
    throw PericardCore.PericardError.Offline
  }

  override func stepUp(method: PericardCore.SignInMethod) async throws -> PericardCore.SignIn {
    throw PericardCore.PericardError.Offline
  }

  override func lock() -> PericardCore.AccountLock { script.contentLock }

  override func twoFactor() -> PericardCore.TwoFactor { CoreFakeTwoFactor() }

  override func signOut() async throws { try script.leave() }

  override func forget() async throws { try script.leave() }
}

/// Adds somebody, and asks nothing for it.
private final class CoreFakeSignIn: PericardCore.SignIn, @unchecked Sendable {
  private let account: PericardCore.Account?
  private let add: @Sendable () -> Void

  init(_ account: PericardCore.Account, add: @escaping @Sendable () -> Void) {
    self.account = account
    self.add = add
    super.init(noHandle: NoHandle())
  }

  required init(unsafeFromHandle handle: UInt64) {
    account = nil
    add = {}
    super.init(unsafeFromHandle: handle)
  }

  private var notAsked: PericardCore.PericardError { .InvalidInput(field: "step", problem: .notAsked) }

  override func step() throws -> PericardCore.SignInStep { .ready(recoveryCodesLeft: nil) }

  override func authorizationUrl() async throws -> String { throw notAsked }

  override func redirected(to: String) async throws -> PericardCore.SignInStep { throw notAsked }

  override func password(user: String, password: Data) async throws -> PericardCore.SignInStep { throw notAsked }

  override func code(code: String) async throws -> PericardCore.SignInStep { throw notAsked }

  override func recoveryCode(code: String) async throws -> PericardCore.SignInStep { throw notAsked }

  override func finish() async throws -> PericardCore.Account {
    guard let account else { throw PericardCore.PericardError.NotFound }
    add()
    return account
  }

  override func cancel() async throws {}
}

/// A copy in which there is nothing but the person's name.
private final class CoreFakeExport: PericardCore.Export, @unchecked Sendable {
  private let lock = NSLock()
  private var left: Data

  init(name: String, format: PericardCore.ExportFormat) {
    let text =
      switch format {
      case .html: "<!doctype html><title>\(name)</title>"
      case .fhir: #"{"resourceType":"Bundle","type":"collection"}"#
      }
    left = Data(text.utf8)
    super.init(noHandle: NoHandle())
  }

  required init(unsafeFromHandle handle: UInt64) {
    left = Data()
    super.init(unsafeFromHandle: handle)
  }

  override func read() async throws -> Data {
    lock.withLock {
      defer { left = Data() }
      return left
    }
  }
}

/// A second factor that is enrolled.
private final class CoreFakeTwoFactor: PericardCore.TwoFactor, @unchecked Sendable {
  init() {
    super.init(noHandle: NoHandle())
  }

  required init(unsafeFromHandle handle: UInt64) {
    super.init(unsafeFromHandle: handle)
  }

  override func status() async throws -> PericardCore.TwoFactorStatus {
    PericardCore.TwoFactorStatus(enrolled: true, recoveryCodesLeft: 8)
  }

  override func enrol() async throws -> PericardCore.TotpEnrolment { throw PericardCore.PericardError.Offline }

  override func confirm(enrolment: PericardCore.EnrolmentId, code: String) async throws -> [String] {
    throw PericardCore.PericardError.Offline
  }

  override func disable() async throws { throw PericardCore.PericardError.Offline }

  override func newRecoveryCodes() async throws -> [String] { throw PericardCore.PericardError.Offline }
}
