import Foundation
import Pericard
import PericardTesting
import Testing

@testable import AppModel

/// Who opened what, a copy, the ways out, and the second step, with an account in memory.
@MainActor @Suite struct PrivacyTests {
  private let noon = Date(timeIntervalSince1970: 1_700_000_000)
  private let pin = "270419"

  private func entry(_ number: Int, _ action: AccessAction, of clinic: FakeClinic? = nil) -> AccessEntry {
    AccessEntry(
      number: number, at: noon.addingTimeInterval(Double(number) * 60), action: action,
      person: clinic?.account.people.first?.id, thread: nil)
  }

  private func privacy(_ clinic: FakeClinic) -> PrivacyModel {
    let pages = ClinicPages(NoBrowser()) { _ in throw PericardError.offline }
    return PrivacyModel(clinic.account, of: clinic.owner.person, pages: pages, navigate: clinic.went.go)
  }

  @Test func itSaysWhetherTheListIsWholeAndWhatStandsInTheWayOfThat() async throws {
    let clinic = FakeClinic()
    clinic.fake.accessLog = [entry(1, .signedIn), entry(2, .conversationOpened, of: clinic)]
    let model = privacy(clinic)
    try await until("the list") { model.state.log == .whole(entries: 2) }
    let cases: [(LogStanding, () -> Void)] = [
      (.broken, { clinic.fake.logCheck = .broken }),
      (.unchecked, { clinic.fake.failure = .keystore(kind: .unavailable) }),
      (.closed, { clinic.fake.failure = .locked }),
    ]
    for (standing, change) in cases {
      change()
      model.look()
      try await until("\(standing)") { model.state.log == standing }
      #expect(model.state.readable == (standing != .closed))
    }
  }

  @Test func aPageThatCannotBeAskedForSaysWhy() async throws {
    let clinic = FakeClinic()
    let model = privacy(clinic)
    model.openSessionsPage()
    try await until("why") { model.state.problem == .offline }
    model.look()
    #expect(model.state.problem == nil)
  }

  @Test func eachRowLeadsOn() {
    let clinic = FakeClinic()
    let model = privacy(clinic)
    model.openLog()
    model.makeCopy()
    model.signOut()
    model.forgetAccount()
    let id = clinic.account.id
    #expect(clinic.went.to == [.accessLog, .copy, .leaving(id, .signOut), .leaving(id, .forget)])
  }

  @Test func entriesComeNewestFirstAndPageByPageWithWrongPinsInOneRow() async throws {
    let clinic = FakeClinic()
    clinic.fake.accessLog =
      [entry(1, .signedIn), entry(2, .wrongPin), entry(3, .wrongPin)]
      + (4...60).map { entry($0, .conversationOpened, of: clinic) }
    let model = clinic.accessLog()
    try await until("the first page") { model.state.standing == .whole(entries: 60) }
    #expect(model.rows.map(\.id) == Array((11...60).reversed()))
    #expect(model.rows.first?.deed == .conversationOpened && model.rows.first?.about == "Ana Novak")
    model.earlier()
    try await until("all of it") { model.rows.count == 59 }
    #expect(model.state.body == .content(model.rows, more: false, loading: false))
    #expect(model.rows.suffix(2).map(\.deed) == [.wrongPin, .signedIn])
    #expect(model.rows.suffix(2).map(\.times) == [2, 1])
  }

  @Test func openedLabResultsAndDocumentsHaveTheirOwnWords() async throws {
    let clinic = FakeClinic()
    clinic.fake.accessLog = [entry(1, .fileOpened), entry(2, .labResultOpened), entry(3, .documentOpened)]
    let model = clinic.accessLog()
    try await until("the list") { model.state.standing == .whole(entries: 3) }
    #expect(model.rows.map(\.deed) == [.documentOpened, .labResultOpened, .fileOpened])
  }

  @Test func aListThatIsBrokenSaysSoAndStaysAndAClosedOneShowsNothing() async throws {
    let clinic = FakeClinic()
    clinic.fake.accessLog = [entry(3, .conversationOpened, of: clinic)]
    clinic.fake.logCheck = .broken
    let model = clinic.accessLog()
    try await until("that it is broken") { model.state.standing == .broken }
    #expect(model.rows.count == 1)
    clinic.fake.failure = .locked
    clinic.fake.session = .signIn(reason: .expired)
    try await until("that it is closed") { model.state.body == .closed && model.state.standing == .closed }
    clinic.fake.failure = nil
    clinic.fake.session = .active
    try await until("the list again") { model.rows.count == 1 && model.state.standing == .broken }
  }

