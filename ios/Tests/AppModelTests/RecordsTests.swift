import Foundation
import Pericard
import PericardTesting
import Testing

@testable import AppModel

/// The tab of records and what leads from it, with an account in memory.
@MainActor @Suite struct RecordsTests {
  private let since = Date(timeIntervalSince1970: 1_699_990_000)
  private var said: Pericard.Notice { Pericard.Notice(text: "We are mending a fault.", since: since) }

  private func records(_ clinic: FakeClinic) async throws -> RecordsModel {
    let model = RecordsModel(clinic.owner, of: clinic.account, navigate: clinic.went.go)
    try await until("the kinds") { model.rows.count == 2 }
    return model
  }

  private func labs(_ clinic: FakeClinic) async throws -> LabsModel {
    let model = LabsModel(clinic.owner, of: clinic.account, navigate: clinic.went.go)
    try await until("the reports") { model.state.shown.content != nil }
    return model
  }

  @Test func eachKindIsThereWithWhatIsNewWhichGoesOnceItWasRead() async throws {
    let clinic = FakeClinic()
    let model = try await records(clinic)
    #expect(model.rows.map(\.kind) == [.labs, .documents] && model.state.news == 2)
    #expect(model.rows[1].line == .count(3, more: false))
    model.open(.labs)
    #expect(clinic.went.to == [.record(.labs)])
    let labs = try await self.labs(clinic)
    let new = try #require(labs.state.shown.content?.first { $0.isNew })
    let report = LabReportModel(new.id, of: clinic.owner, at: clinic.account)
    try await until("one less") { model.state.news == 1 && report.state.shown.content != nil }
  }

  @Test func whatIsOffHasItsReason() async throws {
    let clinic = FakeClinic()
    let model = try await records(clinic)
    clinic.fake.features = [FeatureStatus(feature: .documents, state: .off(notice: said, cached: true))]
    try await until("the reason") { model.rows.last?.line == .off(closed: false) }
    let documents = DocumentsModel(clinic.owner, of: clinic.account)
    try await until("the banner") { documents.state.banner == .off(since: since, quote: "We are mending a fault.") }
    #expect(documents.state.shown.content?.count == 3)
    clinic.fake.features = [FeatureStatus(feature: .documents, state: .readOnly(notice: said))]
    try await until("nothing") { documents.state.banner == nil }
    // Closed as well, nothing of it is in sight.
    clinic.fake.failure = .switchedOff
    clinic.fake.features = [FeatureStatus(feature: .documents, state: .off(notice: said, cached: false))]
    try await until("closed") { if case .shut(.off) = documents.state.shown { true } else { false } }
    clinic.fake.failure = nil
    clinic.fake.features = []
    try await until("the list") { documents.state.shown.content?.count == 3 }
  }

  @Test func aFreshSignInOpensTheListByItself() async throws {
    let clinic = FakeClinic()
    let labs = try await self.labs(clinic)
    clinic.fake.failure = .stepUpRequired
    clinic.account.reopened()
    try await until("that it asks") { labs.state.shown == .shut(.stepUp(nil)) }
    labs.frame.stepUp()
    #expect(clinic.went.to == [.stepUp(clinic.account.id)])
    clinic.fake.failure = nil
    clinic.account.reopened()
    try await until("the list") { labs.state.shown.content?.count == 8 }
  }

  @Test func offlineWhatIsHereIsReadAndSaysSinceWhen() async throws {
    let clinic = FakeClinic()
    let model = try await records(clinic)
    clinic.fake.syncEnd = .failure(.offline)
    await model.refresh()
    #expect(model.state.banner == .offline(since: nil))
    #expect(model.rows.count == 2)
  }

  @Test func whateverClosesTheAccountTakesItOutOfSight() async throws {
    let clinic = FakeClinic()
    let (model, labs) = (try await records(clinic), try await self.labs(clinic))
    clinic.fake.session = .sealed(reason: .refused)
    try await until("closed") { model.state.body == .closed(.refused) && labs.state.shown == .reading }
    #expect(model.state.news == 0)
  }

  @Test func aPlaceIsTextAndBack() {
    let places: [ScreenPlace] = [
      .records, .record(.documents), .record(.document(DocumentID(rawValue: "d"))), .record(.labs),
      .record(.report(LabReportID(rawValue: "r"))), .record(.result(LabResultID(rawValue: "l"))),
    ]
    #expect(places.map { ScreenPlace($0.text) } == places)
    #expect(places.map(\.text) == ["Records", "Documents", "document d", "Labs", "report r", "result l"])
  }
}

extension RecordsModel {
  var rows: [KindRow] { if case .kinds(let rows) = state.body { rows } else { [] } }
}

/// Documents, with an account in memory.
@MainActor @Suite struct DocumentsTests {
  private func documents(_ clinic: FakeClinic) async throws -> DocumentsModel {
    let model = DocumentsModel(clinic.owner, of: clinic.account, navigate: clinic.went.go)
    try await until("the list") { model.state.shown.content != nil }
    return model
  }

  private func open(_ title: String, _ clinic: FakeClinic) async throws -> DocumentModel {
    let all = try await clinic.fake.documents.documents.documents().documents
    let id = try #require(all.first { $0.title.contains(title) }).id
    return DocumentModel(id, of: clinic.owner, at: clinic.account, documents: clinic.place, navigate: clinic.went.go)
  }

