import Foundation
import Observation
public import Pericard

/// Asks a clinic what it can do.
public typealias AskClinic = @MainActor (Account) async throws -> PortalCapabilities

/// A screen that shows what an account holds.
@MainActor
protocol Follower: AnyObject {
  /// Reads anew what has changed; everything where `changes` is nothing, as after a sync.
  func refresh(_ changes: ChangeSet?) async
}

/// An account as all of its screens see it: its session, its syncs, its people, what is refused. The one place that reads
/// the account's stream of changes; it refreshes the screens that follow it.
@MainActor @Observable
public final class AccountModel {
  public let account: Account
  public let clinic: Clinic
  /// Which of several accounts at this clinic, from 1; nothing where it is the only one.
  var number: Int?

  /// A sync under way.
  struct Running: Equatable {
    var progress: SyncProgress?
    /// The person asked for it.
    var asked: Bool
  }

  private(set) var session: SessionState
  private(set) var people: [Person] = []
  /// Those to whose records the clinic has ended the access, until the person knows it.
  private(set) var ended: [Person] = []
  private(set) var syncing: Running?
  /// What the last sync failed with, and when.
  private(set) var failure: (error: PericardError, at: Date)?
  /// What may be done with each kind of records: the clinic's policy, and what was refused.
  private(set) var features: [Feature: FeatureState] = [:]
  /// What is known of that policy.
  private(set) var policy: PolicyStatus?
  /// The last time that the copy on this phone was damaged and begun anew.
  private(set) var begunAnew: Incident?
  private(set) var held = 0
  /// When a sync of all of its people last ended.
  private(set) var syncedAt: Date?
  /// When one last proved that everything is here.
  private(set) var completeAt: Date?
  /// What the portal can do, as it said last; nothing until it has answered.
  private(set) var capabilities: PortalCapabilities?
  public private(set) var announcement: Announcement?

  @ObservationIgnored private var followers: [Following] = []
  @ObservationIgnored private var run: SyncRun?
  @ObservationIgnored private var watching: Task<Void, Never>?
  @ObservationIgnored private var again = false
  @ObservationIgnored private var lastCounted = 0
  @ObservationIgnored let jobs = Jobs()
  @ObservationIgnored let now: () -> Date
  @ObservationIgnored private let ask: AskClinic?
  @ObservationIgnored private let languages: () -> [String]
  /// What was typed and cannot be kept while nothing may be read.
  @ObservationIgnored private var unkept: [DraftKeeper] = []
  @ObservationIgnored private var isAsking = false
  /// Those of whom the person removes what is here: the clinic has no part in that.
  @ObservationIgnored private var removing: Set<PersonID> = []
  @ObservationIgnored private var answeredAt: Date?

  /// What a clinic has said is taken for so long, unless the person wants to know it now.
  private static let fresh: TimeInterval = 15 * 60

  private struct Following {
    weak var follower: (any Follower)?
  }

  public init(
    _ account: Account, at clinic: Clinic, ask: AskClinic? = nil, now: @escaping () -> Date = { Date() },
    languages: @escaping () -> [String] = { [] }
  ) {
    self.account = account
    self.clinic = clinic
    self.ask = ask
    self.now = now
    self.languages = languages
    session = account.session
    look()
    jobs.start { [weak self] in
      guard let changes = self?.account.changes else { return }
      // It runs when this loop waits, so nothing falls between what is read and what is told.
      self?.jobs.start { [weak self] in await self?.changed(nil) }
      for await change in changes { await self?.changed(change) }
    }
  }

  public nonisolated var id: AccountID { account.id }

  var owners: [Owner] {
    people.map { person in
      var person = person
      // Two who signed in at one clinic are told apart by their colours, too.
      person.color += (number ?? 1) - 1
      return Owner(account: id, person: person, clinic: clinic, number: number)
    }
  }

  /// The clinic takes messages, as far as that is known.
  var canWrite: Bool { feature?.sendable ?? true }

  var feature: FeatureCapability? { capabilities?.features.first { $0.feature == .messages } }

  func state(_ feature: Feature) -> FeatureState { features[feature] ?? .on }

  var messages: FeatureState { state(.messages) }

  var isReadable: Bool { session.isReadable }

  /// The clinic delivered another person's record; updates are stopped.
  var stopped: IncidentID? { if case .stopped(let incident) = messages { incident } else { nil } }

  /// The oldest version of the app that the clinic accepts; nothing where this one is new enough.
  var update: String? { policy?.updateRequired }

  /// What stands in the way of a sign-in, as far as the last sync found out.
  var offline: Problem? { failure?.error == .offline ? .offline : nil }

