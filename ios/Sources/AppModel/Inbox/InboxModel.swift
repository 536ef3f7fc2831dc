import Foundation
import Observation
import Pericard

/// The inbox of one person: the list, the search over it, and what is told above both.
@MainActor @Observable
public final class InboxModel: Follower, InboxEvents {
  public let owner: Owner
  let account: AccountModel
  private let notices: NoticesModel?

  private var rows = InboxRows()
  private var after: PagePosition?
  private var messagesState: MessagesState?
  private var problem: Problem?
  private var asksStepUp = false
  private var search: Search?
  /// How many rows are read: all that were asked for, so that a list that is read anew keeps its length.
  private var wanted = page

  /// What is looked for, and how far.
  private struct Search: Equatable {
    var text: String
    var hits: [HitRow] = []
    var after: PagePosition?
    var searching = false
  }

  @ObservationIgnored private let navigate: Navigate
  @ObservationIgnored private let jobs = Jobs()
  @ObservationIgnored private let refresher = Refresher()

  private static let page = 50
  /// Nobody scrolls further by hand.
  private static let far = 5_000

  public init(
    _ owner: Owner, of account: AccountModel, notices: NoticesModel? = nil, navigate: @escaping Navigate = { _ in }
  ) {
    self.owner = owner
    self.account = account
    self.notices = notices
    self.navigate = navigate
    account.follow(self)
  }

  public var state: InboxState {
    let owner = account.owners.first { $0.id == self.owner.id } ?? self.owner
    return InboxState(
      owner: owner, body: content, banner: banner, refreshing: account.syncing?.asked == true,
      canWrite: owner.person.canWrite && account.canWrite)
  }

  /// New messages, of the rows that were read.
  public var unread: Int { rows.threads.reduce(0) { $0 + $1.unread } }

  private var content: InboxBody {
    if let closed { return .closed(closed) }
    if let search { return .searching(text: search.text, hits: search.hits, searching: search.searching) }
    let all = rows.all
    if let running = account.syncing, messagesState?.syncedAt == nil {
      return .firstSync(FetchProgress(done: running.progress?.done ?? 0, total: running.progress?.of), rows: all)
    }
    return all.isEmpty ? .empty : .content(all)
  }

  private var closed: ClosedReason? {
    ClosedReason(account, of: owner.person.id) ?? (asksStepUp ? .stepUp(account.offline) : nil)
  }

  private var banner: InboxBanner? {
    guard account.isReadable(owner), closed == nil else { return nil }
    if let ended = account.ended.first { return .accessEnded(name: ended.name) }
    let facts = InboxFacts(
      session: account.session(of: owner.person.id), messages: account.messages, update: account.update,
      failure: account.failure,
      state: messagesState, offered: account.feature, begunAnew: untold)
    return facts.banner ?? problem.map { .failed($0) }
  }

  private var untold: IncidentID? {
    guard let damage = account.begunAnew, notices?.isUntold(damage) ?? true else { return nil }
    return damage.id
  }

  public func close() {
    jobs.close()
    refresher.stop()
  }

  /// Waits until nothing of this screen is under way: for tests.
  func settled() async { await jobs.settled() }

  /// Where the person was in the list, as far as it has to be read to go there.
  var place: ScreenPlace? { wanted > Self.page ? .rows(wanted) : nil }

  /// Reads at least so many conversations; returns when they are shown.
  func reach(_ count: Int) async {
    wanted = max(wanted, min(count, Self.far))
    await reread()
  }

  func refresh(_ changes: ChangeSet?) async {
    if let changes, changes.records.isEmpty, !changes.outbox, !changes.session, !changes.features, !changes.people {
      return
    }
    await reread()
    if let text = search?.text, changes?.records.isEmpty == false { look(for: text) }
  }

  private func reread() async {
    await refresher.read { [weak self] in await self?.read() }
  }

