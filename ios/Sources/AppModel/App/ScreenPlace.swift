import Pericard

/// Where the person comes back to after the system has ended the app, as text. Ids are opaque.
enum ScreenPlace: Hashable, Sendable, Unprinted {
  /// A tab, before the screens that lie over it. That of the messages is named only after the other.
  case messages, records, you
  /// How many conversations the inbox had asked for.
  case rows(Int)
  /// `from` is the message at the top of the screen; nothing where the newest one is in sight.
  case thread(ThreadID, from: MessageID?)
  /// A message that is being written; nothing was typed where it has no draft.
  case compose(DraftID?)
  case clinic(AccountID)
  case clinics, notices, privacy, accessLog, settings, help
  case record(RecordPlace)

  var text: String {
    switch self {
    case .messages: "Messages"
    case .records: "Records"
    case .you: "You"
    case .rows(let count): "rows \(count)"
    case .thread(let id, nil): "thread \(id.rawValue)"
    case .thread(let id, let from?): "thread \(id.rawValue)\t\(from.rawValue)"
    case .compose(let draft): "compose \(draft?.rawValue ?? "")"
    case .clinic(let account): "clinic \(account.rawValue)"
    case .clinics: "Clinics"
    case .notices: "Notices"
    case .privacy: "Privacy"
    case .accessLog: "AccessLog"
    case .settings: "Settings"
    case .help: "Help"
    case .record(.documents): "Documents"
    case .record(.labs): "Labs"
    case .record(.document(let id)): "document \(id.rawValue)"
    case .record(.report(let id)): "report \(id.rawValue)"
    case .record(.result(let id)): "result \(id.rawValue)"
    }
  }

  /// Nothing where another version of the app wrote it.
  init?(_ text: String) {
    let parts = text.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    switch (parts[0], parts.dropFirst().first) {
    case ("Messages", nil): self = .messages
    case ("Records", nil): self = .records
    case ("You", nil): self = .you
    case ("rows", let count?):
      guard let count = Int(count) else { return nil }
      self = .rows(count)
    case ("thread", let ids?):
      let ids = ids.split(separator: "\t").map(String.init)
      guard let id = ids.first else { return nil }
      self = .thread(ThreadID(rawValue: id), from: ids.dropFirst().first.map { MessageID(rawValue: $0) })
    case ("compose", let draft?): self = .compose(draft.isEmpty ? nil : DraftID(rawValue: draft))
    case ("clinic", let account?): self = .clinic(AccountID(rawValue: account))
    case ("Clinics", nil): self = .clinics
    case ("Notices", nil): self = .notices
    case ("Privacy", nil): self = .privacy
    case ("AccessLog", nil): self = .accessLog
    case ("Settings", nil): self = .settings
    case ("Help", nil): self = .help
    case ("Documents", nil): self = .record(.documents)
    case ("Labs", nil): self = .record(.labs)
    case ("document", let id?): self = .record(.document(DocumentID(rawValue: id)))
    case ("report", let id?): self = .record(.report(LabReportID(rawValue: id)))
    case ("result", let id?): self = .record(.result(LabResultID(rawValue: id)))
    default: return nil
    }
  }
}

extension Screen {
  /// To come back to after the app's death; nothing where that is what the screen below it leads to.
  @MainActor var place: ScreenPlace? {
    switch self {
    case .thread(let model): .thread(model.id, from: model.from)
    case .compose(let model): .compose(model.draft)
    case .clinic(let model): .clinic(model.account.id)
    case .clinics: .clinics
    case .notices: .notices
    case .privacy: .privacy
    case .accessLog: .accessLog
    case .settings: .settings
    case .help: .help
    case .documents, .document, .labs, .report, .result: recordPlace.map { .record($0) }
    case .welcome, .signIn, .notice, .addPerson, .copy, .leaving, .secondStep: nil
    }
  }
}

extension Screen {
  /// What of the records it shows.
  @MainActor var recordPlace: RecordPlace? {
    switch self {
    case .documents: .documents
    case .document(let model): .document(model.id)
    case .labs: .labs
    case .report(let model): .report(model.id)
    case .result(let model): .result(model.id)
    default: nil
    }
  }
}
