import Foundation
internal import PericardCore

/// Behind ``FakeMessages``: what the façade calls in place of the core's messages.
///
/// Lists, paging, drafts, the archive and the outbox behave as those of an account; a search looks for words without
/// regard to case and accents, and no further.
final class CoreFakeMessages: PericardCore.Messages, @unchecked Sendable {

  private struct Entry {
    var id: String
    var subject: String
    var letter: FakeLetter
    var former: [PericardCore.FormerText] = []
    var state: PericardCore.MessageState

    var isWaiting: Bool {
      switch state {
      case .queued, .sending, .failed, .unknown: true
      case .received, .sent: false
      }
    }
  }

  private let lock = NSLock()
  private var entries: [Entry] = []
  private var kept: [PericardCore.Draft] = []
  private var archived: Set<String> = []
  private var addressees: [PericardCore.Recipient] = []
  private var next = 0
  private var failing: PericardCore.PericardError?
  private var told = PericardCore.MessagesState(syncedAt: nil, completeAt: nil, incomplete: nil, held: 0, unreadable: 0)
  private var listener: (@Sendable (PericardCore.ChangeSet) -> Void)?

  /// With these letters.
  init(_ letters: [FakeLetter] = [], recipients: [PericardCore.Recipient] = []) {
    super.init(noHandle: NoHandle())
    addressees = recipients
    for letter in letters { _ = add(letter) }
  }

  required init(unsafeFromHandle handle: UInt64) {
    super.init(unsafeFromHandle: handle)
  }

  var onChange: (@Sendable (PericardCore.ChangeSet) -> Void)? {
    get { lock.withLock { listener } }
    set { lock.withLock { listener = newValue } }
  }

  var failure: PericardCore.PericardError? {
    get { lock.withLock { failing } }
    set { lock.withLock { failing = newValue } }
  }

  /// A letter comes, as with a sync; streams of changes are told.
  func receive(_ letter: FakeLetter) {
    lock.withLock {
      archived.remove(letter.subject)
      _ = add(letter)
    }
    changed(letter.subject)
  }

  /// The portal changes what a message says.
  func edit(received message: String, text: String) {
    let subject = lock.withLock { () -> String? in
      guard let at = entries.firstIndex(where: { $0.id == message }) else { return nil }
      entries[at].former.insert(PericardCore.FormerText(text: entries[at].letter.text, until: Date()), at: 0)
      entries[at].letter.text = text
      return entries[at].subject
    }
    if let subject { changed(subject) }
  }

  /// What becomes of a message that was sent from here.
  func settle(_ message: String, _ state: PericardCore.MessageState) {
    let subject = lock.withLock { () -> String? in
      guard let at = entries.firstIndex(where: { $0.id == message }) else { return nil }
      entries[at].state = state
      return entries[at].subject
    }
    if let subject { changed(subject, outbox: true) }
  }

  func synced(_ outcome: PericardCore.SyncOutcome) {
    lock.withLock {
      for at in entries.indices where entries[at].state == .queued { entries[at].state = .sent }
      var reason: PericardCore.IncompleteReason?
      if case .incomplete(let why) = outcome { reason = why }
      let now = Date()
      told = PericardCore.MessagesState(
        syncedAt: now, completeAt: reason == nil ? now : told.completeAt, incomplete: reason, held: told.held,
        unreadable: told.unreadable)
    }
    onChange?(PericardCore.ChangeSet(records: [], outbox: true, session: false, features: false, people: false))
  }

  // MARK: Reading

  override func threads(after: String?, limit: UInt32) async throws -> PericardCore.ThreadPage {
    try read { paged(threads(archived: false), after, limit) { PericardCore.ThreadPage(threads: $0, after: $1) } }
  }

  override func archivedThreads(after: String?, limit: UInt32) async throws -> PericardCore.ThreadPage {
    try read { paged(threads(archived: true), after, limit) { PericardCore.ThreadPage(threads: $0, after: $1) } }
  }

  override func thread(id: String) async throws -> PericardCore.MessageThread {
    try read { try view(thread: known(id)) }
  }

  override func messages(thread: String, after: String?, limit: UInt32) async throws -> PericardCore.MessagePage {
    try read {
      let all = newestFirst(try known(thread))
      let from = after.flatMap { Int($0) } ?? 0
      return cut(all, from, from + Int(limit))
    }
  }

  override func newerMessages(thread: String, before: String, limit: UInt32) async throws -> PericardCore.MessagePage {
    try read {
      let all = newestFirst(try known(thread))
      let end = Int(before) ?? 0
      return cut(all, end - Int(limit), end)
    }
  }

  override func messagesAround(message: String, limit: UInt32) async throws -> PericardCore.MessagePage {
    try read {
      let entry = try self.entry(message)
      let all = newestFirst(entry.subject)
      let at = all.firstIndex { $0.id == message } ?? 0
      let newer = (max(Int(limit), 3) - 1) / 2
      return cut(all, at - newer, at - newer + max(Int(limit), 3))
    }
  }