  private func read() async {
    guard account.isReadable(owner), !jobs.isClosed else {
      rows = InboxRows()
      return
    }
    do {
      let messages = try account.account.messages(person: owner.person.id)
      var (threads, next) = ([MessageThread](), PagePosition?.none)
      repeat {
        let page = try await messages.threads(after: next, limit: min(wanted - threads.count, 500))
        threads += page.threads
        next = page.after
      } while next != nil && threads.count < wanted
      rows = InboxRows(threads: threads, waiting: try await messages.outbox(), drafts: try await messages.drafts())
      after = next
      messagesState = try await messages.state()
      (problem, asksStepUp) = (nil, false)
    } catch {
      // Why they were switched off may not have been read yet.
      if error as? PericardError == .switchedOff { await account.lookAtFeatures() }
      failed(error)
    }
  }

  private func failed(_ error: any Error) {
    account.look()
    switch error as? PericardError {
    case .stepUpRequired?, .switchedOff?:
      rows = InboxRows()
      asksStepUp = error as? PericardError == .stepUpRequired
    case _ where !account.isReadable(owner): rows = InboxRows()
    default: problem = Problem(error)
    }
  }
}

extension InboxModel {
  public func open(_ row: ThreadRow) {
    switch row.id {
    case .thread(let id): navigate(.thread(id, focus: nil))
    case .draft(let id): navigate(.compose(id))
    }
  }

  public func open(_ hit: HitRow) { navigate(.thread(hit.thread, focus: hit.id)) }

  public func compose() { navigate(.compose(nil)) }

  /// Returns when the sync has ended, for a control that is drawn meanwhile.
  public func refresh() async {
    account.sync(asked: true)
    await account.synced()
  }

  /// An empty text shows the whole list with the field open.
  public func search(_ text: String) {
    look(for: text)
  }

  public func closeSearch() {
    jobs.cancel("search")
    search = nil
  }

  /// Ends the first sync; what has come stays.
  public func stopSync() { account.stopSync() }

  public func choosePerson() { navigate(.people) }

  public func signInAgain() { navigate(.signInAgain(account.id, of: owner.person)) }

  public func stepUp() { navigate(.stepUp(account.id)) }

  public func useAnotherAccount() { navigate(.addClinic) }

  /// Reaches for the clinic, or opens the storage once more.
  public func tryNow() { account.sync(asked: true) }

  public func callClinic() {
    if let phone = owner.clinic.phone { navigate(.outside(.call(phone))) }
  }

  /// The rows up to `index` were shown: the next page is read before the end is reached.
  public func shown(_ index: Int) {
    if let search {
      if index >= search.hits.count - 10, search.after != nil, !search.searching { moreHits() }
    } else if index >= rows.threads.count - 10, after != nil {
      wanted = rows.threads.count + Self.page
      jobs.replace("page") { [weak self] in await self?.reread() }
    }
  }

  public func knowsOfEnd() { account.knowsOfEnd() }

  public func openNotice(_ banner: InboxBanner) {
    jobs.replace("notice") { [weak self] in
      guard let self, let notice = await Notice(banner, of: account) else { return }
      switch banner {
      case .begunAnew(let id): notices?.opened(id.rawValue)
      case .off, .readOnly, .updateRequired: for row in account.policyRows { notices?.opened(row.id) }
      default: break
      }
      navigate(.notice(notice, owner.clinic))
    }
  }

  private func look(for text: String) {
    // What was found stays until there is something newer, so that nothing flickers.
    search = Search(text: text, hits: search?.hits ?? [], searching: true)
    jobs.replace("search") { [weak self] in await self?.find(text, after: nil) }
  }

  private func moreHits() {
    guard let search else { return }
    self.search?.searching = true
    jobs.replace("search") { [weak self] in await self?.find(search.text, after: search.after) }
  }

  private func find(_ text: String, after: PagePosition?) async {
    do {
      let messages = try account.account.messages(person: owner.person.id)
      let page = try await messages.search(text: text, after: after)
      guard search?.text == text, !Task.isCancelled else { return }
      let earlier = after == nil ? [] : search?.hits ?? []
      search = Search(text: text, hits: earlier + page.hits.map(\.row), after: page.after)
    } catch {
      guard search?.text == text, !Task.isCancelled else { return }
      search?.searching = false
      if !(error is CancellationError) { failed(error) }
    }
  }
}
