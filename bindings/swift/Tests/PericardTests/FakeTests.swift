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

  @Test func theSampleLaboratoryHasReportsInEveryStateAndATrend() async throws {
    let labs = try account.labs(person: account.people[0].id)
    let first = try await labs.reports(limit: 2)
    #expect(first.reports.map(\.name) == ["Blood count", "Urine culture"])
    let rest = try await labs.reports(after: first.after)
    #expect(rest.after == nil)
    let all = first.reports + rest.reports
    #expect(Set(all.map(\.status)) == [.final, .preliminary, .corrected])
    let blood = try await labs.report(id: all[0].id)
    let high = blood.results.filter { result in result.measured.interpretations.contains { $0.flag == .high } }
    #expect(high.map(\.measured.name) == ["Leukocytes"])
    let again = try await labs.result(id: high[0].id)
    #expect(again == high[0])
    let kidneys = try #require(all.first { $0.name == "Kidney function" })
    let creatinine = try #require(try await labs.report(id: kidneys.id).results.first)
    let series = try await labs.trend(result: creatinine.id).series
    #expect(series.map(\.unit) == ["mg/dL"])
    #expect(series[0].points.map(\.value) == [0.82, 0.85, 0.88, 0.94, 1.02])
    let last = try #require(series[0].points.last)
    #expect(last.result == creatinine.id)
    #expect(last.low == 0.5 && last.high == 0.9)
    let culture = try await labs.report(id: all[1].id).results[0]
    let words = try await labs.trend(result: culture.id)
    #expect(words.series.isEmpty)
    let nothing = await failure { _ = try await labs.result(id: LabResultID(rawValue: "none")) }
    #expect(nothing == .notFound)
  }

  @Test func reportsAreReadAndComeWithASync() async throws {
    let changes = account.changes.makeAsyncIterator()
    let labs = fake.labs.labs
    let blood = try await labs.reports(limit: 1).reports[0]
    #expect(blood.unread)
    try await labs.markRead(report: blood.id)
    let read = await changes.next()
    #expect(read?.records.map(\.feature) == [.labs])
    var corrected = try await labs.report(id: blood.id)
    #expect(!corrected.report.unread)
    corrected.report.status = .corrected
    fake.labs.receive(corrected)
    let came = await changes.next()
    #expect(came?.records.map(\.feature) == [.labs])
    let here = try await labs.report(id: blood.id)
    #expect(here == corrected)
    let before = try await labs.state()
    #expect(before.syncedAt == nil)
    try await account.startSync().join()
    let state = try await labs.state()
    #expect(state.syncedAt != nil && state.syncedAt == state.completeAt)
  }

  @Test func aDocumentIsFetchedShownKeptAndRemoved() async throws {
    let changes = account.changes.makeAsyncIterator()
    let documents = try account.documents(person: account.people[0].id)
    let found = try await documents.documents(kind: .discharge).documents
    #expect(found.count == 1)
    let (discharge, file) = (found[0], found[0].files[0])
    #expect(file.state == .remote(received: 0))
    let early = await failure { _ = try await documents.view(file: file.id) }
    #expect(early == .notFound)
    var steps: [FileProgress] = []
    for try await step in try await documents.download(file: file.id).progress { steps.append(step) }
    let size = try #require(file.size)
    #expect(steps == [FileProgress(received: size, total: size)])
    let told = await changes.next()
    #expect(told?.records.map(\.feature) == [.documents])
    let stored = try await documents.document(id: discharge.id)
    #expect(stored.files[0].state == .stored)
    let view = try await documents.view(file: file.id)
    #expect(view == .pdf(activeContent: [], hiddenParts: false))
    let reader = try await documents.openFile(file.id)
    #expect(reader.size == size)
    var bytes = Data()
    for try await piece in reader.pieces(of: 100) { bytes += piece }
    #expect(bytes.count == size)
    #expect(bytes.starts(with: Data("%PDF-".utf8)))
    try await documents.keepOffline(id: discharge.id, keep: true)
    let kept = try await documents.document(id: discharge.id)
    #expect(kept.keptOffline)
    try await documents.removeDownload(file: file.id)
    let removed = try await documents.document(id: discharge.id)
    #expect(removed == discharge)
  }

  @Test func theSampleDocumentsAreALetterAPDFAndASummaryThatIsHere() async throws {
    let documents = fake.documents.documents
    let first = try await documents.documents(limit: 2)
    let all = try await first.documents + documents.documents(after: first.after).documents
    #expect(all.map(\.files[0].contentType) == ["text/html", "application/pdf", "application/xml"])
    #expect(all.map(\.keptOffline) == [false, false, true])
    let view = try await documents.view(file: all[2].files[0].id)
    guard case .page(let html, let text) = view else {
      Issue.record("\(view)")
      return
    }
    #expect(html.contains("Ramipril") && text.contains("Ramipril"))
  }

  @Test func aDownloadIsScripted() async throws {
    let documents = fake.documents.documents
    let letter = try await documents.documents(limit: 1).documents[0]
    let file = letter.files[0].id
    func state() async throws -> FileState { try await documents.document(id: letter.id).files[0].state }
    fake.documents.downloadSteps = [FileProgress(received: 10, total: 100), FileProgress(received: 40, total: 100)]
    fake.documents.downloadFailure = .offline
    let failing = try await documents.download(file: file)
    let during = try await state()
    #expect(during == .downloading)
    var steps = failing.progress.makeAsyncIterator()
    for expected in fake.documents.downloadSteps {
      let step = try await steps.next()
      #expect(step == expected)
    }
    let end = await failure { try await failing.join() }
    #expect(end == .offline)
    let after = try await state()
    #expect(after == .remote(received: 0))
    fake.documents.downloadFailure = nil
    let given = try await documents.download(file: file)
    given.cancel()
    let cancelled = await failure { try await given.join() }
    #expect(cancelled == .cancelled)
    try await documents.download(file: file).join()
    let here = try await state()
    #expect(here == .stored)
    try await documents.download(file: file).join()
  }

  @Test func whatHoldsForAnAccountHoldsForItsLabsAndDocuments() async throws {
    let leo = FakePerson(name: "Leo Novak")
    fake.others = [leo]
    let reports = try await account.labs(person: leo.id).reports().reports
    #expect(reports.isEmpty)
    let documents = try await account.documents(person: leo.id).documents().documents
    #expect(documents.isEmpty)
    let noLabs = await failure { _ = try account.labs(person: PersonID(rawValue: "nobody")) }
    #expect(noLabs == .notFound)
    let noDocuments = await failure { _ = try account.documents(person: PersonID(rawValue: "nobody")) }
    #expect(noDocuments == .notFound)
    fake.failure = .closed
    let labsClosed = await failure { _ = try await leo.labs.labs.reports() }
    #expect(labsClosed == .closed)
    let documentsClosed = await failure { _ = try await fake.documents.documents.documents() }
    #expect(documentsClosed == .closed)
  }
}