  /// An account with one document, with this in its file.
  private func holding(_ view: DocumentView, _ bytes: String = "as it is") async throws -> FakeClinic {
    var document = try #require(try await FakeDocuments.sample().documents.documents().documents.first)
    document.files[0].fileName = "letter.exe"
    let content = FakeContent(bytes: Data(bytes.utf8), view: view)
    return FakeClinic(documents: FakeDocuments([FakeDocument(document, contents: [content])]))
  }

  @Test func aDocumentIsFetchedWhenItIsOpenedAndReadAsText() async throws {
    let clinic = FakeClinic()
    let model = try await open("Letter about your visit", clinic)
    try await until("its text") {
      model.state.shown.content
        == .text(["Your visit", "You are doing well. We meet again in three months."], cleaned: true)
    }
    #expect(model.state.title == "Letter about your visit")
  }

  @Test func theArrowFetchesOneWithoutOpeningIt() async throws {
    let clinic = FakeClinic()
    let model = try await documents(clinic)
    clinic.fake.documents.downloadSteps = [FileProgress(received: 1, total: 4), FileProgress(received: 2, total: 4)]
    model.download(try #require(model.state.shown.content?.first).id)
    try await until("it is here") { model.state.shown.content?.first?.file?.place == .stored }
    #expect(clinic.went.to.isEmpty)
  }

  @Test func withoutTheNetworkOneThatIsNotHereSaysSo() async throws {
    let clinic = FakeClinic()
    clinic.fake.documents.downloadFailure = .offline
    let model = try await open("Letter about your visit", clinic)
    try await until("that it is not here") { model.state.shown.content == .notHere(.offline) }
    clinic.fake.documents.downloadFailure = nil
    model.download()
    try await until("its text") { if case .text = model.state.shown.content { true } else { false } }
    let summary = try await open("Summary", clinic)
    try await until("what is here") { if case .text = summary.state.shown.content { true } else { false } }
  }

  @Test func aFreshSignInOpensItByItself() async throws {
    let clinic = FakeClinic()
    clinic.fake.documents.downloadFailure = .stepUpRequired
    let model = try await open("Letter about your visit", clinic)
    try await until("that it asks") { model.state.shown == .shut(.stepUp(nil)) && model.state.title.isEmpty }
    model.frame.stepUp()
    #expect(clinic.went.to == [.stepUp(clinic.account.id)])
    clinic.fake.documents.downloadFailure = nil
    clinic.account.reopened()
    try await until("its text") { if case .text = model.state.shown.content { true } else { false } }
  }

  @Test func whatIsSomethingElseThanItSaysStaysClosedAndIsNotSaved() async throws {
    let clinic = try await holding(.anotherType(claimed: "application/pdf", found: "text/html"))
    let model = try await open("Letter", clinic)
    try await until("that it is another") { model.state.shown.content == .anotherType(claimed: "PDF", found: "HTML") }
    model.askToShare()
    #expect(model.state.sharing == nil && !model.state.canShare)
  }

  @Test func aCopyLeavesOnlyAfterAWarningUnderANameThatSaysWhatIsInIt() async throws {
    let clinic = try await holding(.pdf(activeContent: [.script], hiddenParts: false), "%PDF")
    let model = try await open("Letter", clinic)
    try await until("its pages") { model.state.shown.content == .pdf(Data("%PDF".utf8), .active) }
    model.askToShare()
    #expect(model.state.sharing == Sharing(active: true) && clinic.place.names.isEmpty)
    model.share()
    try await until("a copy") { model.state.saved == .done }
    #expect(clinic.place.text("letter.pdf") == "%PDF")
  }

  @Test func ofAPageGoesOutWhatIsShownOfIt() async throws {
    let clinic = try await holding(.page(html: "<p>Clean</p>", text: "Clean"), "<script>alert(1)</script>")
    let model = try await open("Letter", clinic)
    try await until("its text") { model.state.canShare }
    model.share()
    try await until("a copy") { model.state.saved == .done }
    #expect(clinic.place.text("letter.html") == "<p>Clean</p>")
  }

  @Test func aFullPlaceLeavesNothingBehind() async throws {
    let clinic = FakeClinic()
    clinic.place.space = 3
    let model = try await open("Summary", clinic)
    try await until("its text") { model.state.canShare }
    model.share()
    try await until("that it failed") { model.state.saved == .not }
    #expect(clinic.place.names.isEmpty)
  }

  @Test func whatIsRemovedIsAtTheClinicStill() async throws {
    let clinic = FakeClinic()
    let model = try await open("Summary", clinic)
    try await until("its text") { model.state.canShare }
    model.remove()
    try await until("it closed") { clinic.went.to == [.leaveRecord(.document(model.id))] }
    let list = try await documents(clinic)
    #expect(list.state.shown.content?.last?.file?.place == .remote(received: 0))
  }

  @Test func aNameRunsNothing() {
    #expect(copyName("letter.exe", "application/pdf") == "letter.pdf")
    #expect(copyName("letter.pdf.exe", "text/html") == "letter.pdf.html")
    #expect(copyName("run.exe", "application/x-msdownload") == "run.bin")
    #expect(copyName("picture", "image/png") == "picture.png")
  }
}
