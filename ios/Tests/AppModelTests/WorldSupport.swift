import Foundation
import Pericard
import PericardTestWorld
import Testing

@testable import AppModel

/// The browser of a world: it signs in on the portal's own pages.
@MainActor
final class WorldBrowser: Browser {
  private let world: TestWorld
  let who: String
  var closes = 0
  private(set) var shown: [PortalPage] = []

  init(_ world: TestWorld, who: String) {
    self.world = world
    self.who = who
  }

  func answer(_ signIn: SignIn, redirect: String) async throws -> SignInStep {
    if closes > 0 {
      closes -= 1
      throw PericardError.cancelled
    }
    let address = try await signIn.authorizationURL()
    let back = try await world.browser(url: address.absoluteString, who: who, right: true, code: "now")
    guard let back = URL(string: back) else { throw Broken(what: "the browser came back to no address") }
    return try await signIn.redirected(to: back)
  }

  func show(_ page: PortalPage, of portal: Portal, redirect: String) async { shown.append(page) }
}

/// The whole app in a world: the real core, the reference portal, and a person at it.
@MainActor
final class Stage {
  let world: TestWorld
  let browser: WorldBrowser
  let preferences = MapPreferences()
  let keys = FakeBiometricKeys()
  let place = TestPlace()
  private(set) var errands: [Errand] = []
  /// How long after now the app believes it is.
  var later: TimeInterval = 0
  var languages = ["en-GB"]
  private(set) var app: PatientApp!
  private let keystore: WorldKeystore

  init(_ portal: String, who: String = "ana") async throws {
    world = try await TestWorld.start(portal: portal)
    browser = WorldBrowser(world, who: who)
    keystore = world.ownKeystore
    app = make()
    await app.start()
  }

  private func make() -> PatientApp {
    let config = world.appPortal
    let clinic = Clinic(id: config.base, name: "Linden Clinic", host: "localhost", phone: "+1 555 0100")
    let surroundings = PatientApp.Surroundings(
      open: { [world, keystore] in try await world.open(keystore) },
      erase: { throw Broken(what: "nothing is to be erased") }, preferences: preferences, browser: browser,
      biometricKeys: keys, documents: place, errand: { [weak self] in self?.errands.append($0) },
      now: { [weak self] in Date(timeIntervalSinceNow: self?.later ?? 0) },
      languages: { [weak self] in self?.languages ?? [] })
    return PatientApp(
      surroundings,
      clinics: ClinicDirectory([ConfiguredClinic(clinic: clinic, portal: config)], redirect: config.redirect),
      version: "1.0")
  }

  /// The process ends and the app is opened again; the person comes back to `places`.
  func restart(places: [String] = []) async throws {
    try await die()
    await app.start(places: places)
  }

  /// The process ends, and the next one begins with a background task.
  func restartInBackground() async throws {
    try await die()
    _ = await app.syncInBackground(budget: .seconds(20))
    await app.enterBackground()
  }

  private func die() async throws {
    app.closeAll()
    for account in app.accounts { account.close() }
    try await app.client?.shutDown()
    app = make()
  }

  func end() async throws {
    try await app.client?.shutDown()
  }

  var signIn: SignInModel? {
    for case .signIn(let model) in app.path { return model }
    return nil
  }

  var thread: ThreadModel {
    get throws {
      guard case .thread(let model) = app.path.last else { throw Broken(what: "no thread is open") }
      return model
    }
  }

  var inbox: InboxModel {
    get throws { try #require(app.home?.inbox) }
  }

  var account: AccountModel {
    get throws { try #require(app.accounts.first) }
  }

  /// Chooses the configured clinic and waits for its first question.
  func begin() async throws -> SignInModel {
    let welcome = try #require(app.welcome)
    welcome.choose(try #require(welcome.state.places.first?.id))
    try await until("a sign-in") { [self] in signIn != nil }
    let model = try #require(signIn)
    await model.settled()
    return model
  }

  /// Types the password, right or wrong, and waits for the answer.
  func password(_ model: SignInModel, right: Bool = true) async throws {
    let (user, password) = (try world.user(who: browser.who), try world.typed(by: browser.who, right: right))
    model.password(userName: user, password: password)
    try await until("an answer") { [self] in !model.state.busy || signIn == nil }
  }

  /// Types a code and waits for the answer.
  func code(_ model: SignInModel, _ kind: String = "now") async throws {
    model.code(try await world.code(who: browser.who, kind: kind))
    try await until("an answer") { [self] in !model.state.busy || signIn == nil }
  }

  /// Signs in with password and code, and waits for the first sync.
  func signInWithCode() async throws {
    let model = try await begin()
    try await password(model)
    if signIn != nil { try await code(model) }
    try await until("an inbox") { [self] in app.home != nil && app.path.isEmpty }
    try await account.synced()
    try await account.settledFollowers()
  }

  func tells(_ command: String) async throws { _ = try await world.portal(command: command) }

  /// What the clinic says of messages by its policy, as on the wire.
  func messagesAre(_ rule: String) async throws {
    try await tells(#"{"policy":{"features":{"messages":\#(rule)}}}"#)
  }

  func sync() async throws {
    let account = try account
    await account.synced()
    account.sync(asked: true)
    await account.synced()
  }
}
