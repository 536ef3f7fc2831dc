import Foundation
import Observation
public import Pericard

/// The documents of one person, as many as one has scrolled to, and the downloads that were begun in the list.
@MainActor @Observable
public final class DocumentsModel: DocumentsEvents {
  let reader: RecordReader
  @ObservationIgnored public private(set) lazy var frame: any RecordFrameEvents = RecordFrame(
    reader, navigate: navigate)

  private var read: [Document]?
  private var fetched: Fetched?
  private var places: [FileID: FilePlace] = [:]
  private var problem: Problem?
  @ObservationIgnored private var wanted = page
  @ObservationIgnored private var after: PagePosition?
  @ObservationIgnored private let downloads = Downloads()
  @ObservationIgnored private let navigate: Navigate

  private static let page = 50

  init(_ owner: Owner, of account: AccountModel, navigate: @escaping Navigate = { _ in }) {
    self.navigate = navigate
    reader = RecordReader(.documents, of: owner, at: account)
    reader.read = { [weak self] in try await self?.readAll() }
    reader.forget = { [weak self] in self?.read = nil }
    reader.follow()
  }

  public var state: DocumentsState {
    DocumentsState(
      owner: reader.named, shown: reader.shown(read.map { $0.map { DocumentRow($0, places) } }),
      banner: read == nil ? nil : reader.banner(fetched) ?? problem.map { .failed($0) })
  }

  func close() { reader.close() }

  func settled() async { await reader.jobs.settled() }

  private func readAll() async throws {
    let documents = try reader.account.account.documents(person: reader.person)
    var (all, next) = ([Document](), PagePosition?.none)
    repeat {
      let page = try await documents.documents(after: next, limit: min(max(wanted - all.count, 1), 500))
      all += page.documents
      next = page.after
    } while next != nil && all.count < wanted
    fetched = Fetched(try await documents.state())
    (read, after) = (all, next)
  }

  private func file(of id: DocumentID) -> DocumentFile? { read?.first { $0.id == id }?.files.first }
}

extension DocumentsModel {
  public func open(_ id: DocumentID) { navigate(.record(.document(id))) }

  public func download(_ id: DocumentID) {
    guard let file = file(of: id), downloads.running[file.id] == nil else { return }
    problem = nil
    places[file.id] = .downloading(received: 0, total: file.size)
    reader.jobs.start { [weak self] in
      guard let self else { return }
      do {
        let documents = try reader.account.account.documents(person: reader.person)
        try await downloads.follow(file.id) { [documents] in
          try await documents.download(file: file.id)
        } step: { [weak self] in
          self?.places[file.id] = $0
        }
      } catch {
        await undone(id, error)
      }
      // Where it stands now is for the core to say.
      await reader.reread()
      places[file.id] = nil
    }
  }

  /// Stopped by the person is no failure, and what a file itself says about it is not said twice.
  private func undone(_ id: DocumentID, _ error: any Error) async {
    switch error as? PericardError {
    case .stepUpRequired?, .switchedOff?: await reader.failed(error)
    default:
      await reader.reread()
      if case .unavailable = file(of: id)?.state { return }
      problem = Problem(error)
    }
  }

  public func stop(_ id: DocumentID) {
    if let file = file(of: id) { downloads.stop(file.id) }
  }

  public func shown(_ index: Int) {
    guard let read, after != nil, index >= read.count - 10 else { return }
    wanted = read.count + Self.page
    reader.jobs.replace("page") { [weak self] in await self?.reader.reread() }
  }

  public func refresh() async {
    reader.account.sync(asked: true)
    await reader.account.synced()
  }
}
