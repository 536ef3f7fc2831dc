import Pericard

extension StoryContext {
  /// The verbs that write: messages and drafts.
  func write(_ verb: String, _ keys: inout Keys) async throws {
    switch verb {
    case "send": try await send(&keys)
    case "edit": _ = try await inbox().edit(message: message(keys.text("of")), text: keys.text("text"))
    case "draft": try await draft(&keys)
    case "send_draft":
      let sent = try await inbox().sendDraft(draft(keys.text("of")))
      if let name = try keys.textIfThere("as") { self.name(sent.id, name) }
    default: try await inbox().discardDraft(draft(keys.text("of")))
    }
  }

  /// What is written: `thread` or `to`, and `text`.
  private func written(
    _ verb: String, _ keys: inout Keys, recipients: [RecipientID] = [], files: [NewFile] = []
  ) throws -> NewMessage {
    let subject = try keys.textIfThere("to")
    let thread = try keys.numberIfThere("thread").map { try self.thread($0) }
    guard (subject == nil) != (thread == nil) else { throw Unfit("\(verb) takes `thread` or `to`") }
    let text = try keys.text("text")
    return NewMessage(text: text, thread: thread, subject: subject, recipients: recipients, files: files)
  }

  private func send(_ keys: inout Keys) async throws {
    let name = try keys.textIfThere("as")
    var recipients: [RecipientID] = []
    if let recipient = try keys.textIfThere("recipient") {
      let found = try await inbox().recipients().first { $0.name == recipient || $0.role == recipient }
      guard let found else { throw Unfit("nobody is called `\(recipient)`") }
      recipients = [found.id]
    }
    let (bytes, fileName) = (try keys.numberIfThere("bytes"), try keys.textIfThere("file_name"))
    let files = bytes.map { [Self.newFile($0, fileName)] } ?? []
    let message = try written("send", &keys, recipients: recipients, files: files)
    try keys.done()
    let sent = try await inbox().send(message: message)
    if let name { self.name(sent.id, name) }
  }

  private func draft(_ keys: inout Keys) async throws {
    let message = try written("draft", &keys)
    let name = try keys.text("as")
    try keys.done()
    let saved = try await inbox().saveDraft(message: message, draft: draftIfNamed(name))
    if let saved { self.name(saved.id, name) }
  }
}