  /// The clinic can be asked: for what is new, or whether the session goes on.
  var canAsk: Bool { isReadable || session == .locked || session == .sealed(reason: .lease) }

  /// What was new when it was last counted, while it was locked. True where it has become more.
  func counted(_ news: Int) -> Bool {
    defer { lastCounted = news }
    return news > lastCounted
  }

  func follow(_ follower: any Follower) {
    followers.removeAll { $0.follower == nil }
    followers.append(Following(follower: follower))
    jobs.start { [weak follower] in await follower?.refresh(nil) }
  }

  /// The clinic has said what it can do.
  func found(_ capabilities: PortalCapabilities) {
    answeredAt = now()
    if capabilities != self.capabilities { self.capabilities = capabilities }
  }

  /// Asks the clinic what it can do, where the person wants to know or what it said is old. What is known stays until it
  /// answers.
  func askClinic(person: Bool = false) {
    guard let ask, person || isOld, !isAsking else { return }
    isAsking = true
    jobs.start { [weak self, account] in
      let answer = try? await ask(account)
      self?.isAsking = false
      if let answer { self?.found(answer) }
    }
  }

  private var isOld: Bool {
    guard let answeredAt else { return true }
    // A clock that was set back makes it old as well.
    return !(0..<Self.fresh).contains(now().timeIntervalSince(answeredAt))
  }

  /// Ends everything; the account stays.
  public func close() {
    jobs.close()
  }

  /// Returns when no sync is under way.
  func synced() async {
    while syncing != nil, let watching { await watching.value }
  }

  /// Returns when it is not locked.
  func opened() async throws {
    while session == .locked {
      let (changes, change) = AsyncStream<Void>.makeStream()
      withObservationTracking {
        _ = session
      } onChange: {
        change.yield()
      }
      for await _ in changes { break }
      try Task.checkCancellation()
    }
  }

  /// Returns when every screen has read what there is: for tests.
  func settledFollowers() async { await changed(nil) }

  /// Everything is read anew: a fresh sign-in changes nothing of which the core would tell.
  func reopened() {
    jobs.start { [weak self] in await self?.changed(nil) }
  }

  /// Keeps what was typed; once it may, where the clinic lets nobody read until a fresh sign-in or for now. It is in memory
  /// until then.
  func keep(_ keeper: DraftKeeper) async {
    unkept.removeAll { $0 === keeper }
    switch await keeper.flush() {
    case .stepUpRequired, .switchedOff: unkept.append(keeper)
    default: break
    }
  }

  private func changed(_ changes: ChangeSet?) async {
    look()
    if isReadable, changes?.features ?? true { await lookAtFeatures() }
    if changes.map({ $0.session || $0.features }) ?? true { for keeper in unkept { await keep(keeper) } }
    for following in followers { await following.follower?.refresh(changes) }
  }

  /// What the core says at once. A lease ends without a word, so screens that fail to read look as well.
  func look() {
    let now = account.session
    if now != session { session = now }
    let shown = account.people.enumerated().map { number, person in
      Person(
        id: person.id, name: person.name, isSelf: person.isSelf, color: person.isSelf ? 0 : number,
        canWrite: person.mayWrite, session: person.session)
    }
    guard shown != people else { return }
    // An account that is gone, or cannot be used, names nobody.
    if !shown.isEmpty {
      let here = Set(shown.map(\.id)).union(removing)
      ended += people.filter { !here.contains($0.id) && !$0.name.isEmpty }
    }
    people = shown
  }

  /// The session of one of its people, where the account is open at all.
  func session(of person: PersonID) -> SessionState {
    switch session {
    case .locked, .signedOut, .unusable: session
    case .active, .stepUp, .signIn, .sealed: people.first { $0.id == person }?.session ?? session
    }
  }

  /// What is here of that person can be read.
  func isReadable(_ owner: Owner) -> Bool { session(of: owner.person.id).isReadable }

  /// The person has read that the first of these accesses ended.
  func knowsOfEnd() {
    if !ended.isEmpty { ended.removeFirst() }
  }

  /// Removes what is here of one of its people; the others stay.
  func forget(_ person: Person) async throws {
    removing.insert(person.id)
    defer { removing.remove(person.id) }
    try await account.forgetPerson(person.id)
    look()
  }

  /// New messages of one person; none where nothing of theirs can be read.
  func unread(of person: PersonID) async -> Int {
    let page = try? await account.messages(person: person).threads()
    return page?.threads.reduce(0) { $0 + $1.unread } ?? 0
  }

