import Foundation
import Observation
public import Pericard

/// A conversation: its messages, what is written in it, and what becomes of that.
@MainActor @Observable
public final class ThreadModel: Follower, ThreadEvents {
  public nonisolated let id: ThreadID
  public let owner: Owner
  let account: AccountModel

  private var thread: MessageThread?
  private var page: [Message] = []
  private var after: PagePosition?
  private var text = ""
  private var revision = 0
  private var kept = false
  private var attachments = Attachments()
  private var refused: FileRefusal?
  private var deciding: MessageID?
  private var resending: Set<MessageID> = []
  private var places: [FileID: FilePlace] = [:]
  private var focus: MessageID?
  /// The message at the top of the screen; nothing where the newest one is in sight.
  private(set) var from: MessageID?
  /// The list has opened at `focus` or `from`, and is where one scrolls since then.
  private var isOpen = false
  private var problem: Problem?
  private var asksStepUp = false
  private var isGone = false
  /// The file that is looked at.
  public var preview: FilePreview?

  @ObservationIgnored private let messages: Messages
  @ObservationIgnored private var keeper: DraftKeeper!
  @ObservationIgnored private let downloads = Downloads()
  @ObservationIgnored private let navigate: Navigate
  @ObservationIgnored let jobs = Jobs()
  @ObservationIgnored private let refresher = Refresher()
  @ObservationIgnored private var hasDraft = false
  /// How many messages are read: all that were asked for, so that what is read anew keeps its length.
  @ObservationIgnored private var wanted = pageSize

  private static let pageSize = 50

  /// Opens at `focus`, which was looked for, or with `from` at the top, as when the app was ended; else at the newest.
  /// Fails where the account holds nobody's messages any more.
  public init(
    _ id: ThreadID, focus: MessageID? = nil, from: MessageID? = nil, of owner: Owner, at account: AccountModel,
    pause: Duration = .milliseconds(400), navigate: @escaping Navigate = { _ in }
  ) throws {
    self.id = id
    self.owner = owner
    self.account = account
    self.navigate = navigate
    self.focus = focus
    self.from = from
    messages = try account.account.messages(person: owner.person.id)
    keeper = DraftKeeper(messages, pause: pause) { [weak self] in self?.kept($0) }
    account.follow(self)
  }

  public var state: ThreadState {
    let bubbles = page.map(bubble)
    return ThreadState(
      id: id, owner: owner, subject: thread?.subject ?? "", participants: thread?.participants ?? [],
      messages: bubbles, hasOlder: after != nil, archived: thread?.archived ?? false,
      draft: DraftText(text: text, revision: revision, kept: kept, files: attachments.rows),
      canWrite: owner.person.canWrite && account.canWrite,
      deciding: bubbles.first { $0.id == deciding && $0.delivery == .unknown },
      focus: isOpen ? nil : focus, from: isOpen ? nil : from,
      problem: asksStepUp ? account.offline : problem, refused: refused, stepUp: asksStepUp)
  }

  /// Ends what is under way; what was typed is kept.
  public func close() {
    jobs.close()
    refresher.stop()
    Task { await keep() }
  }

  /// Keeps what was typed, now.
  func keep() async { await account.keep(keeper) }

  public func stepUp() { navigate(.stepUp(account.id)) }

  func settled() async { await jobs.settled() }

  func refresh(_ changes: ChangeSet?) async {
    if let changes {
      let ours = changes.records.contains { $0.all || $0.groups.contains(id) }
      if !ours, !changes.outbox, !changes.session, !changes.features { return }
    }
    await reread()
  }

  private func reread() async {
    await refresher.read { [weak self] in await self?.read() }
  }

  private func bubble(_ message: Message) -> Bubble {
    var bubble = Bubble(message)
    if resending.contains(bubble.id) { bubble.delivery = .sending }
    for at in bubble.files.indices {
      if let place = places[bubble.files[at].id] { bubble.files[at].place = place }
    }
    return bubble
  }

  /// As many messages as are wanted, and as far back as the one to open at.
  private func read() async {
    guard account.isReadable(owner), !jobs.isClosed else {
      page = []
      return
    }
    do {
      let thread = try await messages.thread(id: id)
      try await reach()
      var (all, next) = ([Message](), PagePosition?.none)
      repeat {
        let limit = min(max(wanted - all.count, Self.pageSize), 500)
        let page = try await messages.messages(thread: id, after: next, limit: limit)
        all += page.messages
        next = page.after
      } while next != nil && all.count < wanted
      self.thread = thread
      (page, after) = (all, next)
      asksStepUp = false
      wanted = max(wanted, all.count)
      try await readDraft()
      if thread.unread > 0 { try await messages.markRead(thread: id) }
    } catch PericardError.notFound {
      // Its last message was taken back, or the clinic removed it.
      if !isGone { navigate(.leave(id)) }
      isGone = true
    } catch {
      failed(error)
    }
  }

