import Foundation
import Pericard
import PericardTestWorld

extension StoryContext {
  /// What `expect` looks at. Things of features that are not built fail as unknown.
  func expect(_ thing: String, _ keys: inout Keys) async throws {
    switch thing {
    case "threads":
      let threads = try await threads()
      try same("threads", try keys.number("count"), threads.count)
      if let messages = try keys.numberIfThere("messages") {
        try same("messages in all threads", messages, threads.reduce(0) { $0 + Int($1.messages) })
      }
      if let unread = try keys.numberIfThere("unread") {
        try same("unread messages", unread, threads.reduce(0) { $0 + Int($1.unread) })
      }
    case "messages":
      let thread = try thread(keys.number("thread"))
      let inbox = try inbox()
      let messages = try await Self.pages { after in
        let page = try await inbox.messages(thread: thread, after: after, limit: Self.page)
        return (page.messages, page.after)
      }
      try same("messages", try keys.number("count"), messages.count)
    case "message":
      let message = try await inbox().message(id: message(keys.text("of")))
      let expected = try keys.word("state", "queued", "sending", "sent", "failed", "unknown")
      try same("state", expected, word(message.state))
    case "search":
      let text = try keys.text("text")
      let inbox = try inbox()
      let hits = try await Self.pages { after in
        let page = try await inbox.search(text: text, after: after, limit: Self.page)
        return (page.hits, page.after)
      }
      try same("hits", try keys.number("count"), hits.count)
    case "archived", "drafts", "recipients", "around", "former_texts": try await expectCorrespondence(thing, &keys)
    case "session":
      let expected = try keys.word("state", "signed_out", "active", "step_up", "sign_in", "sealed", "locked")
      try same("session", expected, session())
    case "lock": try lock(&keys)
    case "news": try same("news", try keys.number("count"), news)
    case "feature": try await feature(&keys)
    case "policy": try policy(&keys)
    case "log": try await log(&keys)
    case "people", "person", "found_people": try await expectPeople(thing, &keys)
    case "held": try same("held records", try keys.number("count"), Int(try await account().held()))
    case "messages_state": try await messagesState(&keys)
    case "incidents": try same("incidents", try keys.number("count"), try await account().incidents().count)
    case "recovery_codes":
      let status = try await account().twoFactor.status()
      try same("recovery codes", try keys.number("left"), Int(status.recoveryCodesLeft ?? 0))
    case "two_factor":
      let expected = try keys.word("state", "on", "off")
      let status = try await account().twoFactor.status()
      try same("the second factor", expected, status.enrolled ? "on" : "off")
    case "changes": try await changes(&keys)
    case "disk":
      try same("copies on disk", try keys.number("count"), Int(try await world.disk(text: keys.text("text"))))
    case "portal.messages":
      let found = try await world.portalMessages(text: keys.text("text"))
      try same("messages at the portal", try keys.number("count"), Int(found))
    case "portal.requests": try await requests(&keys)
    case "file": try await expectFile(&keys)
    case "document", "documents": try await expectDocuments(thing, &keys)
    case "lab_reports", "lab_report", "lab_results", "lab_result", "lab_trend", "labs_state":
      try await expectLabs(thing, &keys)
    case "portal.files":
      let found = try await world.portalFiles(bytes: UInt64(keys.number("bytes")))
      try same("files at the portal", try keys.number("count"), Int(found))
    case "portal.revocations":
      try same("revocations", try keys.number("count"), Int(try await world.portalRevocations()))
    default: throw Unfit("unknown expectation `\(thing)`")
    }
  }

  func same<T: Equatable>(_ what: String, _ expected: T, _ found: T) throws {
    if expected != found { throw Broken("\(what): expected \(expected), found \(found)") }
  }

  private func word(_ state: MessageState) -> String {
    switch state {
    case .received: "received"
    case .queued: "queued"
    case .sending: "sending"
    case .sent: "sent"
    case .failed: "failed"
    case .unknown: "unknown"
    }
  }

  private func session() -> String { word(accountIfAny?.session ?? .signedOut) }

  private func lock(_ keys: inout Keys) throws {
    let expected = try keys.word("state", "off", "unlocked", "locked", "destroyed")
    let state = try account().lock.state()
    let (found, left): (String, Int?) =
      switch state {
      case .off: ("off", nil)
      case .unlocked: ("unlocked", nil)
      case .locked(let attempts, _): ("locked", attempts)
      case .destroyed: ("destroyed", nil)
      }
    try same("the lock", expected, found)
    if let expected = try keys.numberIfThere("attempts_left") { try same("tries left", expected, left) }
  }