  @Test func theListIsKeptWhereThePersonSaysAndItSaysWhereItIsNot() async throws {
    let clinic = FakeClinic()
    clinic.fake.accessLog = [entry(1, .conversationOpened, of: clinic)]
    let model = clinic.accessLog()
    try await until("the list") { model.rows.count == 1 }
    clinic.place.isLeft = true
    model.save()
    await model.settled()
    #expect(clinic.place.asked == 1 && model.state.trouble == nil && !model.state.saving)
    clinic.place.isLeft = false
    clinic.place.space = 10
    model.save()
    await model.settled()
    #expect(model.state.trouble == .full && clinic.place.names.isEmpty)
    clinic.place.space = .max
    model.save()
    await model.settled()
    #expect(model.state.trouble == nil && clinic.account.announcement?.what == .listSaved)
    #expect(clinic.place.text("access-log.csv")?.hasPrefix("number,at,action,person,record\r\n1,") == true)
  }

  @Test func aCopyIsWrittenWhereThePersonSaysOfTheKindThatTheySay() async throws {
    let clinic = FakeClinic()
    let model = clinic.copy()
    model.begin()
    await model.settled()
    guard case .done("copy.html", let bytes) = model.state.step else { throw Broken(what: "no page") }
    let page = try #require(clinic.place.text("copy.html"))
    #expect(page.contains("Ana Novak") && page.utf8.count == bytes)
    model.again()
    model.choose(.data)
    model.begin()
    await model.settled()
    #expect(clinic.place.text("copy.json")?.contains("\"Bundle\"") == true)
    model.leave()
    #expect(clinic.went.to == [.back])
  }

  @Test func aFreshSignInLeadsBackAndTheCopyGoesOn() async throws {
    let clinic = FakeClinic()
    let model = clinic.copy()
    clinic.fake.failure = .stepUpRequired
    model.begin()
    await model.settled()
    #expect(model.state.step == .stepUp && clinic.place.asked == 0)
    model.signInAgain()
    #expect(clinic.went.to == [.stepUp(clinic.account.id)])
    clinic.fake.failure = nil
    model.steppedUp()
    await model.settled()
    #expect(clinic.place.text("copy.html") != nil)
    // One that waits for nothing does not begin by itself.
    model.again()
    model.steppedUp()
    await model.settled()
    #expect(model.state.step == .choosing(nil))
  }

  @Test func whatDidNotBeginSaysWhyAndAPlaceThatIsNotChosenChangesNothing() async throws {
    let clinic = FakeClinic()
    let model = clinic.copy()
    clinic.fake.failure = .offline
    model.begin()
    await model.settled()
    #expect(model.state.step == .choosing(.offline))
    clinic.fake.failure = nil
    clinic.place.isLeft = true
    model.begin()
    await model.settled()
    #expect(model.state.step == .choosing(nil) && clinic.place.asked == 1)
    clinic.place.choosing = { throw CocoaError(.fileWriteNoPermission) }
    model.begin()
    await model.settled()
    #expect(model.state.step == .unfinished(.notWritten, left: nil))
  }

  @Test func aCopyThatIsNotWholeIsRemovedOrSaidToBeThere() async throws {
    let clinic = FakeClinic()
    let model = clinic.copy()
    clinic.place.space = 3
    model.begin()
    await model.settled()
    #expect(model.state.step == .unfinished(.full, left: nil) && clinic.place.names.isEmpty)
    clinic.place.keepsAll = true
    model.begin()
    await model.settled()
    #expect(model.state.step == .unfinished(.full, left: "copy.html") && clinic.place.text("copy.html") == nil)
  }

  @Test func thePersonStopsItAlsoByLeaving() async throws {
    let clinic = FakeClinic()
    clinic.place.isStuck = true
    let model = clinic.copy()
    model.begin()
    try await until("that it writes") { model.state.step == .writing(bytes: 0) }
    model.stop()
    try await until("that it stopped") { model.state.step == .unfinished(nil, left: nil) }
    #expect(clinic.place.names.isEmpty)
    await model.settled()
    model.begin()
    try await until("that it writes") { model.state.step == .writing(bytes: 0) }
    model.close()
    try await until("that nothing is left") { clinic.place.names.isEmpty }
  }

  private func locked(_ clinic: FakeClinic) async -> LockModel {
    let lock = clinic.lock()
    lock.change()
    for _ in 0..<2 { await type(pin, into: lock) }
    return lock
  }

  private func type(_ digits: String, into lock: LockModel) async {
    lock.pin(digits)
    await lock.settled()
  }

  @Test func withAPinThePlaceComesFirstAndLeavingThePinLeavesNothingThere() async throws {
    let clinic = FakeClinic()
    let lock = await locked(clinic)
    let model = clinic.copy(lock)
    #expect(model.state.hasPin)
    let asks = AppLock.pin(PinQuestion(clinic: "Linden Clinic", optional: true))
    model.begin()
    try await until("a PIN that is asked for") { lock.over == asks }
    #expect(clinic.place.names == ["copy.html"])
    lock.cancel()
    await model.settled()
    #expect(lock.over == nil && clinic.place.names.isEmpty && model.state.step == .choosing(nil))
    model.begin()
    try await until("a PIN that is asked for") { lock.over == asks }
    await type(pin, into: lock)
    await model.settled()
    #expect(lock.over == nil && clinic.place.text("copy.html") != nil)
  }

