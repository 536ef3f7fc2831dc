import Foundation
import Pericard
import PericardTestWorld
import Testing

@testable import PericardGuide

/// What Ana does, who has a password and a second factor, and what she was shown.
private actor Ana: Screens {
  private let world: TestWorld
  private var seen: [String] = []

  init(_ world: TestWorld) { self.world = world }

  func takeSeen() -> [String] {
    defer { seen = [] }
    return seen
  }

  func password(attemptsLeft: Int?) throws -> (user: String, password: String) {
    let right = seen.contains("password")
    seen.append("password")
    return (try world.user(who: "ana"), try world.typed(by: "ana", right: right))
  }

  func code(attemptsLeft: Int?) async throws -> String {
    seen.append("code")
    return try await world.code(who: "ana", kind: "now")
  }

  func enrol(_ totp: TOTPSecret) throws -> String { throw Broken("Ana has a second factor") }
  func keep(recoveryCodes: [String]) { Issue.record("Ana has a second factor") }

  func browse(_ url: URL) async throws -> URL {
    seen.append("browse")
    let back = try await world.browser(url: url.absoluteString, who: "ana", right: true, code: "now")
    guard let back = URL(string: back) else { throw Broken("the browser came back to no address") }
    return back
  }

  func wait(until: Date) throws { throw Broken("Ana mistypes only once") }

  func show(_ progress: SyncProgress) { if seen.last != "progress" { seen.append("progress") } }

  func show(_ threads: [MessageThread]) {
    #expect(threads.count == 3)
    seen.append("inbox")
  }

  func show(_ messages: [Message]) {
    #expect(!messages.isEmpty)
    seen.append("thread")
  }

  func show(_ hits: [SearchHit]) {
    #expect(!hits.isEmpty)
    seen.append("hits")
  }
}

@Suite struct GuideTests {
  private let asked = ["password", "password", "code"]
  private let shown = ["progress", "hits", "inbox", "thread"]

  private func world() async throws -> TestWorld {
    try await TestWorld.start(portal: #"{"people":{"ana":{"threads":3,"messages":60,"totp":true}}}"#)
  }

  @Test func guideReadsAnInboxAndAnswers() async throws {
    let world = try await world()
    let config = world.appConfig
    let keystore = MemoryKeystore()
    let ana = Ana(world)
    let text = "Thank you, I will be there."

    try await firstInbox(in: config.directory, at: config.portals[0], keystore: keystore, screens: ana)
    #expect(await ana.takeSeen() == asked + shown)
    #expect(try await world.portalMessages(text: text) == 1)

    // Started again, it finds the account.
    try await firstInbox(in: config.directory, at: config.portals[0], keystore: keystore, screens: ana)
    #expect(await ana.takeSeen() == shown)
    #expect(try await world.portalMessages(text: text) == 2)
  }

  @Test func guideGoesToTheBrowserWhereThePortalLeadsThere() async throws {
    let world = try await world()
    let config = world.appConfig
    let ana = Ana(world)
    let clinic = config.portals[0]
    let web = PortalConfig(
      base: clinic.base, client: .registered(clientID: "pericard-web"), redirect: clinic.redirect,
      nativeSignIn: true, extraRoots: clinic.extraRoots)
    try await firstInbox(in: config.directory, at: web, keystore: MemoryKeystore(), screens: ana)
    #expect(await ana.takeSeen() == ["password", "browse"] + shown)
  }

  @Test func guideKeystoreConforms() async throws {
    try await checkConformance(of: MemoryKeystore())
  }
}
