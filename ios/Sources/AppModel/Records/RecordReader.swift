import Foundation
import Observation
import Pericard

/// What every screen over one kind of a person's records has: it is read when it opens, and again when something of it changes
/// or may be read again. What may not be read now is out of sight at once.
@MainActor @Observable
final class RecordReader: Follower {
  let owner: Owner
  let account: AccountModel
  let kind: RecordKind

  /// Why nothing can be read.
  private enum Closing: Equatable {
    case stepUp, off, failed(Problem)
  }

  private var closing: Closing?
  @ObservationIgnored private let refresher = Refresher()
  @ObservationIgnored let jobs = Jobs()
  /// Reads all that the screen shows.
  @ObservationIgnored var read: @MainActor () async throws -> Void = {}
  /// Takes everything out of sight.
  @ObservationIgnored var forget: @MainActor () -> Void = {}
  /// It is not there any more.
  @ObservationIgnored var gone: @MainActor () -> Void = {}
  @ObservationIgnored private var isGone = false

  init(_ kind: RecordKind, of owner: Owner, at account: AccountModel) {
    (self.kind, self.owner, self.account) = (kind, owner, account)
  }

  func follow() { account.follow(self) }

  func close() {
    jobs.close()
    refresher.stop()
  }

  /// As they are called now.
  var named: Owner { account.owners.first { $0.id == owner.id } ?? owner }

  var person: PersonID { owner.person.id }

  var shut: ShutReason? {
    switch closing {
    case nil: nil
    case .stepUp: .stepUp(account.offline)
    case .failed(let problem): .failed(problem)
    case .off:
      if case .off(let notice, _) = account.state(kind.feature) {
        .off(since: notice.since, quote: notice.text, trying: account.syncing?.asked == true)
      } else {
        .off(since: nil, quote: nil, trying: account.syncing?.asked == true)
      }
    }
  }

  func shown<Content>(_ content: Content?) -> Shown<Content> {
    if let shut { .shut(shut) } else if let content { .content(content) } else { .reading }
  }

  func banner(_ fetched: Fetched?) -> RecordsBanner? {
    shut == nil && account.isReadable(owner) ? account.banner(kind, of: owner, fetched) : nil
  }

  func refresh(_ changes: ChangeSet?) async {
    if let changes, !changes.session, !changes.features, !changes.people,
      !changes.records.contains(where: { $0.feature == kind.feature })
    {
      return
    }
    await reread()
  }

  func reread() async {
    await refresher.read { [weak self] in await self?.readNow() }
  }

  private func readNow() async {
    guard account.isReadable(owner), !jobs.isClosed else { return forget() }
    do {
      try await read()
      closing = nil
    } catch {
      await failed(error)
    }
  }

  func failed(_ error: any Error) async {
    account.look()
    switch error as? PericardError {
    case .notFound?:
      if !isGone { gone() }
      isGone = true
    case .stepUpRequired?:
      forget()
      closing = .stepUp
    case .switchedOff?:
      // Why it was switched off may not have been read yet.
      await account.lookAtFeatures()
      forget()
      closing = .off
    case _ where !account.isReadable(owner): forget()
    default:
      guard let problem = Problem(error) else { return }
      forget()
      closing = .failed(problem)
    }
  }
}

/// What every screen over records has in common.
@MainActor
public protocol RecordFrameEvents: AnyObject, Sendable {
  func stepUp()
  func signInAgain()
  func callClinic()
  /// Reaches for the clinic.
  func tryNow()
}

/// Where a screen over records leads outside of them.
@MainActor
final class RecordFrame: RecordFrameEvents {
  private let reader: RecordReader
  private let navigate: Navigate

  init(_ reader: RecordReader, navigate: @escaping Navigate) {
    (self.reader, self.navigate) = (reader, navigate)
  }

  func stepUp() { navigate(.stepUp(reader.account.id)) }

  func signInAgain() { navigate(.signInAgain(reader.account.id, of: reader.owner.person)) }

  func callClinic() {
    if let phone = reader.owner.clinic.phone { navigate(.outside(.call(phone))) }
  }

  func tryNow() {
    reader.account.sync(asked: true)
    reader.jobs.replace("again") { [reader] in await reader.reread() }
  }
}
