import Foundation
import Pericard
import PericardTestWorld

extension StoryContext {
  /// The verbs of `do`. Those of features that are not built fail as unknown.
  func carryOut(_ verb: String, _ keys: inout Keys) async throws {
    switch verb {
    case "sign_in": try await signIn(&keys)
    case "step_up": try await stepUp(&keys)
    case "enrol_totp": try await enrolTotp()
    case "confirm_totp": try await confirmTotp(&keys)
    case "disable_totp": try await account().twoFactor.disable()
    case "new_recovery_codes": try await newRecoveryCodes()
    case "leave":
      let at = try keys.word("at", "password", "code", "browser", "enrol", "recovery_codes")
      leaving = (at, try keys.word("kind", "app", "process"))
    case "sync":
      let run = try account().startSync()
      try await run.join()
      news = run.news
      try await number()
    case "set_pin": try await account().lock.setPin(current: keys.textIfThere("current"), pin: keys.text("pin"))
    case "remove_pin": try await account().lock.removePin(current: keys.text("current"))
    case "unlock": try await account().lock.unlock(pin: keys.text("pin"))
    case "lock": try await account().lock.lock()
    case "auto_lock": try await account().lock.setAutoLock(after: .seconds(Int(seconds(keys.text("after")))))
    case "person":
      if try keys.word("state", "away", "back") == "away" { client.personLeft() } else { client.personReturned() }
    case "pause": try await client.pause()
    case "resume": try await client.resume()
    case "restart": try await restart(&keys)
    case "send", "edit", "draft", "send_draft", "discard_draft": try await write(verb, &keys)
    case "download": try await download(&keys)
    case "fetch_document", "view_document", "remove_document": try await handleDocument(verb, &keys)
    case "read_report": try await readReport(&keys)
    case "withdraw": try await inbox().withdraw(message: message(keys.text("of")))
    case "retry": _ = try await inbox().retry(message: message(keys.text("of")))
    case "read": try await inbox().markRead(thread: thread(keys.number("thread")))
    case "mark_unread": try await inbox().markUnread(thread: thread(keys.number("thread")))
    case "archive": try await inbox().archive(thread: thread(keys.number("thread")))
    case "unarchive": try await inbox().unarchive(thread: thread(keys.number("thread")))
    case "sign_out": try await account().signOut()
    case "forget": try await forget(&keys)
    case "account": try switchTo(keys.text("who"))
    case "act_for": try await actFor(&keys)
    case "network":
      let states: [String: NetworkState] = [
        "up": .up, "down": .down, "slow": .slow, "stalled": .stalled, "lossy": .lossy,
      ]
      guard let state = states[try keys.word("state", "up", "down", "slow", "stalled", "lossy")] else { return }
      world.network(state: state)
    case "clock": try await clock(&keys)
    case "portal": _ = try await world.portal(command: keys.rest().description)
    default: throw Unfit("unknown verb `\(verb)`")
    }
  }

  private func restart(_ keys: inout Keys) async throws {
    if let lease = try keys.textIfThere("lease") { world.setLease(span: TimeInterval(try seconds(lease))) }
    if try keys.word("device", "same", "rebooted", otherwise: "same") == "rebooted" { world.reboot() }
    try await restart()
  }

  private func forget(_ keys: inout Keys) async throws {
    let what = try keys.word("what", "person", "account", "all")
    if what == "person" { return try await forgetPerson(&keys) }
    let all = what == "all"
    for account in all ? everyAccount() : [try account()] { try await account.forget() }
    forgotten(all: all)
  }

  private func clock(_ keys: inout Keys) async throws {
    let advance = try keys.textIfThere("advance").map { try seconds($0) }
    let back = try keys.textIfThere("set_back").map { try seconds($0) }
    let ahead = try keys.textIfThere("set_ahead").map { try seconds($0) }
    switch (advance, back, ahead) {
    case (let advance?, nil, nil): try await world.advance(seconds: advance)
    case (nil, let back?, nil): world.setBack(seconds: back)
    case (nil, nil, let ahead?): world.setAhead(seconds: ahead)
    default: throw Unfit("clock takes `advance`, `set_back` or `set_ahead`")
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
}
