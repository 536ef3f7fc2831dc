import Foundation
internal import PericardCore

/// Behind ``FakeDocuments``: what the façade calls in place of the core's documents.
final class CoreFakeDocuments: PericardCore.Documents, @unchecked Sendable {
  private let lock = NSLock()
  private var entries: [FakeDocument] = []
  private var failing: PericardCore.PericardError?
  private var scripted: [PericardCore.FileProgress] = []
  private var downloadsFail: PericardCore.PericardError?
  private var told = PericardCore.DocumentsState(
    syncedAt: nil, completeAt: nil, incomplete: nil, held: 0, unreadable: 0)
  private var listener: (@Sendable (PericardCore.ChangeSet) -> Void)?

  init(_ documents: [FakeDocument]) {
    super.init(noHandle: NoHandle())
    entries = documents
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

  var steps: [PericardCore.FileProgress] {
    get { lock.withLock { scripted } }
    set { lock.withLock { scripted = newValue } }
  }

  var downloadFailure: PericardCore.PericardError? {
    get { lock.withLock { downloadsFail } }
    set { lock.withLock { downloadsFail = newValue } }
  }

  func receive(_ document: FakeDocument) {
    lock.withLock {
      entries.removeAll { $0.document.id == document.document.id }
      entries.append(document)
    }
    changed()
  }

  func synced(_ outcome: PericardCore.SyncOutcome) {
    lock.withLock {
      var reason: PericardCore.IncompleteReason?
      if case .incomplete(let why) = outcome { reason = why }
      let now = Date()
      told = PericardCore.DocumentsState(
        syncedAt: now, completeAt: reason == nil ? now : told.completeAt, incomplete: reason, held: told.held,
        unreadable: told.unreadable)
    }
  }

  override func documents(
    kind: PericardCore.DocumentKind?, after: PericardCore.PagePosition?, limit: UInt32
  ) async throws -> PericardCore.DocumentPage {
    try read {
      let newest = entries.map { $0.document.toCore() }.filter { kind == nil || $0.kind == kind }.sorted {
        $0.at > $1.at
      }
      return paged(newest, after, limit) { PericardCore.DocumentPage(documents: $0, after: $1) }
    }
  }

  override func document(id: PericardCore.DocumentId) async throws -> PericardCore.Document {
    try read { entries[try known(id)].document.toCore() }
  }

  override func download(file: PericardCore.FileId) async throws -> PericardCore.FileDownload {
    let download = try read {
      let (entry, at) = try found(file)
      if entries[entry].document.files[at].state == .stored { return CoreFakeDownload([], failure: nil) { _ in } }
      entries[entry].document.files[at].state = .downloading
      let contents = entries[entry].contents
      let size = UInt64(contents.indices.contains(at) ? contents[at].bytes.count : 0)
      let steps = scripted.isEmpty ? [PericardCore.FileProgress(received: size, total: size)] : scripted
      return CoreFakeDownload(steps, failure: downloadsFail) { [weak self] in self?.ended(file, here: $0) }
    }
    changed()
    return download
  }

  override func openFile(file: PericardCore.FileId) async throws -> PericardCore.FileReader {
    try read { CoreFakeReader(try stored(file).bytes) }
  }

  override func view(file: PericardCore.FileId) async throws -> PericardCore.DocumentView {
    try read { try stored(file).view.toCore() }
  }

  override func keepOffline(id: PericardCore.DocumentId, keep: Bool) async throws {
    try read {
      let entry = try known(id)
      entries[entry].document.keptOffline = keep
      guard keep, downloadsFail == nil else { return }
      for at in entries[entry].document.files.indices { entries[entry].document.files[at].state = .stored }
    }
    changed()
  }

  override func removeDownload(file: PericardCore.FileId) async throws {
    try read {
      let (entry, at) = try found(file)
      entries[entry].document.files[at].state = .remote(received: 0)
      entries[entry].document.keptOffline = false
    }
    changed()
  }

  override func state() async throws -> PericardCore.DocumentsState {
    try read { told }
  }

  private func ended(_ file: String, here: Bool) {
    lock.withLock {
      // It may have been removed or replaced meanwhile.
      guard let (entry, at) = try? found(file), entries[entry].document.files[at].state == .downloading else { return }
      entries[entry].document.files[at].state = here ? .stored : .remote(received: 0)
    }
    changed()
  }

  private func read<T>(_ work: () throws -> T) throws -> T {
    try lock.withLock {
      if let failing { throw failing }
      return try work()
    }
  }

  private func changed() {
    let feature = PericardCore.FeatureChanges(feature: .documents, groups: [], all: false)
    onChange?(
      PericardCore.ChangeSet(records: [feature], outbox: false, session: false, features: false, people: false))
  }

  private func known(_ document: String) throws -> Int {
    guard let at = entries.firstIndex(where: { $0.document.id.rawValue == document }) else {
      throw PericardCore.PericardError.NotFound
    }
    return at
  }

  private func found(_ file: String) throws -> (Int, Int) {
    for (entry, one) in entries.enumerated() {
      if let at = one.document.files.firstIndex(where: { $0.id.rawValue == file }) { return (entry, at) }
    }
    throw PericardCore.PericardError.NotFound
  }

  private func stored(_ file: String) throws -> FakeContent {
    let (entry, at) = try found(file)
    guard entries[entry].document.files[at].state == .stored, entries[entry].contents.indices.contains(at) else {
      throw PericardCore.PericardError.NotFound
    }
    return entries[entry].contents[at]
  }
}

/// A download of a ``FakeDocuments``: the scripted steps, then the scripted end.
private final class CoreFakeDownload: PericardCore.FileDownload, @unchecked Sendable {
  private let lock = NSLock()
  private var left: [PericardCore.FileProgress]
  private var failure: PericardCore.PericardError?
  private var isOver = false
  private let onEnd: @Sendable (Bool) -> Void

