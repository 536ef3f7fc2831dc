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
    script = AccountScript(name: "", letters: [], recipients: [])
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

  override func people() -> [PericardCore.Person] { [script.person] }

  override func messages(person: PericardCore.PersonId) throws -> PericardCore.Messages {
    try script.check()
    guard person == script.person.id else { throw PericardCore.PericardError.NotFound }
    return script.messages
  }

  override func startSync(budget: TimeInterval?, full: Bool) throws -> PericardCore.SyncRun {
    try script.check()
    let (steps, end) = script.course
    if case .success(let outcome) = end { script.messages.synced(outcome) }
    return CoreFakeSyncRun(steps: steps, end: end)
  }

  override func changes() throws -> PericardCore.Changes {
    try script.check()
    return script.stream()
  }

  override func held() async throws -> UInt64 {
    try script.check()
    return try await script.messages.state().held
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
    let rows = script.log.sorted { $0.number < $1.number }.map { entry in
      "\(entry.number),\(entry.at.ISO8601Format()),\(entry.action),\(script.person.name),\(entry.thread ?? "")"
    }
    return (["number,at,action,person,thread"] + rows).map { $0 + "\r\n" }.joined()
  }

  override func export(
    person: PericardCore.PersonId, format: PericardCore.ExportFormat, current: Data?
  ) async throws -> PericardCore.Export {
    try script.check()
    guard person == script.person.id else { throw PericardCore.PericardError.NotFound }
    return CoreFakeExport(name: script.person.name, format: format)
  }

  override func signInAgain(method: PericardCore.SignInMethod) async throws -> PericardCore.SignIn {
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
