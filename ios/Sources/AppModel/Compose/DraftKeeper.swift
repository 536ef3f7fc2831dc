import Foundation
import Pericard

/// Keeps what is being written, at each pause and when its screen goes.
@MainActor
final class DraftKeeper {
  private let messages: Messages
  private let pause: Duration
  private let jobs = Jobs()
  private(set) var draft: DraftID?
  private var unsaved: NewMessage?
  private var saving: Task<Void, Never>?
  private var failure: PericardError?
  private let kept: @MainActor (Result<Bool, any Error>) -> Void

  /// `kept` hears whether there is a draft now, or why it could not be kept.
  init(
    _ messages: Messages, draft: DraftID? = nil, pause: Duration = .milliseconds(400),
    kept: @escaping @MainActor (Result<Bool, any Error>) -> Void
  ) {
    self.messages = messages
    self.draft = draft
    self.pause = pause
    self.kept = kept
  }

  /// There is nothing that was typed and is not kept.
  var isClean: Bool { unsaved == nil && saving == nil }

  func found(_ draft: DraftID) { self.draft = draft }

  func write(_ message: NewMessage) {
    unsaved = message
    jobs.replace("pause") { [weak self, pause] in
      guard (try? await Task.sleep(for: pause)) != nil else { return }
      await self?.flush()
    }
  }

  /// Keeps now what was typed, or says why it cannot be kept: the next time tries again. It runs to its end even when the
  /// screen that asked is gone.
  @discardableResult
  func flush() async -> PericardError? {
    jobs.cancel("pause")
    await saving?.value
    guard let message = unsaved else { return nil }
    unsaved = nil
    let task = Task { await self.save(message) }
    saving = task
    await task.value
    if saving == task { saving = nil }
    return failure
  }

  /// Queues what was written, also when the screen that asked goes meanwhile.
  func send(_ message: NewMessage) async throws -> Message {
    jobs.cancel("pause")
    await saving?.value
    unsaved = nil
    do {
      return try await Task { try await self.queue(message) }.value
    } catch {
      var draft = message
      draft.files = []
      unsaved = unsaved ?? draft
      throw error
    }
  }

  /// A draft and its message change places in one step, so what was written is never in both or in neither.
  private func queue(_ message: NewMessage) async throws -> Message {
    if message.files.isEmpty, let saved = try await messages.saveDraft(message: message, draft: draft) {
      draft = saved.id
      let sent = try await messages.sendDraft(saved.id)
      draft = nil
      return sent
    }
    // A draft has no files: the message goes first, so that at worst the draft is left.
    let sent = try await messages.send(message: message)
    if let draft { try? await messages.discardDraft(draft) }
    draft = nil
    return sent
  }

  private func save(_ message: NewMessage) async {
    do {
      let saved = try await messages.saveDraft(message: message, draft: draft)
      draft = saved?.id
      failure = nil
      kept(.success(saved != nil))
    } catch PericardError.notFound where draft != nil {
      // Sent or discarded elsewhere: what is written now is a draft of its own.
      draft = nil
      await save(message)
    } catch {
      unsaved = unsaved ?? message
      failure = error as? PericardError
      kept(.failure(error))
    }
  }
}