  init(
    _ steps: [PericardCore.FileProgress], failure: PericardCore.PericardError?,
    onEnd: @escaping @Sendable (Bool) -> Void
  ) {
    left = steps
    self.failure = failure
    self.onEnd = onEnd
    super.init(noHandle: NoHandle())
  }

  required init(unsafeFromHandle handle: UInt64) {
    left = []
    onEnd = { _ in }
    super.init(unsafeFromHandle: handle)
  }

  override func next() async throws -> PericardCore.FileProgress? {
    let step = lock.withLock { () -> PericardCore.FileProgress?? in
      if !left.isEmpty { return .some(left.removeFirst()) }
      if isOver { return .some(nil) }
      isOver = true
      return nil
    }
    if let step { return step }
    let end = lock.withLock { failure }
    onEnd(end == nil)
    if let end { throw end }
    return nil
  }

  override func cancel() {
    lock.withLock {
      if isOver { return }
      left = []
      failure = .Cancelled
    }
  }
}

/// Reads what is in memory.
private final class CoreFakeReader: PericardCore.FileReader, @unchecked Sendable {
  private let lock = NSLock()
  private let bytes: Data
  private var at = 0

  init(_ bytes: Data) {
    // Its first index is 0, wherever it was cut from.
    self.bytes = Data(bytes)
    super.init(noHandle: NoHandle())
  }

  required init(unsafeFromHandle handle: UInt64) {
    bytes = Data()
    super.init(unsafeFromHandle: handle)
  }

  override func size() -> UInt64 { UInt64(bytes.count) }

  override func read(maxBytes: UInt32) async throws -> Data {
    lock.withLock {
      let end = min(at + Int(min(max(maxBytes, 1), 1_048_576)), bytes.count)
      defer { at = end }
      return bytes.subdata(in: at..<end)
    }
  }

  override func seek(position: UInt64) {
    lock.withLock { at = Int(min(position, UInt64(bytes.count))) }
  }
}
