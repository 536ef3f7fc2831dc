import Foundation
import Pericard
import PericardTesting
import Testing

/// An account in memory behaves as a screen expects of an account.
struct FakeTests {
  private let fake = FakeAccount()
  private var account: Account { fake.account }
  private let bloodPressure = ThreadID(rawValue: "Blood pressure")
  private let bloodTest = ThreadID(rawValue: "Your blood test")

  private func inbox() throws -> Messages {
    try account.messages(person: account.people[0].id)
  }

  @Test func theSampleIsAnInbox() async throws {
    let inbox = try inbox()
    let first = try await inbox.threads(limit: 2)
    let subjects: [String] = first.threads.map { $0.subject }
    #expect(subjects == ["Your blood test", "Blood pressure"])
    let unread: Int = first.threads[0].unread
    #expect(unread == 1)
    let rest = try await inbox.threads(after: first.after)
    #expect(rest.threads.count == 3)
    #expect(rest.after == nil)
    let waiting = try await inbox.outbox()
    #expect(waiting.count == 3)
  }

  @Test func whatWasDetectedIsGivenAndTold() async throws {
    let changes = account.changes.makeAsyncIterator()
    let none = try await account.incidents()
    #expect(none.isEmpty)
    let damage = Incident(
      id: IncidentID(rawValue: "damage"), at: Date(timeIntervalSince1970: 0), kind: .databaseDamaged,
      feature: .messages, resourceType: "Communication")
    fake.incidents = [damage]
    let told = await changes.next()
    #expect(told?.features == true)
    let given = try await account.incidents()
    #expect(given == [damage])
  }

  @Test func whatIsSentIsToldAndArrives() async throws {
    let inbox = try inbox()
    let changes = account.changes.makeAsyncIterator()
    let sent = try await inbox.send(message: NewMessage(text: "It is better.", thread: bloodPressure))
    #expect(sent.state == .queued)
    let told = await changes.next()
    let groups = told?.records.first?.groups ?? []
    #expect(groups == [bloodPressure])
    #expect(told?.outbox == true)
    let outcome: SyncOutcome = try await account.startSync().join()
    #expect(outcome == .complete)
    let arrived = try await inbox.message(id: sent.id)
    #expect(arrived.state == .sent)
    try await account.signOut()
    let last = await changes.next()
    #expect(last?.session == true)
    let end = await changes.next()
    #expect(end == nil)
  }

  @Test func aThreadIsReadInBothDirections() async throws {
    let inbox = try inbox()
    let hits = try await inbox.search(text: "too HIGH").hits
    let hit = try #require(hits.first)
    let marked: Bool = hit.snippet.contains { $0.hit }
    #expect(marked)
    let page = try await inbox.messagesAround(message: hit.message.id, limit: 3)
    #expect(page.messages.count == 3)
    let before = try #require(page.before)
    let newer = try await inbox.newerMessages(thread: hit.message.thread, before: before)
    let texts: [String] = newer.messages.map { $0.text }
    #expect(texts == ["I will. Thank you!"])
    #expect(newer.before == nil)
  }

  @Test func draftsAndTheArchiveAreKept() async throws {
    let inbox = try inbox()
    let saved = try await inbox.saveDraft(message: NewMessage(text: "I wi", thread: bloodPressure))
    let draft = try #require(saved)
    let kept = try await inbox.draft(thread: bloodPressure)
    #expect(kept?.id == draft.id)
    _ = try await inbox.sendDraft(draft.id)
    let again = await failure { _ = try await inbox.sendDraft(draft.id) }
    #expect(again == .notFound)
    try await inbox.archive(thread: bloodTest)
    let archived = try await inbox.archivedThreads().threads
    #expect(archived.count == 1)
    fake.messages.receive(FakeLetter("Your blood test", from: "Laboratory", "One value is still missing.", at: Date()))
    let left = try await inbox.archivedThreads().threads
    #expect(left.isEmpty)
  }

  @Test func peopleAreFoundAddedAndForgotten() async throws {
    let account = self.account
    let changes = account.changes.makeAsyncIterator()
    let due = FakeLetter("Vaccination", from: "Reception", "It is due.", at: Date())
    let mia = FakePerson(name: "Mia Novak", messages: FakeMessages([due]), relationship: "mother")
    fake.findable = [mia]
    let found = try await account.findPeople()
    #expect(found == [FoundPerson(patient: mia.patient, name: "Mia Novak", relationship: "mother")])
    let signIn = try await account.addPerson(method: .native, patient: mia.patient)
    let step = try signIn.step()
    #expect(step == .ready(recoveryCodesLeft: nil))
    let finished = try await signIn.finish()
    #expect(finished.id == account.id)
    let told = await changes.next()
    #expect(told?.people == true)
    let left = try await account.findPeople()
    #expect(left.isEmpty)
    mia.session = .sealed(reason: .refused)
    #expect(account.people.last == Person(id: mia.id, name: "Mia Novak", isSelf: false, session: mia.session))
    #expect(account.people.first?.session == .active)
    let threads = try await account.messages(person: mia.id).threads().threads
    #expect(threads.count == 1)
    try await account.forgetPerson(mia.id)
    #expect(account.people.map(\.isSelf) == [true])
    let gone = await failure { _ = try account.messages(person: mia.id) }
    #expect(gone == .notFound)
    let own = account.people[0].id
    let only = await failure { try await account.forgetPerson(own) }
    #expect(only == .invalidInput(field: "person", problem: .wrongState))
  }

  @Test func errorsAndStatesAreScripted() async throws {
    let (account, inbox) = (account, try inbox())
    fake.syncEnd = .failure(.offline)
    let offline = await failure { _ = try await account.startSync().join() }
    #expect(offline == .offline)
    let step = SyncProgress(phase: .receiving, done: 3, of: 7, sent: 0)
    fake.syncSteps = [step]
    fake.syncEnd = .success(.incomplete(reason: .moreToFetch))
    let run = try account.startSync()
    var steps: [SyncProgress] = []
    for try await step in run.progress { steps.append(step) }
    #expect(steps == [step])
    let state = try await inbox.state()
    #expect(state.incomplete == .moreToFetch)
    fake.failure = .closed
    let closed = await failure { _ = try await inbox.outbox() }
    #expect(closed == .closed)
    fake.failure = nil
    fake.session = .stepUp
    #expect(account.session == .stepUp)
  }

  @Test func sessionsAreToldFromNowOn() async throws {
    let sessions = account.sessions.makeAsyncIterator()
    let now = await sessions.next()
    #expect(now == .active)
    fake.session = .stepUp
    let next = await sessions.next()
    #expect(next == .stepUp)
    try await account.signOut()
    let out = await sessions.next()
    #expect(out == .signedOut)
    let end = await sessions.next()
    #expect(end == nil)
  }
}
