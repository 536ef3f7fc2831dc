import Foundation
import Pericard
import PericardTestWorld
import Testing

@testable import AppModel

/// Documents and lab results, over the real core and the reference portal.
@MainActor @Suite struct RecordsWorldTests {
  private let plain = #"{"people":{"ana":{"threads":2,"messages":4,"totp":false,"documents":8,"labs":true}}}"#

  private func signedIn() async throws -> (Stage, HomeModel) {
    let stage = try await Stage(plain)
    try await stage.signInWithCode()
    let home = try #require(stage.app.home)
    home.tab = .records
    try await until("both kinds") { home.records.rows.count == 2 }
    return (stage, home)
  }

  private func documents(_ stage: Stage) async throws -> DocumentsModel {
    stage.app.home?.records.open(.documents)
    guard case .documents(let model) = stage.app.path.last else { throw Broken(what: "no list is open") }
    try await until("the list") { model.state.shown.content?.count == 8 }
    return model
  }

  private func open(_ title: String, _ stage: Stage, in list: DocumentsModel) throws -> DocumentModel {
    list.open(try #require(list.state.shown.content?.first { $0.title.contains(title) }).id)
    guard case .document(let model) = stage.app.path.last else { throw Broken(what: "no document is open") }
    return model
  }

  private func isText(_ model: DocumentModel) -> Bool {
    if case .text = model.state.shown.content { true } else { false }
  }

  @Test func aDocumentIsOpenedAndThePersonComesBackToIt() async throws {
    let (stage, _) = try await signedIn()
    let letter = try open("Letter from your visit", stage, in: try await documents(stage))
    try await until("its text") { isText(letter) }
    guard case .text(let paragraphs, cleaned: true)? = letter.state.shown.content else { return }
    #expect(!paragraphs.contains { $0.contains("script") || $0.contains("tracker") })
    let places = stage.app.places
    #expect(places.prefix(2) == ["Records", "Documents"] && places.count == 3)
    try await stage.restart(places: places)
    guard case .document(let again) = stage.app.path.last else { throw Broken(what: "no document is open") }
    try await until("its text again") { isText(again) }
    try await stage.end()
  }

  @Test func aLabResultIsReadWithHowItDeveloped() async throws {
    let (stage, home) = try await signedIn()
    home.records.open(.labs)
    guard case .labs(let labs) = stage.app.path.last else { throw Broken(what: "no list is open") }
    try await until("the reports") { labs.state.shown.content?.count == 11 }
    labs.open(try #require(labs.state.shown.content?.first { $0.name == "Basic metabolic panel" }).id)
    guard case .report(let report) = stage.app.path.last else { throw Broken(what: "no report is open") }
    try await until("its results") { report.state.shown.content?.results.isEmpty == false }
    report.open(try #require(report.state.shown.content?.results.first { $0.measured.name == "Creatinine" }).id)
    guard case .result(let result) = stage.app.path.last else { throw Broken(what: "no result is open") }
    try await until("its trend") { result.state.shown.content?.plots.first?.points.count == 8 }
    #expect(result.state.shown.content?.development?.to == .higher)
    try await stage.end()
  }

  @Test func aFileOfAnotherPatientIsRefused() async throws {
    let (stage, _) = try await signedIn()
    let list = try await documents(stage)
    try await stage.tells(#"{"fault":"file","as":"another_patients","times":1}"#)
    let letter = try open("Letter from your visit", stage, in: list)
    try await until("that it is refused") { letter.state.shown.content == .unavailable(.foreign) }
    try await stage.end()
  }

  @Test func aLabResultOfAnotherPatientStopsLabResultsAlone() async throws {
    let (stage, home) = try await signedIn()
    home.records.open(.labs)
    guard case .labs(let labs) = stage.app.path.last else { throw Broken(what: "no list is open") }
    try await until("the reports") { labs.state.shown.content?.count == 11 }
    try await stage.tells(
      #"""
      {"lab":{"who":"ana","resource":{"resourceType":"Observation","id":"k2","status":"final",
      "subject":{"reference":"Patient/somebody-else"},"code":{"text":"Potassium of another"},
      "valueQuantity":{"value":9.9,"unit":"mmol/L"}}}}
      """#)
    try await stage.sync()
    try await until("that it stopped") { labs.state.banner == .stopped }
    #expect(labs.state.shown.content?.count == 11)
    try await stage.end()
  }

  @Test func aFreshSignInOpensWhatWasToBeRead() async throws {
    let (stage, _) = try await signedIn()
    let letter = try open("Letter from your visit", stage, in: try await documents(stage))
    try await until("its text") { isText(letter) }
    try await stage.tells(#"{"policy":{"features":{"documents":{"state":"on","step_up":{"max_age":900}}}}}"#)
    try await stage.sync()
    try await stage.world.advance(seconds: 1800)
    try await stage.account.settledFollowers()
    try await until("that it asks") { letter.state.shown == .shut(.stepUp(nil)) && letter.state.title.isEmpty }
    letter.frame.stepUp()
    try await until("a sign-in") { stage.signIn != nil }
    let signIn = try #require(stage.signIn)
    await signIn.settled()
    try await stage.password(signIn)
    try await until("its text again") { isText(letter) }
    guard case .document(let shown) = stage.app.path.last else { throw Broken(what: "another screen is open") }
    #expect(shown === letter)
    try await stage.end()
  }
}
