import Foundation
import Pericard
import PericardTestWorld

/// Where one story plays: its world, and what the story has named so far.
actor StoryContext {
  /// Small, so that stories cross page boundaries.
  static let page = 7

  let world: TestWorld
  private let keystore: WorldKeystore
  private(set) var client: Client
  private(set) var who: String?
  /// For whom they act, where that is not themselves.
  var acting: String?

  /// A sign-in whose question is still open, and whose it is.
  var signingIn: (who: String, signIn: SignIn)?
  /// What the last sync counted without fetching it.
  var news = 0
  /// Where the next sign-in is left, and how; see the verb `leave`.
  var leaving: (at: String, kind: String)?

  /// An enrolment that waits for its code: its id and the secret's address.
  var enrolment: (id: EnrolmentID, uri: String)?
  /// A recovery code that was used or replaced.
  var spent: String?

  /// The people whom sign-ins brought, by who signed in and whose record it is.
  var people: [Pair: PersonID] = [:]

  private var messages: [String: MessageID] = [:]
  private var drafts: [String: DraftID] = [:]
  private var accounts: [String: Account] = [:]
  private var numbered: [Pair: [ThreadID]] = [:]
  private var recorded = RecordedChanges()
  private var listening: Task<Void, Never>?

  /// Who signed in, and for whom.
  struct Pair: Hashable {
    let who: String
    let patient: String?
  }

  init(portal: String) async throws {
    world = try await TestWorld.start(portal: portal)
    keystore = world.ownKeystore
    client = try await world.open(keystore)
  }

  func end() async throws {
    listening?.cancel()
    try await client.shutDown()
  }

  var accountIfAny: Account? { who.flatMap { accounts[$0] } }

  func account() throws -> Account {
    guard let account = accountIfAny else { throw Broken("nobody is signed in") }
    return account
  }

  /// Whose turn it is.
  func person() throws -> String {
    guard let who else { throw Broken("nobody is signed in") }
    return who
  }

  func inbox() throws -> Messages { try account().messages(person: patient()) }

  func labs() throws -> Labs { try account().labs(person: patient()) }

  func documents() throws -> Documents { try account().documents(person: patient()) }

  /// Whose record it is.
  private func patient() throws -> PersonID {
    if let acting { return try knownPerson(acting).id }
    guard let own = try account().people.first(where: \.isSelf) else { throw Broken("the account has no person") }
    return own.id
  }

  func signedIn(_ who: String, _ account: Account) throws {
    accounts[who] = account
    try switchTo(who)
  }

  func switchTo(_ who: String) throws {
    guard accounts[who] != nil else { throw Broken("\(who) has no account here") }
    self.who = who
    acting = nil
    try listen()
  }

  func everyAccount() -> [Account] { Array(accounts.values) }

  func forgotten(all: Bool) {
    if let who {
      accounts[who] = nil
      numbered = numbered.filter { $0.key.who != who }
      people = people.filter { $0.key.who != who }
    }
    if all { accounts = [:] }
    who = nil
    listening?.cancel()
  }

  private func listen() throws {
    listening?.cancel()
    let account = try account()
    let recorded = recorded
    // A stream of its own, so that it begins before the next step.
    let changes = Stream(account.changes.makeAsyncIterator())
    listening = Task {
      while let change = await changes.iterator.next() { await recorded.add(change) }
    }
  }

  /// What changed since it was last asked for.
  func changes() -> RecordedChanges { recorded }

  /// Drops everything and opens again from disk, as after the process ended.
  func restart() async throws {
    listening?.cancel()
    let ids = accounts.filter { $0.value.session != .signedOut }.mapValues { $0.id }
    let inside = signingIn?.who
    accounts = [:]
    signingIn = nil
    try await client.shutDown()
    client = try await world.open(keystore)
    for (who, id) in ids { accounts[who] = try await client.account(id: id) }
    if let inside, let signIn = try await client.resumeSignIn() { signingIn = (inside, signIn) }
    if accountIfAny != nil { try listen() }
  }

  /// All threads as the client lists them, newest first.
  func threads() async throws -> [MessageThread] {
    let inbox = try inbox()
    return try await Self.pages { after in
      let page = try await inbox.threads(after: after, limit: Self.page)
      return (page.threads, page.after)
    }
  }

  /// Numbers the threads at their first appearance; later ones never change a number.
  func number() async throws {
    guard let whose, numbered[whose] == nil else { return }
    numbered[whose] = try await threads().map(\.id)
  }

  /// Whose threads are numbered: of an account, and of whom its person acts for.
  private var whose: Pair? { who.map { Pair(who: $0, patient: acting) } }

  func thread(_ number: Int) throws -> ThreadID {
    guard let whose, let ids = numbered[whose] else { throw Broken("threads have no numbers before the first sync") }
    guard ids.indices.contains(number) else { throw Broken("there is no thread \(number) of \(ids.count)") }
    return ids[number]
  }

  func name(_ message: MessageID, _ name: String) {
    messages[name] = message
  }

  func name(_ draft: DraftID, _ name: String) {
    drafts[name] = draft
  }

  func draftIfNamed(_ name: String) -> DraftID? { drafts[name] }

  func message(_ name: String) throws -> MessageID {
    guard let id = messages[name] else { throw Unfit("no message was named `\(name)`") }
    return id
  }

  func draft(_ name: String) throws -> DraftID {
    guard let id = drafts[name] else { throw Unfit("no draft was named `\(name)`") }
    return id
  }

  static func pages<T>(_ page: (PagePosition?) async throws -> ([T], PagePosition?)) async throws -> [T] {
    var all: [T] = []
    var after: PagePosition?
    repeat {
      let (items, next) = try await page(after)
      all += items
      after = next
    } while after != nil
    return all
  }
}

/// A stream that is handed over to the task that follows it.
private struct Stream: @unchecked Sendable {
  let iterator: AccountChanges.Iterator

  init(_ iterator: AccountChanges.Iterator) {
    self.iterator = iterator
  }
}

/// The sets of changes that a stream has told, and who waits for more.
actor RecordedChanges {
  private var sets: [ChangeSet] = []
  private var waiting: [CheckedContinuation<Void, Never>] = []

  func add(_ set: ChangeSet) {
    sets.append(set)
    wake()
  }

  private func wake() {
    waiting.forEach { $0.resume() }
    waiting = []
  }

  /// Waits until at least that many sets are of this kind, or the time is over; forgets all, tells how many.
  func take(atLeast least: Int, within limit: Duration, _ of: @Sendable (ChangeSet) -> Bool) async -> Int {
    let clock = ContinuousClock()
    let end = clock.now + limit
    let alarm = Task {
      try await Task.sleep(until: end, clock: clock)
      wake()
    }
    while sets.count(where: of) < least && clock.now < end {
      await withCheckedContinuation { waiting.append($0) }
    }
    alarm.cancel()
    defer { sets = [] }
    return sets.count(where: of)
  }
}