  override func message(id: String) async throws -> PericardCore.Message {
    try read { view(try entry(id)) }
  }

  override func formerTexts(message: String) async throws -> [PericardCore.FormerText] {
    try read { try entry(message).former }
  }

  override func search(text: String, after: String?, limit: UInt32) async throws -> PericardCore.SearchPage {
    try read {
      let words = text.split(whereSeparator: \.isWhitespace).map(String.init)
      let options: String.CompareOptions = [.caseInsensitive, .diacriticInsensitive]
      let newest = entries.sorted { $0.letter.at > $1.letter.at }
      let found = newest.filter { entry in
        let said = [entry.subject, entry.letter.from ?? "", entry.letter.text].joined(separator: " ")
        return !words.isEmpty && words.allSatisfy { said.range(of: $0, options: options) != nil }
      }
      return paged(found.map { hit($0, words, options) }, after, limit) { PericardCore.SearchPage(hits: $0, after: $1) }
    }
  }

  override func state() async throws -> PericardCore.MessagesState {
    try read { told }
  }

  override func outbox() async throws -> [PericardCore.Message] {
    try read { entries.filter(\.isWaiting).map(view) }
  }

  override func recipients() async throws -> [PericardCore.Recipient] {
    try read { addressees }
  }

  // MARK: Writing

  override func send(message: PericardCore.NewMessage) async throws -> PericardCore.Message {
    try write(subjectOf) { try queue(message) }
  }

  override func edit(message: String, text: String) async throws -> PericardCore.Message {
    try write(subjectOf) {
      let at = try waiting(message)
      entries[at].letter.text = text
      entries[at].state = .queued
      return view(entries[at])
    }
  }

  override func retry(message: String) async throws -> PericardCore.Message {
    try write(subjectOf) {
      let at = try waiting(message)
      entries[at].state = .queued
      return view(entries[at])
    }
  }

  override func withdraw(message: String) async throws {
    _ = try write({ $0 }) {
      let at = try waiting(message)
      return entries.remove(at: at).subject
    }
  }

  override func markRead(thread: String) async throws {
    try mark(thread) { subject in
      for at in entries.indices where entries[at].subject == subject { entries[at].letter.unread = false }
    }
  }

  override func markUnread(thread: String) async throws {
    try mark(thread) { subject in
      let newest = newestFirst(subject).first { $0.letter.from != nil }
      guard let at = entries.firstIndex(where: { $0.id == newest?.id }) else { return }
      entries[at].letter.unread = true
    }
  }

  override func archive(thread: String) async throws {
    try mark(thread) { archived.insert($0) }
  }

  override func unarchive(thread: String) async throws {
    try mark(thread) { archived.remove($0) }
  }

  // MARK: Drafts

  override func saveDraft(draft: String?, message: PericardCore.NewMessage) async throws -> PericardCore.Draft? {
    try read {
      let id = draft ?? kept.first { $0.thread != nil && $0.thread == message.thread }?.id
      if let id, !kept.contains(where: { $0.id == id }) { throw PericardCore.PericardError.NotFound }
      kept.removeAll { $0.id == id }
      let subject = message.subject ?? ""
      if subject.isEmpty && message.text.allSatisfy(\.isWhitespace) { return nil }
      let saved = PericardCore.Draft(
        id: id ?? newId("draft"), thread: message.thread, subject: subject, text: message.text,
        recipients: message.recipients, changedAt: Date())
      kept.insert(saved, at: 0)
      return saved
    }
  }

  override func drafts() async throws -> [PericardCore.Draft] {
    try read { kept }
  }

  override func draft(thread: String) async throws -> PericardCore.Draft? {
    try read { kept.first { $0.thread == thread } }
  }

  override func discardDraft(draft: String) async throws {
    try read { _ = try take(draft) }
  }

  override func sendDraft(draft: String) async throws -> PericardCore.Message {
    try write(subjectOf) {
      let kept = try take(draft)
      return try queue(
        PericardCore.NewMessage(
          thread: kept.thread, subject: kept.subject, text: kept.text, recipients: kept.recipients))
    }
  }
}

// MARK: Inside the lock

extension CoreFakeMessages {
  private func read<T>(_ work: () throws -> T) throws -> T {
    try lock.withLock {
      if let failing { throw failing }
      return try work()
    }
  }

  private func write<T>(_ subject: (T) -> String, _ work: () throws -> T) throws -> T {
    let done = try read(work)
    changed(subject(done), outbox: true)
    return done
  }

  private func mark(_ thread: String, _ work: (String) -> Void) throws {
    try read { work(try known(thread)) }
    changed(thread)
  }

