import Foundation
import Observation
public import Pericard

/// One document: fetched when it is opened, shown as what its bytes are, and gone from sight with its screen.
@MainActor @Observable
public final class DocumentModel: DocumentEvents {
  public nonisolated let id: DocumentID
  let reader: RecordReader
  @ObservationIgnored public private(set) lazy var frame: any RecordFrameEvents = RecordFrame(
    reader, navigate: navigate)

  private var document: Document?
  private var body: DocumentBody?
  private var sharing: Sharing?
  private var saved: Saved?
  /// The file that the person chose of several; the first where they did not.
  private var chosen: FileID?

  /// What is looked at, and as what.
  @ObservationIgnored private var opened: (file: DocumentFile, view: DocumentView)?
  @ObservationIgnored private var getting: FileDownload?
  /// It was asked for once: what failed or was stopped is asked for again by the person alone.
  @ObservationIgnored private var isAsked = false
  @ObservationIgnored private let places: any DocumentPlace
  @ObservationIgnored private let navigate: Navigate

  init(
    _ id: DocumentID, of owner: Owner, at account: AccountModel, documents: any DocumentPlace,
    navigate: @escaping Navigate = { _ in }
  ) {
    self.id = id
    places = documents
    self.navigate = navigate
    reader = RecordReader(.documents, of: owner, at: account)
    reader.read = { [weak self] in try await self?.readAll() }
    reader.forget = { [weak self] in self?.forget() }
    reader.gone = { navigate(.leaveRecord(.document(id))) }
    reader.follow()
  }

  public var state: DocumentState {
    var state = DocumentState(id: id, owner: reader.named, shown: reader.shown(body), sharing: sharing, saved: saved)
    guard reader.shut == nil, let document else { return state }
    state.title = document.title
    state.from = document.from
    state.at = Moment(at: document.at, precision: document.precision)
    state.marks = document.marks
    state.formats = file.map(document.formats) ?? []
    return state
  }

  func close() {
    getting?.cancel()
    reader.close()
    opened = nil
  }

  func settled() async { await reader.jobs.settled() }

  private var file: DocumentFile? { document?.files.first { $0.id == chosen } ?? document?.files.first }

  private var core: Documents {
    get throws { try reader.account.account.documents(person: reader.person) }
  }

  private func readAll() async throws {
    document = try await core.document(id: id)
    guard let file else {
      body = .noFile
      return
    }
    switch file.state {
    case .stored: if file.id != opened?.file.id { try await open(file) }
    case .unavailable(let reason): (opened, body) = (nil, .unavailable(reason))
    case .remote, .downloading:
      opened = nil
      if getting == nil, !isAsked { get(file) }
    }
  }

  /// After a fresh sign-in it opens by itself.
  private func forget() {
    (document, body, sharing, opened, isAsked) = (nil, nil, nil, nil, false)
  }

  private func get(_ file: DocumentFile) {
    isAsked = true
    body = .getting(received: 0, total: file.size)
    reader.jobs.start { [weak self] in
      guard let self else { return }
      do {
        let download = try await core.download(file: file.id)
        getting = download
        for try await progress in download.progress {
          body = .getting(received: progress.received, total: progress.total ?? file.size)
        }
        getting = nil
      } catch {
        getting = nil
        await undone(error)
      }
      await reader.reread()
    }
  }

  private func undone(_ error: any Error) async {
    switch error as? PericardError {
    case .stepUpRequired?, .switchedOff?: await reader.failed(error)
    default: body = .notHere(Problem(error))
    }
  }

  private func open(_ file: DocumentFile) async throws {
    let view = try await core.view(file: file.id)
    opened = (file, view)
    body =
      switch view {
      case .text(let text): .text(paragraphs(text), cleaned: false)
      case .page(_, let text): .text(paragraphs(text), cleaned: true)
      case .image: try await bytes(file).map(DocumentBody.picture) ?? .cannotShow
      case .pdf: try await bytes(file).map { DocumentBody.pdf($0, view.caution) } ?? .cannotShow
      case .saveOnly: .cannotShow
      case .anotherType(let claimed, let found):
        .anotherType(claimed: shortType(claimed) ?? claimed, found: shortType(found))
      }
  }

  /// All of it; nothing where it is too large to be shown from memory.
  private func bytes(_ file: DocumentFile) async throws -> Data? {
    let reader = try await core.openFile(file.id)
    guard reader.size <= FilePreview.most else { return nil }
    var bytes = Data()
    for try await piece in reader.pieces() { bytes += piece }
    return bytes
  }
}

extension DocumentModel {
  public func download() {
    isAsked = false
    reader.jobs.replace("again") { [weak self] in
      guard let self else { return }
      // What could not be had may be had now.
      if case .unavailable = file?.state, let file { get(file) } else { await reader.reread() }
    }
  }

  public func stop() { getting?.cancel() }

  public func choose(_ file: FileID) {
    (chosen, isAsked) = (file, false)
    reader.jobs.replace("again") { [weak self] in await self?.reader.reread() }
  }

  public func askToShare() {
    guard state.canShare else { return }
    (sharing, saved) = (Sharing(active: opened?.view.caution != nil), nil)
  }

  public func stopSharing() { sharing = nil }

  /// The person has read the warning and says where.
  public func share() {
    sharing = nil
    guard let (file, view) = opened else { return }
    reader.jobs.replace("share") { [weak self] in
      guard let self else { return }
      do {
        guard let copy = try await places.create(copyName(file.fileName, view.type)) else { return }
        saved = await write(file, view, to: copy)
      } catch {
        saved = .not
      }
    }
  }

  /// Of a page goes out what is shown of it: the file itself may hold scripts.
  private func write(_ file: DocumentFile, _ view: DocumentView, to copy: any NewDocument) async -> Saved {
    do {
      if case .page(let html, _) = view {
        try await copy.write(Data(html.utf8))
      } else {
        for try await piece in try await core.openFile(file.id).pieces() { try await copy.write(piece) }
      }
      try await copy.finish()
      return .done
    } catch {
      return await copy.discard() ? .not : .notWhole
    }
  }

  public func remove() {
    guard let file = opened?.file else { return }
    isAsked = true
    reader.jobs.replace("remove") { [weak self] in
      guard let self else { return }
      do {
        try await core.removeDownload(file: file.id)
        navigate(.leaveRecord(.document(id)))
      } catch {
        await reader.failed(error)
      }
    }
  }
}

extension DocumentView {
  fileprivate var caution: Caution? {
    guard case .pdf(let active, let hidden) = self else { return nil }
    return !active.isEmpty ? .active : hidden ? .hidden : nil
  }

  /// What it is by its own bytes.
  fileprivate var type: String {
    switch self {
    case .pdf: "application/pdf"
    case .image(let type), .saveOnly(let type): type
    case .page: "text/html"
    case .text: "text/plain"
    case .anotherType(_, let found): found
    }
  }
}