  /// What the clinic's policy says and what was refused, with the clinic's words in the person's language.
  func lookAtFeatures() async {
    guard let features = try? await account.features(languages: languages()), let held = try? await account.held(),
      let policy = try? account.policy()
    else { return }
    let states = Dictionary(features.map { ($0.feature, $0.state) }) { first, _ in first }
    if states != self.features { self.features = states }
    if policy != self.policy { self.policy = policy }
    if held != self.held { self.held = held }
    let damages = (try? await account.incidents())?.filter { $0.kind == .databaseDamaged } ?? []
    let begunAnew = damages.max { $0.at < $1.at }
    if begunAnew != self.begunAnew { self.begunAnew = begunAnew }
    var fetched: [MessagesState?] = []
    for person in people { fetched.append(try? await account.messages(person: person.id).state()) }
    let syncedAt = Self.earliest(fetched.map { $0?.syncedAt })
    if syncedAt != self.syncedAt { self.syncedAt = syncedAt }
    let completeAt = Self.earliest(fetched.map { $0?.completeAt })
    if completeAt != self.completeAt { self.completeAt = completeAt }
  }

  /// What is true of all of them; nothing where it is not true of one.
  private static func earliest(_ times: [Date?]) -> Date? {
    times.contains(nil) ? nil : times.compactMap(\.self).min()
  }
}

extension AccountModel {
  /// Sends what waits and fetches what is new, or joins the sync that does. What was queued while one ran goes with the next.
  public func sync(asked: Bool = false, full: Bool = false) {
    if jobs.isClosed { return }
    if asked { askClinic(person: true) }
    if let running = syncing {
      syncing?.asked = running.asked || asked
      again = again || !asked
      if asked { jobs.start { [weak self] in await self?.askForPolicyMeanwhile() } }
      return
    }
    syncing = Running(asked: asked)
    watching = jobs.start { [weak self] in
      if asked { await self?.askForPolicy() }
      await self?.run(full: full)
    }
  }

  private func run(full: Bool) async {
    do {
      let run = try account.startSync(full: full)
      self.run = run
      await watch(run)
    } catch {
      syncing = nil
      ended(error)
    }
  }

  /// A person who pulls wants to know now whether something is on again; a sync asks once an hour. Without an answer what is
  /// in force stays so, and the sync finds out why there was none.
  private func askForPolicy() async {
    _ = try? await account.checkPolicy()
  }

  /// The sync that runs may have left out what is on again.
  private func askForPolicyMeanwhile() async {
    let before = (features, update)
    await askForPolicy()
    await lookAtFeatures()
    guard (features, update) != before else { return }
    await synced()
    sync()
  }

  /// Ends the sync; what has come stays.
  func stopSync() {
    run?.cancel()
  }

  private func watch(_ run: SyncRun) async {
    let failedBefore = await failedMessages()
    var sent = 0
    do {
      for try await progress in run.progress {
        syncing?.progress = progress
        sent = progress.sent
      }
      failure = nil
    } catch {
      ended(error)
    }
    let asked = syncing?.asked == true
    self.run = nil
    await changed(nil)
    syncing = nil
    if await failedMessages() > failedBefore {
      say(.notSent)
    } else if sent > 0 {
      say(.sent)
    } else if asked, run.outcome == .complete {
      say(.upToDate)
    }
    if again, !jobs.isClosed {
      again = false
      if failure == nil { sync() }
    }
  }

  private func ended(_ error: any Error) {
    look()
    if let error = error as? PericardError, error != .cancelled, error != .closed { failure = (error, now()) }
  }

  private func failedMessages() async -> Int {
    await waiting { if case .failed = $0 { true } else { false } }
  }

  private func waiting(_ counts: (MessageState) -> Bool) async -> Int {
    var count = 0
    for person in people {
      guard let waiting = try? await account.messages(person: person.id).outbox() else { continue }
      count += waiting.count { counts($0.state) }
    }
    return count
  }

  func say(_ what: Said) {
    announcement = Announcement(what: what, number: (announcement?.number ?? 0) + 1)
  }
}

/// Something that happened out of sight and is spoken once; a new `number` speaks the same words again.
public struct Announcement: Hashable, Sendable {
  public var what: Said
  public var number: Int
}

public enum Said: Sendable {
  case sent, notSent, upToDate, listSaved
}

extension SessionState {
  /// What is here can be read.
  var isReadable: Bool {
    switch self {
    case .active, .stepUp, .signIn: true
    case .sealed, .locked, .unusable, .signedOut: false
    }
  }
}
