import Foundation
import Pericard
import PericardWorld

extension Stage {
  /// The verbs of `do`. Those of features that are not built fail as unknown.
  func carryOut(_ verb: String, _ keys: inout Keys) async throws {
    switch verb {
    case "sign_in": try await signIn(&keys)
    case "leave":
      leaving = (try keys.word("at", "password", "code", "browser"), try keys.word("kind", "app", "process"))
    case "sync":
      try await account().startSync(budget: nil).join()
      try await number()
    case "pause": try await client.pause()
    case "resume": try await client.resume()
    case "restart": try await restart()
    case "send": try await send(&keys)
    case "withdraw": try await inbox().withdraw(message: message(keys.text("of")))
    case "retry": _ = try await inbox().retry(message: message(keys.text("of")))
    case "read": try await inbox().markRead(thread: thread(keys.number("thread")))
    case "sign_out": try await account().signOut()
    case "forget": try await forget(&keys)
    case "account": try switchTo(keys.text("who"))
    case "network":
      let states: [String: NetworkState] = ["up": .up, "down": .down, "slow": .slow, "lossy": .lossy]
      guard let state = states[try keys.word("state", "up", "down", "slow", "lossy")] else { return }
      world.network(state: state)
    case "clock": try await clock(&keys)
    case "portal": _ = try await world.portal(command: keys.rest().description)
    default: throw Unfit("unknown verb `\(verb)`")
    }
  }

  private func send(_ keys: inout Keys) async throws {
    let subject = try keys.textIfThere("to")
    let thread = try keys.numberIfThere("thread").map { try self.thread($0) }
    guard (subject == nil) != (thread == nil) else { throw Unfit("send takes `thread` or `to`") }
    let name = try keys.textIfThere("as")
    let text = try keys.text("text")
    try keys.done()
    let message = try await inbox().send(message: NewMessage(thread: thread, subject: subject, text: text))
    if let name { self.name(message.id, name) }
  }

  private func forget(_ keys: inout Keys) async throws {
    let all = try keys.word("what", "account", "all") == "all"
    for account in all ? everyAccount() : [try account()] { try await account.forget() }
    forgotten(all: all)
  }

  private func clock(_ keys: inout Keys) async throws {
    switch (try keys.textIfThere("advance"), try keys.textIfThere("set_back")) {
    case (let advance?, nil): try await world.advance(seconds: try seconds(advance))
    case (nil, let back?): world.setBack(seconds: try seconds(back))
    default: throw Unfit("clock takes `advance` or `set_back`")
    }
  }

  /// Reads an ISO 8601 duration of days, hours, minutes and seconds.
  private func seconds(_ text: String) throws -> UInt64 {
    let pattern = /P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?/
    guard text.count > 2, let match = text.wholeMatch(of: pattern) else {
      throw Unfit("`\(text)` is no ISO 8601 duration")
    }
    let parts = [(match.1, 86_400), (match.2, 3_600), (match.3, 60), (match.4, 1)]
    return parts.reduce(0) { sum, part in sum + (part.0.flatMap { UInt64($0) } ?? 0) * UInt64(part.1) }
  }

  private func signIn(_ keys: inout Keys) async throws {
    let who = try keys.text("who")
    let right = try keys.word("password", "right", "wrong", otherwise: "right") == "right"
    let code = try keys.textIfThere("code") ?? "now"
    guard ["now", "wrong", "replayed"].contains(code) || code.contains(where: \.isNumber) else {
      throw Unfit("`code` is `\(code)`")
    }
    let browser = try keys.word("via", "native", "browser", otherwise: "native") == "browser"
    try keys.done()

    var signIn = try await begun(who, browser)
    var step = try signIn.step()
    while step != .ready {
      signingIn = (who, signIn)
      switch step {
      case .openBrowser(let url):
        let redirect = try await world.browser(url: url, who: who, right: right, code: code)
        signIn = try await left("browser", who)
        step = try await signIn.redirected(to: redirect)
      case .askPassword:
        signIn = try await left("password", who)
        step = try await signIn.password(
          user: world.user(who: who), password: world.password(who: who, right: right))
      case .askCode:
        signIn = try await left("code", who)
        step = try await signIn.code(code: world.code(who: who, kind: code))
      case .wait(let until): throw Broken("the portal asks to wait until \(until)")
      case .ready: break
      }
    }
    let account = try await signIn.finish()
    signingIn = nil
    guard leaving == nil else { throw Broken("the sign-in never came to where it should be left") }
    try signedIn(who, account)
  }

  /// The sign-in that is open for this person, else a new one; a sealed account is reopened.
  private func begun(_ who: String, _ browser: Bool) async throws -> SignIn {
    if let signingIn, signingIn.who == who, (try? signingIn.signIn.step()) != nil { return signingIn.signIn }
    let method: SignInMethod = browser ? .browser : .native
    if let known = accountIfAny, self.who == who, known.session() != .signedOut {
      return try await known.signInAgain(method: method)
    }
    guard let portal = client.portals().first else { throw Broken("no portal is configured") }
    return try await client.portal(config: portal).signIn(method: method)
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