  private func changed(_ thread: String, outbox: Bool = false) {
    let feature = PericardCore.FeatureChanges(feature: .messages, groups: [thread], all: false)
    onChange?(
      PericardCore.ChangeSet(records: [feature], outbox: outbox, session: false, features: false, people: false))
  }

  private func subjectOf(_ message: PericardCore.Message) -> String { message.thread }

  private func newId(_ kind: String) -> String {
    next += 1
    return "fake-\(kind)-\(next)"
  }

  private func add(_ letter: FakeLetter) -> Entry {
    let state = letter.state?.toCore() ?? (letter.from == nil ? .sent : .received)
    let entry = Entry(id: newId("message"), subject: letter.subject, letter: letter, state: state)
    entries.append(entry)
    return entry
  }

  private func queue(_ message: PericardCore.NewMessage) throws -> PericardCore.Message {
    let text = message.text.trimmingCharacters(in: .whitespacesAndNewlines)
    if text.isEmpty { throw PericardCore.PericardError.InvalidInput(field: "text", problem: .empty) }
    let subject = try message.thread.map { try known($0) } ?? message.subject ?? ""
    return view(add(FakeLetter(subject, text, at: Date(), state: .queued)))
  }

  private func take(_ draft: String) throws -> PericardCore.Draft {
    guard let at = kept.firstIndex(where: { $0.id == draft }) else { throw PericardCore.PericardError.NotFound }
    return kept.remove(at: at)
  }

  private func known(_ thread: String) throws -> String {
    guard entries.contains(where: { $0.subject == thread }) else { throw PericardCore.PericardError.NotFound }
    return thread
  }

  private func entry(_ message: String) throws -> Entry {
    guard let entry = entries.first(where: { $0.id == message }) else { throw PericardCore.PericardError.NotFound }
    return entry
  }

  private func waiting(_ message: String) throws -> Int {
    guard let at = entries.firstIndex(where: { $0.id == message }) else { throw PericardCore.PericardError.NotFound }
    guard entries[at].isWaiting, entries[at].state != .sending else {
      throw PericardCore.PericardError.InvalidInput(field: "message", problem: .wrongState)
    }
    return at
  }

  private func newestFirst(_ subject: String) -> [Entry] {
    entries.filter { $0.subject == subject }.sorted { ($0.letter.at, $0.id) > ($1.letter.at, $1.id) }
  }

  private func threads(archived: Bool) -> [PericardCore.MessageThread] {
    Set(entries.map(\.subject)).filter { self.archived.contains($0) == archived }.map { view(thread: $0) }
      .sorted { $0.lastAt > $1.lastAt }
  }

  private func cut(_ all: [Entry], _ from: Int, _ end: Int) -> PericardCore.MessagePage {
    let from = min(max(from, 0), all.count)
    let end = min(max(end, from), all.count)
    return PericardCore.MessagePage(
      messages: all[from..<end].map(view), after: end < all.count ? String(end) : nil,
      before: from > 0 ? String(from) : nil)
  }

  private func hit(_ entry: Entry, _ words: [String], _ options: String.CompareOptions) -> PericardCore.SearchHit {
    let text = entry.letter.text
    guard let found = words.compactMap({ text.range(of: $0, options: options) }).first else {
      return PericardCore.SearchHit(
        message: view(entry), subject: entry.subject, snippet: [PericardCore.SnippetPart(text: text, hit: false)])
    }
    let parts = [
      PericardCore.SnippetPart(text: String(text[..<found.lowerBound]), hit: false),
      PericardCore.SnippetPart(text: String(text[found]), hit: true),
      PericardCore.SnippetPart(text: String(text[found.upperBound...]), hit: false),
    ]
    return PericardCore.SearchHit(
      message: view(entry), subject: entry.subject, snippet: parts.filter { !$0.text.isEmpty })
  }

  private func view(thread subject: String) -> PericardCore.MessageThread {
    let all = newestFirst(subject)
    let names = all.reversed().compactMap(\.letter.from)
    let last = all.first
    return PericardCore.MessageThread(
      id: subject, subject: subject, participants: names.reduce(into: []) { if !$0.contains($1) { $0.append($1) } },
      lastFrom: last?.letter.from ?? "", lastOutgoing: last.map { $0.letter.from == nil } ?? false,
      lastText: last?.letter.text ?? "", lastAt: last?.letter.at ?? Date(timeIntervalSince1970: 0),
      lastPrecision: .instant, unread: UInt32(all.count { $0.letter.unread }), messages: UInt32(all.count),
      archived: archived.contains(subject))
  }

  private func view(_ entry: Entry) -> PericardCore.Message {
    PericardCore.Message(
      id: entry.id, thread: entry.subject, from: entry.letter.from ?? "", outgoing: entry.letter.from == nil,
      text: entry.letter.text, files: [], at: entry.letter.at, precision: .instant, state: entry.state,
      unread: entry.letter.unread, edited: !entry.former.isEmpty, category: "", urgent: false)
  }
}
