import Pericard

extension StoryContext {
  /// What `expect` looks at beside the inbox itself: the archive, drafts, recipients, a message's surroundings and
  /// its past.
  func expectCorrespondence(_ thing: String, _ keys: inout Keys) async throws {
    let inbox = try inbox()
    switch thing {
    case "archived":
      let page = try await inbox.archivedThreads(after: nil, limit: Self.page)
      try same("archived", try keys.number("count"), page.threads.count)
    case "drafts":
      let drafts = try await inbox.drafts()
      try same("drafts", try keys.number("count"), drafts.count)
      if let text = try keys.textIfThere("text") { try same("the newest draft", text, drafts.first?.text ?? "") }
    case "recipients":
      let recipients = try await inbox.recipients()
      try same("recipients", try keys.number("count"), recipients.count)
      if let name = try keys.textIfThere("name"), !recipients.contains(where: { $0.name == name }) {
        throw Broken("nobody is called `\(name)`")
      }
    case "around": try await around(inbox, &keys)
    default:
      let texts = try await inbox.formerTexts(message: found(inbox, keys.text("of")))
      try same("former texts", try keys.number("count"), texts.count)
      if let text = try keys.textIfThere("text") { try same("what it said", text, texts.first?.text ?? "") }
    }
  }

  /// The first hit of a search.
  private func found(_ inbox: Messages, _ text: String) async throws -> MessageID {
    let hits = try await inbox.search(text: text, after: nil, limit: 1).hits
    guard let hit = hits.first else { throw Broken("nothing is found for `\(text)`") }
    return hit.message.id
  }

  /// From a hit on, in both directions to the ends.
  private func around(_ inbox: Messages, _ keys: inout Keys) async throws {
    let message = try await found(inbox, keys.text("text"))
    let page = try await inbox.messagesAround(message: message, limit: 3)
    guard let at = page.messages.firstIndex(where: { $0.id == message }) else {
      throw Broken("the page is not around the message")
    }
    let thread = page.messages[at].thread
    var (newer, older) = (at, page.messages.count - at - 1)
    var before = page.before
    while let position = before {
      let next = try await inbox.newerMessages(thread: thread, before: position, limit: 2)
      newer += next.messages.count
      before = next.before
    }
    var after = page.after
    while let position = after {
      let next = try await inbox.messages(thread: thread, after: position, limit: 2)
      older += next.messages.count
      after = next.after
    }
    try same("newer messages", try keys.number("newer"), newer)
    try same("older messages", try keys.number("older"), older)
  }
}