  /// As many messages are wanted as reach the one to open at.
  private func reach() async throws {
    guard page.isEmpty, !isOpen, let sought = focus ?? from else { return }
    var (count, next) = (0, PagePosition?.none)
    repeat {
      let page = try await messages.messages(thread: id, after: next, limit: Self.pageSize)
      count += page.messages.count
      if page.messages.contains(where: { $0.id == sought }) {
        wanted = max(wanted, count)
        return
      }
      next = page.after
    } while next != nil
    // It is not there any more: the newest end is what is left.
    shownFrom(nil)
  }

  private func readDraft() async throws {
    guard !hasDraft else { return }
    hasDraft = true
    guard let draft = try await messages.draft(thread: id), text.isEmpty else { return }
    keeper.found(draft.id)
    text = draft.text
    kept = true
    revision += 1
  }

  private func failed(_ error: any Error) {
    account.look()
    if error as? PericardError == .stepUpRequired {
      // It opens again where it was.
      (asksStepUp, page, deciding, isOpen) = (true, [], nil, false)
    } else if account.isReadable(owner) {
      problem = Problem(error)
    } else {
      page = []
    }
  }

  private func kept(_ result: Result<Bool, any Error>) {
    switch result {
    case .success(let kept): self.kept = kept
    case .failure(let error): failed(error)
    }
  }
}

extension ThreadModel {
  public func write(_ text: String) {
    guard text != self.text else { return }
    self.text = text
    kept = false
    keeper.write(NewMessage(text: text, thread: id))
  }

  public func send() {
    let text = self.text
    guard !text.allSatisfy(\.isWhitespace) || !attachments.isEmpty else { return }
    jobs.replace("send") { [weak self] in
      guard let self else { return }
      do {
        _ = try await keeper.send(NewMessage(text: text, thread: id, files: attachments.toSend))
        // What was typed while it was queued stays.
        if self.text == text { self.text = "" }
        kept = false
        attachments.clear()
        problem = nil
        revision += 1
        account.sync()
      } catch {
        failed(error)
      }
    }
  }

  public func attach(_ file: PickedFile) { refused = attachments.add(file) }

  public func removeFile(_ id: UUID) {
    attachments.remove(id)
    refused = nil
  }

  /// Sends a failed message, or one in doubt, once more. It shows that for half a second at least, so that a second refusal is
  /// seen as one.
  public func retry(_ message: MessageID) {
    deciding = nil
    resending.insert(message)
    jobs.start { [weak self] in
      guard let self else { return }
      do {
        _ = try await messages.retry(message: message)
        account.sync()
      } catch {
        failed(error)
      }
      try? await Task.sleep(for: .milliseconds(500))
      resending.remove(message)
    }
  }

  /// Takes back what was not sent.
  public func withdraw(_ message: MessageID) {
    deciding = nil
    attempt { try await $0.withdraw(message: message) }
  }

  /// Shows what can be done about a message of state `unknown`.
  public func decide(_ message: MessageID) { deciding = message }

  public func stopDeciding() { deciding = nil }

  public func call() {
    if let phone = owner.clinic.phone { navigate(.outside(.call(phone))) }
  }

  public func copy(_ message: MessageID) {
    guard let found = page.first(where: { $0.id == message }) else { return }
    navigate(.outside(.copy(found.text, sensitive: true)))
  }

  public func older() {
    guard after != nil else { return }
    wanted = page.count + Self.pageSize
    jobs.replace("older") { [weak self] in await self?.reread() }
  }

  /// The list shows messages from this one on, or is at its newest end; so it has opened where it was to.
  public func shownFrom(_ message: MessageID?) {
    if from != message { from = message }
    if !isOpen { isOpen = true }
  }

  public func archive(_ archived: Bool) {
    let id = id
    attempt { archived ? try await $0.archive(thread: id) : try await $0.unarchive(thread: id) }
  }

  public func download(_ file: FileID) {
    places[file] = .downloading(received: 0, total: nil)
    jobs.start { [weak self] in
      guard let self else { return }
      do {
        try await downloads.follow(file) {
          try await messages.download(file: file)
        } step: { [weak self] in
          self?.places[file] = $0
        }
      } catch {
        failed(error)
      }
      // Where it stands now is for the core to say.
      await reread()
      places[file] = nil
    }
  }

  public func stopDownload(_ file: FileID) { downloads.stop(file) }

  public func openFile(_ file: FileID) {
    guard let row = state.messages.flatMap(\.files).first(where: { $0.id == file }) else { return }
    jobs.replace("open") { [weak self] in
      guard let self else { return }
      do {
        let reader = try await messages.openFile(file)
        guard reader.size <= FilePreview.most else {
          throw PericardError.invalidInput(field: "preview", problem: .tooLarge)
        }
        var bytes = Data()
        for try await piece in reader.pieces() { bytes += piece }
        preview = FilePreview(id: file, name: row.name, type: row.type, bytes: bytes)
      } catch {
        failed(error)
      }
    }
  }

  private func attempt(_ deed: @escaping @Sendable (Messages) async throws -> Void) {
    jobs.start { [weak self, messages] in
      do { try await deed(messages) } catch { self?.failed(error) }
      await self?.reread()
    }
  }
}