  @Test func anAppThatLockedWhileThePlaceWasChosenIsOpenedFirst() async throws {
    let clinic = FakeClinic()
    let lock = await locked(clinic)
    let model = clinic.copy(lock)
    clinic.place.choosing = {
      try await clinic.fake.account.lock.lock()
      try await until("locked") { clinic.account.session == .locked }
      lock.look()
    }
    model.begin()
    try await until("the lock") { lock.over == .pin(PinQuestion(clinic: "Linden Clinic")) }
    await type(pin, into: lock)
    try await until("who is there") { lock.over == .pin(PinQuestion(clinic: "Linden Clinic", optional: true)) }
    await type(pin, into: lock)
    await model.settled()
    #expect(lock.over == nil && clinic.place.text("copy.html") != nil)
  }

  @Test func whatFailsBehindThePinIsSaidOnTheScreen() async throws {
    let clinic = FakeClinic()
    let lock = await locked(clinic)
    let model = clinic.copy(lock)
    model.begin()
    try await until("a PIN that is asked for") { lock.over != nil }
    clinic.fake.failure = .storage(kind: .full)
    await type(pin, into: lock)
    await model.settled()
    #expect(lock.over == nil && model.state.step == .choosing(.storageFull) && clinic.place.names.isEmpty)
  }

  @Test func aScreenThatGoesTakesItsQuestionAlong() async throws {
    let clinic = FakeClinic()
    let lock = await locked(clinic)
    let model = clinic.copy(lock)
    model.begin()
    try await until("a PIN that is asked for") { lock.over != nil }
    model.close()
    try await until("nothing") { lock.over == nil && clinic.place.names.isEmpty }
  }

  private func leaving(_ clinic: FakeClinic, _ way: LeavingWay = .forget) -> LeavingModel {
    LeavingModel(clinic.account, way, navigate: clinic.went.go)
  }

  @Test func whatWaitsIsCountedFirstAndCanBeSent() async throws {
    let clinic = FakeClinic()
    let messages = clinic.fake.messages.messages
    _ = try await messages.saveDraft(message: NewMessage(text: "Not finished"))
    _ = try await messages.send(message: NewMessage(text: "Not sent"))
    let (unsent, drafts) = (try await messages.outbox().count, try await messages.drafts().count)
    let model = leaving(clinic)
    #expect(!model.state.canGo)
    try await until("what waits") { model.state.waiting == .counted(unsent: unsent, drafts: drafts) }
    clinic.fake.syncEnd = .failure(.offline)
    model.sendFirst()
    model.go()
    #expect(clinic.fake.account.session == .active)
    await model.settled()
    #expect(model.state.problem == .offline && model.state.offline && model.state.stuck == 0)
    clinic.fake.syncEnd = .success(.complete)
    model.sendFirst()
    await model.settled()
    #expect(model.state.problem == nil && model.state.stuck == model.state.unsent && model.state.unsent < unsent)
    model.stay()
    #expect(clinic.went.to == [.back])
    model.go()
    try await until("that it is gone") { clinic.account.session == .signedOut }
  }

  @Test func aClosedAccountCannotSayWhatWaitsAndIsLeftAllTheSame() async throws {
    let clinic = FakeClinic()
    let model = leaving(clinic, .signOut)
    try await until("what waits") { model.state.canGo }
    clinic.fake.failure = .locked
    clinic.fake.session = .locked
    try await until("that it is not known") { model.state.waiting == .unknown && model.state.canGo }
    model.go()
    try await until("why it could not") { model.state.problem == .refused }
    clinic.fake.failure = nil
    model.go()
    try await until("that it is gone") { clinic.account.session == .signedOut }
  }

  @Test func theSecondStepStandsInTheSettingsAndSaysWhyNothingCameOfADeed() async throws {
    let clinic = FakeClinic()
    let settings = SettingsModel(clinic.account, lock: clinic.lock(), navigate: clinic.went.go)
    try await until("the second step") { settings.state.secondStep == SecondStepState(on: true, codesLeft: 8) }
    settings.openSecondStep()
    #expect(clinic.went.to == [.secondStep])
    let model = SecondStepModel(clinic.account, navigate: clinic.went.go) { _, _ in Issue.record("nothing is shown") }
    await model.settled()
    #expect(model.state.step == SecondStepState(on: true, codesLeft: 8))
    model.askToTurnOff()
    #expect(model.state.turningOff)
    model.keepOn()
    #expect(!model.state.turningOff)
    model.newCodes()
    await model.settled()
    #expect(model.state.problem == .offline && !model.state.busy)
    model.lookAgain()
    #expect(model.state.problem == nil)
  }
}

/// Shows nothing.
@MainActor
private final class NoBrowser: Browser {
  func answer(_ signIn: SignIn, redirect: String) async throws -> SignInStep { throw PericardError.cancelled }

  func show(_ page: PortalPage, of portal: Portal, redirect: String) async {}
}

extension AccessLogModel {
  var rows: [LogRow] { if case .content(let rows, _, _) = state.body { rows } else { [] } }
}
