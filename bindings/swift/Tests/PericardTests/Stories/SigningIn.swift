import Foundation
import Pericard
import PericardTestWorld

/// What a person types.
private struct Typed {
  let who: String
  let right: Bool
  let code: String
  let method: SignInMethod

  init(_ keys: inout Keys, _ who: String) throws {
    self.who = who
    right = try keys.word("password", "right", "wrong", otherwise: "right") == "right"
    code = try Self.code(&keys)
    method = try keys.word("via", "native", "browser", otherwise: "native") == "browser" ? .browser : .native
    try keys.done()
    if method == .browser && code == "recovery_spent" { throw Unfit("`recovery_spent` is for native sign-in") }
  }

  static func code(_ keys: inout Keys) throws -> String {
    let code = try keys.textIfThere("code") ?? "now"
    let known = ["now", "wrong", "replayed", "recovery", "recovery_spent"]
    guard known.contains(code) || code.contains(where: \.isNumber) else { throw Unfit("`code` is `\(code)`") }
    return code
  }
}

extension StoryContext {
  func signIn(_ keys: inout Keys) async throws {
    let who = try keys.text("who")
    let patient = try keys.textIfThere("for")
    let typed = try Typed(&keys, who)
    try await answer(typed, try await begun(typed, for: patient))
    try namePeople(who, patient)
    acting = patient
    guard leaving == nil else { throw Broken("the sign-in never came to where it should be left") }
  }

  func stepUp(_ keys: inout Keys) async throws {
    let typed = try Typed(&keys, try person())
    try await answer(typed, try await account().stepUp(method: typed.method))
  }

  func enrolTotp() async throws {
    let begun = try await account().twoFactor.enrol()
    enrolment = (begun.id, begun.totp.uri)
  }

  func confirmTotp(_ keys: inout Keys) async throws {
    let kind = try Typed.code(&keys)
    let who = try person()
    guard let enrolment else { throw Broken("nothing is being enrolled") }
    try world.enrol(who: who, uri: enrolment.uri)
    let code = try await world.code(who: who, kind: kind)
    await keep(who, try await account().twoFactor.confirm(enrolment: enrolment.id, code: code))
    self.enrolment = nil
  }

  func newRecoveryCodes() async throws {
    await keep(try person(), try await account().twoFactor.newRecoveryCodes())
  }

  /// The person keeps new recovery codes; one of those that they replace is spent.
  private func keep(_ who: String, _ codes: [String]) async {
    if let replaced = try? await world.code(who: who, kind: "recovery") { spent = replaced }
    world.keepRecoveryCodes(who: who, codes: codes)
  }

  /// Answers every question until the sign-in is done.
  private func answer(_ typed: Typed, _ begun: SignIn) async throws {
    let who = typed.who
    var signIn = begun
    var next: SignInStep? = try signIn.step()
    while let step = next {
      signingIn = (who, signIn)
      switch step {
      case .openBrowser:
        let url = try await signIn.authorizationURL()
        let redirect = try await world.browser(url: url.absoluteString, who: who, right: typed.right, code: typed.code)
        signIn = try await left("browser", who)
        next = try await signIn.redirected(to: address(redirect))
      case .askPassword:
        signIn = try await left("password", who)
        next = try await signIn.password(
          user: world.user(who: who), password: world.typed(by: who, right: typed.right))
      case .askCode:
        signIn = try await left("code", who)
        if typed.code.hasPrefix("recovery") {
          next = try await signIn.recoveryCode(recoveryCode(typed))
        } else {
          next = try await signIn.code(world.code(who: who, kind: typed.code))
        }
      case .enrol(let totp, _):
        signIn = try await left("enrol", who)
        try world.enrol(who: who, uri: totp.uri)
        next = try await signIn.code(world.code(who: who, kind: typed.code))
      case .showRecoveryCodes(let codes):
        signIn = try await left("recovery_codes", who)
        await keep(who, codes)
        next = nil
      case .wait(let until): throw Broken("the portal asks to wait until \(until)")
      case .ready: next = nil
      }
    }
    let account = try await signIn.finish()
    signingIn = nil
    try signedIn(who, account)
  }

  private func address(_ text: String) throws -> URL {
    guard let address = URL(string: text) else { throw Broken("the browser came back to no address") }
    return address
  }

  /// An unused recovery code, or the one that is spent.
  private func recoveryCode(_ typed: Typed) async throws -> String {
    if typed.code == "recovery" { spent = try await world.code(who: typed.who, kind: "recovery") }
    guard let spent else { throw Broken("no recovery code is spent yet") }
    return spent
  }

  /// The sign-in that is open for this person, else a new one; a sealed account is reopened.
  private func begun(_ typed: Typed, for patient: String?) async throws -> SignIn {
    if let signingIn, signingIn.who == typed.who, (try? signingIn.signIn.step()) != nil { return signingIn.signIn }
    if let known = accountIfAny, who == typed.who, known.session != .signedOut {
      if let patient { return try await begun(known, typed.method, for: patient) }
      return try await known.signInAgain(method: typed.method, person: self.known(typed.who))
    }
    guard let portal = client.portals.first else { throw Broken("no portal is configured") }
    return try await client.portal(config: portal).signIn(method: typed.method)
  }

  /// Goes away if that was announced for this place, and comes back; gives the sign-in that is still open.
  private func left(_ place: String, _ who: String) async throws -> SignIn {
    if let leaving, leaving.at == place {
      self.leaving = nil
      if leaving.kind == "process" {
        try await restart()
      } else {
        try await client.pause()
        try await client.resume()
      }
    }
    guard let signingIn, signingIn.who == who else { throw Broken("the sign-in did not survive") }
    return signingIn.signIn
  }
}
