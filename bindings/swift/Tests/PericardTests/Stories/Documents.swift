import Pericard

extension StoryContext {
  private func allDocuments() async throws -> [Document] {
    let documents = try documents()
    return try await Self.pages { after in
      let page = try await documents.documents(after: after, limit: Self.page)
      return (page.documents, page.after)
    }
  }

  /// The document that a step is about: the n-th of the list.
  private func document(_ keys: inout Keys) async throws -> Document {
    let number = try keys.number("document")
    let all = try await allDocuments()
    guard all.indices.contains(number) else { throw Broken("there is no document \(number)") }
    return all[number]
  }

  /// The verbs of documents; each is about the document's first file.
  func handleDocument(_ verb: String, _ keys: inout Keys) async throws {
    guard let file = try await document(&keys).files.first?.id else { throw Broken("it has no file") }
    let documents = try documents()
    switch verb {
    case "fetch_document": try await documents.download(file: file).join()
    case "view_document": try await expect(documents.view(file: file), &keys)
    default: try await documents.removeDownload(file: file)
    }
  }

  private func expect(_ view: DocumentView, _ keys: inout Keys) throws {
    let wanted = try keys.word("as", "pdf", "image", "page", "text", "save_only", "another_type")
    try same("shown as", wanted, word(view))
    var (text, script) = ("", false)
    switch view {
    case .page(let html, _): text = html
    case .text(let plain): text = plain
    case .pdf(let active, _): script = active.contains(.script)
    case .image, .saveOnly, .anotherType: break
    }
    if let has = try keys.textIfThere("has"), !text.contains(has) { throw Broken("`\(has)` is not in it") }
    if let lacks = try keys.textIfThere("lacks"), text.contains(lacks) { throw Broken("`\(lacks)` is in it") }
    if let wanted = try keys.yesOrNo("script") { try same("a script", wanted, script) }
  }

  /// What is expected of a document, or of the list.
  func expectDocuments(_ thing: String, _ keys: inout Keys) async throws {
    if thing == "documents" { return try same("documents", keys.number("count"), await allDocuments().count) }
    let document = try await document(&keys)
    if let title = try keys.textIfThere("title") { try same("title", title, document.title) }
    if let superseded = try keys.yesOrNo("superseded") { try same("superseded", superseded, document.superseded) }
    if try keys.textIfThere("state") != nil {
      guard let file = document.files.first else { throw Broken("it has no file") }
      try same("state", Self.fileState(&keys), word(file.state))
    }
  }

  private func word(_ view: DocumentView) -> String {
    switch view {
    case .pdf: "pdf"
    case .image: "image"
    case .page: "page"
    case .text: "text"
    case .saveOnly: "save_only"
    case .anotherType: "another_type"
    }
  }
}