  private func feature(_ keys: inout Keys) async throws {
    let names: [String: Feature] = ["messages": .messages, "documents": .documents, "labs": .labs]
    guard let feature = names[try keys.word("name", "messages", "documents", "labs")] else { return }
    let expected = try keys.word("state", "on", "read_only", "off", "stopped")
    let language = try keys.textIfThere("language")
    let features = try await account().features(languages: language.map { [$0] } ?? [])
    let state = features.first { $0.feature == feature }?.state
    let (found, notice): (String, Notice?) =
      switch state {
      case .on: ("on", nil)
      case .readOnly(let notice): ("read_only", notice)
      case .off(let notice, _): ("off", notice)
      case .stopped: ("stopped", nil)
      case nil: ("missing", nil)
      }
    try same("the feature", expected, found)
    if let expected = try keys.textIfThere("notice") { try same("the notice", expected, notice?.text ?? "") }
  }

  /// How often something was done, by the access log, which is whole or not.
  private func log(_ keys: inout Keys) async throws {
    let action = try keys.text("action").filter { $0 != "_" }
    let count = try keys.number("count")
    let entries = try await account().accessLog(limit: 500).entries
    let found = entries.count { "\($0.action)".lowercased() == action }
    try same("entries of the log", count, found)
    if let expected = try keys.flagIfThere("whole") {
      try same("whole", expected, try await account().checkAccessLog() == .whole)
    }
  }

  private func policy(_ keys: inout Keys) throws {
    let status = try account().policy()
    if let expected = try keys.numberIfThere("seq") { try same("the policy's number", expected, Int(status.seq ?? 0)) }
    try same("the policy's problem", try keys.text("problem"), status.problem.map(word) ?? "none")
  }

  private func word(_ problem: PolicyProblem) -> String {
    switch problem {
    case .missing: "missing"
    case .unreadable: "unreadable"
    case .unsigned: "unsigned"
    case .unknownKey: "unknown_key"
    case .wrongSignature: "wrong_signature"
    case .anotherPortal: "another_portal"
    case .expired: "expired"
    case .fromTheFuture: "from_the_future"
    case .older: "older"
    case .withheld: "withheld"
    }
  }

  /// How far the current person's messages are those at the portal.
  private func messagesState(_ keys: inout Keys) async throws {
    let state = try await inbox().state()
    let reason = state.incomplete.map(word) ?? "none"
    let complete = state.incomplete == nil && state.completeAt != nil
    let expected = try keys.flag("complete")
    if expected != complete {
      throw Broken("complete: expected \(expected), found \(complete) (reason: \(reason))")
    }
    if let expected = try keys.textIfThere("reason") { try same("the reason", expected, reason) }
    if let held = try keys.numberIfThere("held") { try same("held messages", held, Int(state.held)) }
    if let unreadable = try keys.numberIfThere("unreadable") {
      try same("unreadable messages", unreadable, Int(state.unreadable))
    }
  }

  private func word(_ reason: IncompleteReason) -> String {
    switch reason {
    case .portalSaysSo: "portal_says_so"
    case .pagesMissing: "pages_missing"
    case .unreadablePage: "unreadable_page"
    case .manyVanished: "many_vanished"
    case .unanswered: "unanswered"
    case .moreToFetch: "more_to_fetch"
    case .storage: "storage"
    case .switchedOff: "switched_off"
    case .locked: "locked"
    case .interrupted: "interrupted"
    case .signIn: "sign_in"
    }
  }

  private func changes(_ keys: inout Keys) async throws {
    let least = try keys.number("at_least")
    let kinds: [String: @Sendable (ChangeSet) -> Bool] = [
      "threads": { $0.records.contains { $0.all || !$0.groups.isEmpty } },
      "messages": { $0.records.contains { $0.feature == .messages } },
      "outbox": { $0.outbox },
      "session": { $0.session },
      "feature": { $0.features },
      "people": { $0.people },
    ]
    let word = try keys.word("of", "threads", "messages", "outbox", "session", "feature", "people")
    guard let kind = kinds[word] else { return }
    // The stream is told after the step returned; a change that never comes ends the wait.
    let found = await changes().take(atLeast: least, within: .seconds(5), kind)
    if found < least { throw Broken("changes: expected at least \(least), found \(found)") }
  }

  private func requests(_ keys: inout Keys) async throws {
    let exactly = try keys.numberIfThere("count")
    let most = try keys.numberIfThere("at_most")
    let found = Int(try await world.portalRequests(path: keys.textIfThere("path")))
    switch (exactly, most) {
    case (let exactly?, nil): try same("requests", exactly, found)
    case (nil, let most?):
      if found > most { throw Broken("requests: expected at most \(most), found \(found)") }
    default: throw Unfit("requests take `count` or `at_most`")
    }
  }
}
