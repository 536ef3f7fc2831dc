import Foundation
import Observation
import Pericard

/// A copy of one person's messages, written piece by piece where they say: nothing of it is a file of the app.
///
/// With a PIN the place is chosen first, since the app may lock meanwhile; without one the sign-in is looked at first, which
/// may have to be a fresh one.
@MainActor @Observable
public final class CopyModel: CopyEvents {
  public private(set) var state: CopyState

  @ObservationIgnored let account: AccountModel
  @ObservationIgnored private let documents: any DocumentPlace
  @ObservationIgnored private let lock: LockModel
  @ObservationIgnored private let navigate: Navigate
  @ObservationIgnored private var isMaking = false
  @ObservationIgnored let jobs = Jobs()

  init(
    of person: Person, at account: AccountModel, documents: any DocumentPlace, lock: LockModel,
    navigate: @escaping Navigate
  ) {
    self.account = account
    self.documents = documents
    self.lock = lock
    self.navigate = navigate
    state = CopyState(clinic: account.clinic, person: person, hasPin: account.hasPin)
  }

  private var file: String { state.kind == .page ? "copy.html" : "copy.json" }

  private var format: ExportFormat { state.kind == .page ? .html : .fhir }

  /// What is being written is removed.
  func close() { jobs.close() }

  func settled() async { await jobs.settled() }

  public func choose(_ kind: CopyKind) { state.kind = kind }

  public func begin() {
    if isMaking { return }
    isMaking = true
    (state.hasPin, state.step) = (account.hasPin, .choosing(nil))
    jobs.replace("copy") { [weak self] in
      guard let self else { return }
      do {
        if state.hasPin { try await beginWithPin() } else { try await beginWithSignIn() }
      } catch {
        failed(error)
      }
      isMaking = false
    }
  }

  private func failed(_ error: any Error) {
    switch error {
    case PericardError.stepUpRequired: state.step = .stepUp
    case is PericardError, is CancellationError: state.step = .choosing(Problem(error))
    default: state.step = .unfinished(CopyTrouble(error), left: nil)
    }
  }

  /// It goes on after the sign-in.
  func steppedUp() {
    if state.step == .stepUp { begin() }
  }

  private func export(_ pin: String?) async throws -> Export {
    try await account.account.export(person: state.person.id, format: format, current: pin)
  }

  private func beginWithPin() async throws {
    guard let document = try await documents.create(file) else { return }
    let copy: Export?
    do {
      copy = try await lock.prove(account) { [weak self] pin in
        guard let self else { throw PericardError.cancelled }
        return try await export(pin)
      }
    } catch {
      _ = await document.discard()
      throw error
    }
    if let copy { await write(copy, to: document) } else { _ = await document.discard() }
  }

  private func beginWithSignIn() async throws {
    let copy = try await export(nil)
    if let document = try await documents.create(file) { await write(copy, to: document) }
  }

  private func write(_ copy: Export, to document: any NewDocument) async {
    var bytes = 0
    state.step = .writing(bytes: bytes)
    do {
      while true {
        let piece = try await copy.read()
        if piece.isEmpty { break }
        try await document.write(piece)
        try Task.checkCancellation()
        bytes += piece.count
        state.step = .writing(bytes: bytes)
      }
      try await document.finish()
      state.step = .done(name: document.name, bytes: bytes)
    } catch {
      // What is not whole is removed, or said to be there.
      let isGone = await document.discard()
      let trouble = error is CancellationError ? nil : CopyTrouble(error)
      state.step = .unfinished(trouble, left: isGone ? nil : document.name)
    }
  }

  public func signInAgain() { navigate(.stepUp(account.id)) }

  public func stop() { jobs.cancel("copy") }

  /// Back to the choice.
  public func again() { state.step = .choosing(nil) }

  public func leave() { navigate(.back) }
}
