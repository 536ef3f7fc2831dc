import Foundation
import Pericard
import PericardTesting
import Testing

@testable import AppModel

/// Every state of the inbox, with an account in memory.
@MainActor @Suite struct InboxTests {
  private let now = Date(timeIntervalSince1970: 1_700_000_000)

  @Test func whatWaitsRisesToTheTop() async throws {
    let clinic = FakeClinic()
    let inbox = clinic.inbox()
    try await until("the rows") { !inbox.state.rows.isEmpty }
    let rows = inbox.state.rows
    #expect(
      rows.map(\.subject) == [
        "Blood pressure", "Appointment on Monday", "Repeat prescription", "Your blood test", "نتيجة الفحص",
      ])
    #expect(rows.map(\.mark) == [.waiting, .failed, .unsure, .none, .none])
    #expect(rows[0].who == "Dr. Petra Kos" && rows[0].preview == "I will. Thank you!")
    #expect(inbox.unread == 1)
  }

  @Test func aDraftIsARowAndOpensWhereItWasWritten() async throws {
    let clinic = FakeClinic()
    let messages = clinic.fake.messages.messages
    let saved = try await messages.saveDraft(message: NewMessage(text: "I would like", subject: "A question"))
    let begun = try #require(saved)
    _ = try await messages.saveDraft(
      message: NewMessage(text: "Not yet", thread: ThreadID(rawValue: "Your blood test")))
    let inbox = clinic.inbox()
    try await until("the rows") { !inbox.state.rows.isEmpty }
    #expect(inbox.state.rows[0].id == .draft(begun.id))
    let answer = inbox.state.rows.first { $0.subject == "Your blood test" }
    #expect(answer?.mark == .draft && answer?.preview == "Not yet")
    inbox.open(inbox.state.rows[0])
    #expect(clinic.went.to == [.compose(begun.id)])
  }

  @Test func whatComesIsShownAtOnce() async throws {
    let clinic = FakeClinic()
    let inbox = clinic.inbox()
    try await until("the rows") { inbox.state.rows.count == 5 }
    clinic.fake.messages.receive(FakeLetter("A new thing", from: "Reception", "Hello.", at: Date(), unread: true))
    try await until("the new row") { inbox.state.rows.contains { $0.subject == "A new thing" } }
    #expect(inbox.unread == 2)
  }

  @Test func anEmptyInboxIsEmptyAndTheFirstSyncSaysHowFarItIs() async throws {
    let clinic = FakeClinic(FakeMessages())
    let inbox = clinic.inbox()
    await clinic.account.settledFollowers()
    #expect(inbox.state.body == .empty)
    clinic.fake.syncSteps = [SyncProgress(phase: .receiving, done: 3, of: 6, sent: 0)]
    var shown: [InboxBody] = []
    clinic.account.sync()
    shown.append(inbox.state.body)
    try await until("its progress") { clinic.account.syncing?.progress != nil }
    shown.append(inbox.state.body)
    #expect(
      shown == [
        .firstSync(FetchProgress(done: 0, total: nil), rows: []),
        .firstSync(FetchProgress(done: 3, total: 6), rows: []),
      ])
    #expect(FetchProgress(done: 3, total: 6).share == 0.5)
    await clinic.account.synced()
    #expect(inbox.state.body == .empty)
  }

  @Test func pagesComeAsTheyAreReached() async throws {
    let letters = (0..<120).map {
      FakeLetter("Letter \($0)", from: "Lab", "Text", at: now.addingTimeInterval(Double($0)))
    }
    let clinic = FakeClinic(FakeMessages(letters))
    let inbox = clinic.inbox()
    try await until("a page") { inbox.state.rows.count == 50 }
    inbox.shown(20)
    await inbox.settled()
    #expect(inbox.state.rows.count == 50)
    inbox.shown(41)
    try await until("the second page") { inbox.state.rows.count == 100 }
    // What is read anew keeps its length.
    clinic.fake.messages.receive(FakeLetter("News", from: "Lab", "Text", at: Date()))
    try await until("the news") { inbox.state.rows.first?.subject == "News" }
    #expect(inbox.state.rows.count == 100)
    inbox.shown(95)
    try await until("the end") { inbox.state.rows.count == 121 }
    #expect(Set(inbox.state.rows.map(\.id)).count == 121)
  }

  @Test func searchFollowsTheTyping() async throws {
    let clinic = FakeClinic()
    let inbox = clinic.inbox()
    inbox.search("")
    try await until("the open field") { inbox.state.body == .searching(text: "", hits: [], searching: false) }
    inbox.search("me")
    inbox.search("measure")
    try await until("hits") { inbox.state.hits.count == 1 }
    let hit = try #require(inbox.state.hits.first)
    #expect(hit.subject == "Blood pressure" && hit.snippet.contains { $0.hit && $0.text == "measure" })
    #expect(!hit.isElsewhere)
    inbox.open(hit)
    #expect(clinic.went.to == [.thread(hit.thread, focus: hit.id)])
    // By its subject, and by who wrote it.
    for text in ["pressure", "petra"] {
      inbox.search(text)
      try await until("hits for \(text)") { inbox.state.hits.contains { $0.isElsewhere } }
    }
    inbox.search("zebra")
    try await until("nothing") { inbox.state.body == .searching(text: "zebra", hits: [], searching: false) }
    inbox.closeSearch()
    #expect(inbox.state.rows.count == 5)
  }

  @Test(arguments: [
    (SessionState.sealed(reason: .refused), ClosedReason.refused),
    (.sealed(reason: .identityChanged), .identityChanged),
    (.unusable(problem: .keyLost), .keyLost),
    (.unusable(problem: .damaged), .damaged),
    (.unusable(problem: .configuration), .configuration),
    (.unusable(problem: .unavailable), .unavailable),
    (.sealed(reason: .lease), .lease(days: 1, trying: false)),
  ])
  func whatCannotBeReadSaysWhy(_ session: SessionState, _ reason: ClosedReason) async throws {
    let clinic = FakeClinic()
    let inbox = clinic.inbox()
    try await until("the rows") { !inbox.state.rows.isEmpty }
    clinic.fake.session = session
    try await until("closed") { inbox.state.body == .closed(reason) }
    #expect(inbox.state.banner == nil)
    // Nothing of what was read stays in memory.
    try await until("no rows") { inbox.unread == 0 }
    clinic.fake.session = .active
    try await until("the rows again") { inbox.state.rows.count == 5 }
  }

  @Test(arguments: [
    (PericardError.offline, InboxBanner.offline(since: nil)),
    (.rateLimited(retryAfter: .seconds(60)), .rateLimited(until: Date(timeIntervalSince1970: 1_700_000_060))),
    (.clockWrong(portalTime: nil), .clockWrong(clinicTime: nil)),
    (.storage(kind: .newer), .updateRequired(least: nil)),
    (.storage(kind: .full), .failed(.storageFull)),
    (.portal(problem: .failing, status: 503), .failed(.failing)),
    (.portal(problem: .certificate, status: nil), .failed(.notSecure)),
    (.internal(id: "sync.7"), .failed(.internal(id: "sync.7"))),
  ])
  func aSyncThatFailsSaysWhyAndKeepsTheRows(_ error: PericardError, _ banner: InboxBanner) async throws {
    let now = now
    let clinic = FakeClinic(now: { now })
    let inbox = clinic.inbox()
    clinic.fake.syncEnd = .failure(error)
    clinic.account.sync(asked: true)
    #expect(inbox.state.refreshing)
    await clinic.account.synced()
    #expect(inbox.state.banner == banner)
    #expect(inbox.state.rows.count == 5)
    #expect(!inbox.state.refreshing)
    clinic.fake.syncEnd = .success(.complete)
    await inbox.refresh()
    #expect(inbox.state.banner == nil)
    #expect(clinic.account.announcement?.what == .upToDate || clinic.account.announcement?.what == .sent)
  }

  @Test func theSessionAsksInABannerAndTheCacheStays() async throws {
    let clinic = FakeClinic()
    let inbox = clinic.inbox()
    clinic.fake.session = .stepUp
    try await until("the banner") { inbox.state.banner == .stepUp }
    clinic.fake.session = .signIn(reason: .consent)
    try await until("the banner") { inbox.state.banner == .signIn }
    try await until("the rows") { inbox.state.rows.count == 5 }
  }

  @Test func aCopyThatWasDamagedIsToldOnceAboveTheRowsAndStaysUnderYou() async throws {
    let now = now
    let clinic = FakeClinic(now: { now })
    let notices = NoticesModel(MapPreferences(), now: { now }, navigate: clinic.went.go)
    let inbox = clinic.inbox(notices: notices)
    try await until("the rows") { inbox.state.rows.count == 5 }
    func damage(_ id: String, at: Date) -> Incident {
      Incident(
        id: IncidentID(rawValue: id), at: at, kind: .databaseDamaged, feature: .messages, resourceType: "Communication")
    }
    clinic.fake.incidents = [damage("first", at: now)]
    try await until("the banner") { inbox.state.banner == .begunAnew(IncidentID(rawValue: "first")) }
    #expect(inbox.state.rows.count == 5)
    await notices.read([clinic.account])
    #expect(notices.state.rows.map(\.notice) == [.begunAnew] && notices.newCount == 1)
    inbox.openNotice(try #require(inbox.state.banner))
    try await until("the notice") { clinic.went.to == [.notice(.begunAnew, linden)] }
    #expect(inbox.state.banner == nil)
    #expect(notices.state.rows.map(\.isNew) == [false])
    clinic.fake.incidents.append(damage("second", at: now + 1))
    try await until("the other one") { inbox.state.banner == .begunAnew(IncidentID(rawValue: "second")) }
    notices.seen()
    clinic.fake.incidents.append(damage("old", at: now - 91 * 86_400))
    #expect(!notices.isUntold(damage("old", at: now - 91 * 86_400)))
  }

  @Test func theWeightiestIsTold() {
    let incident = IncidentID(rawValue: "i")
    let at = now
    var facts = InboxFacts(
      session: .signIn(reason: .login), messages: .stopped(incident: incident),
      failure: (.clockWrong(portalTime: nil), at),
      state: MessagesState(syncedAt: at, completeAt: nil, incomplete: .pagesMissing, held: 2, unreadable: 0))
    var told: [InboxBanner?] = [facts.banner]
    facts.messages = .off(notice: Pericard.Notice(text: nil, since: at), cached: true)
    told.append(facts.banner)
    facts.failure = (.stepUpRequired, at)
    told.append(facts.banner)
    facts.update = "2.0"
    told.append(facts.banner)
    (facts.update, facts.messages) = (nil, .readOnly(notice: Pericard.Notice(text: nil, since: at)))
    told.append(facts.banner)
    facts.session = .active
    told.append(facts.banner)
    facts.failure = (.offline, at)
    told.append(facts.banner)
    facts.failure = (.portal(problem: .refused, status: 404), at)
    told.append(facts.banner)
    facts.offered = FeatureCapability(feature: .messages, readable: false, sendable: false, sendsExactlyOnce: false)
    told.append(facts.banner)
    facts.failure = nil
    facts.begunAnew = incident
    told.append(facts.banner)
    facts.begunAnew = nil
    told.append(facts.banner)
    facts.messages = .on
    told.append(facts.banner)
    facts.state?.held = 0
    told.append(facts.banner)
    facts.state?.incomplete = .moreToFetch
    told.append(facts.banner)
    #expect(
      told == [
        .stopped(incident), .clockWrong(clinicTime: nil), .off, .updateRequired(least: "2.0"), .signIn, .stepUp,
        .offline(since: at), .failed(.refused), .notOffered, .begunAnew(incident), .readOnly, .held(2),
        .incomplete(at: at), nil,
      ])
  }

  @Test func aScreenThatIsGoneDoesNothingMore() async throws {
    let clinic = FakeClinic()
    let inbox = clinic.inbox()
    try await until("the rows") { inbox.state.rows.count == 5 }
    inbox.close()
    inbox.search("measure")
    await inbox.settled()
    #expect(inbox.state.hits.isEmpty)
    weak var gone: InboxModel?
    do {
      let other = clinic.inbox()
      try await until("the rows") { other.state.rows.count == 5 }
      gone = other
      other.close()
    }
    await clinic.account.settledFollowers()
    #expect(gone == nil)
  }
}
