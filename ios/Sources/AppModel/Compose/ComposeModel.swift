import Foundation
import Observation
public import Pericard

/// A message that begins a conversation.
@MainActor @Observable
public final class ComposeModel: Follower, ComposeEvents {
  public private(set) var state: ComposeState
  /// Where what was typed is kept; nothing before the first pause.
  private(set) var draft: DraftID?
  let account: AccountModel

  @ObservationIgnored private let messages: Messages
  @ObservationIgnored private var keeper: DraftKeeper!
  @ObservationIgnored private var attachments = Attachments()
  @ObservationIgnored private var recipients: [RecipientRow] = []
  @ObservationIgnored private var hasRead = false
  @ObservationIgnored private let navigate: Navigate
  @ObservationIgnored let jobs = Jobs()

  /// A message has 20,000 characters at most.
  private static let longest = 20_000

  /// Goes on with `draft`, if there is one. Fails where the account holds nobody's messages any more.
  public init(
    _ draft: DraftID? = nil, subject: String = "", of owner: Owner, at account: AccountModel,
    pause: Duration = .milliseconds(400),
    navigate: @escaping Navigate = { _ in }
  ) throws {
    self.account = account
    self.navigate = navigate
    self.draft = draft
    state = ComposeState(owner: owner, subject: subject)
    messages = try account.account.messages(person: owner.person.id)
    keeper = DraftKeeper(messages, draft: draft, pause: pause) { [weak self] in self?.kept($0) }
    jobs.start { [weak self] in await self?.read(draft) }
    account.follow(self)
  }

  /// Goes on once it may be read again.
  func refresh(_ changes: ChangeSet?) async {
    if state.stepUp { await read(draft) }
  }

  private func read(_ draft: DraftID?) async {
    do {
      recipients = try await messages.recipients().map {
        RecipientRow(id: $0.id, name: $0.name, role: $0.role, kind: $0.kind)
      }
      // Where the clinic names nobody it decides itself who reads a message.
      state.mayOmitRecipient = recipients.isEmpty
      state.stepUp = false
      // What was typed since is newer.
      guard !hasRead else { return }
      hasRead = true
      guard let draft, let found = try await messages.drafts().first(where: { $0.id == draft }) else { return }
      state.subject = found.subject
      state.text = found.text
      state.to = recipients.filter { found.recipients.contains($0.id) }
      state.revision += 1
    } catch {
      failed(error)
    }
  }

  func settled() async { await jobs.settled() }

  private func kept(_ result: Result<Bool, any Error>) {
    if draft != keeper.draft { draft = keeper.draft }
    if case .failure(let error) = result { failed(error) }
  }

  private func failed(_ error: any Error) {
    account.look()
    if error as? PericardError == .stepUpRequired {
      (state.stepUp, state.choosing, state.problem) = (true, nil, nil)
    } else {
      state.problem = Problem(error)
    }
  }

  private var message: NewMessage {
    NewMessage(
      text: state.text, subject: state.subject.isEmpty ? nil : state.subject, recipients: state.to.map(\.id),
      files: attachments.toSend)
  }
}

extension ComposeModel {
  public func subject(_ text: String) {
    guard text != state.subject else { return }
    state.subject = text
    typed()
  }

  public func text(_ text: String) {
    guard text != state.text else { return }
    state.text = text
    if state.missing != .recipient { state.missing = nil }
    typed()
  }

  public func chooseRecipients() {
    state.choosing = RecipientsState(all: recipients, chosen: Set(state.to.map(\.id)))
  }

  public func searchRecipients(_ text: String) { state.choosing?.search = text }

  public func toggleRecipient(_ id: RecipientID) {
    state.choosing?.chosen.formSymmetricDifference([id])
  }

  public func stopChoosing() {
    guard let choosing = state.choosing else { return }
    state.choosing = nil
    state.to = recipients.filter { choosing.chosen.contains($0.id) }
    if state.missing == .recipient, !state.to.isEmpty { state.missing = nil }
    typed()
  }

  public func attach(_ file: PickedFile) {
    state.refused = attachments.add(file)
    state.files = attachments.rows
  }

  public func removeFile(_ id: UUID) {
    attachments.remove(id)
    state.files = attachments.rows
    state.refused = nil
  }

  public func send() {
    state.missing = missing
    guard state.missing == nil, !state.sending else { return }
    state.sending = true
    jobs.start { [weak self] in
      guard let self else { return }
      do {
        let sent = try await keeper.send(message)
        account.sync()
        navigate(.sent(sent.thread))
      } catch {
        failed(error)
      }
      state.sending = false
    }
  }

  /// Keeps the draft. Ends what is under way, but for a message that is being queued.
  public func close() {
    jobs.close()
    Task { await keep() }
  }

  /// Keeps what was typed, now.
  func keep() async { await account.keep(keeper) }

  public func stepUp() { navigate(.stepUp(account.id)) }

  private var missing: Missing? {
    if state.to.isEmpty, !state.mayOmitRecipient { return .recipient }
    if state.text.trimmed.isEmpty, state.files.isEmpty { return .text }
    if state.text.unicodeScalars.count > Self.longest { return .tooLong }
    return nil
  }

  private func typed() {
    var draft = message
    draft.files = []
    keeper.write(draft)
  }
}
