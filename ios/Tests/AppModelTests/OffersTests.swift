import Foundation
import Observation
import Pericard
import PericardTestWorld
import PericardTesting
import Testing

@testable import AppModel

/// A clinic that says whether it takes messages, or nothing.
@MainActor @Observable
private final class Desk {
  var takesMessages = false
  var failure: PericardError?
  private(set) var asked = 0
  var now = Date(timeIntervalSince1970: 1_700_000_000)

  func answer() throws -> PortalCapabilities {
    asked += 1
    if let failure { throw failure }
    return PortalCapabilities(
      issuer: "https://portal.example", browserSignIn: true, nativeSignIn: true, pushedRequests: true,
      boundTokens: true, signedIdentity: true, registration: false, twoFactor: true, pages: [],
      features: [
        FeatureCapability(
          feature: .messages, readable: true, sendable: takesMessages, sendsExactlyOnce: takesMessages)
      ], revocation: true, fhirVersion: "4.0.1", software: nil)
  }
}

/// What a clinic offers may change while the app runs.
@MainActor @Suite struct OffersTests {
  private func clinic(_ desk: Desk) -> FakeClinic {
    FakeClinic(ask: { _ in try desk.answer() }, now: { desk.now })
  }

  @Test func anAnswerIsTakenForAQuarterOfAnHour() async throws {
    let desk = Desk()
    let clinic = clinic(desk)
    let inbox = clinic.inbox()
    clinic.account.askClinic()
    try await until("what it offers") { !inbox.state.canWrite }
    desk.takesMessages = true
    desk.now += 899
    clinic.account.askClinic()
    #expect(desk.asked == 1 && !inbox.state.canWrite)
    desk.now += 1
    clinic.account.askClinic()
    // One question at a time.
    clinic.account.askClinic(person: true)
    try await until("that it takes messages") { inbox.state.canWrite }
    #expect(desk.asked == 2)
    // A clock that was set back does not keep what is old.
    desk.takesMessages = false
    desk.now -= 86_400
    clinic.account.askClinic()
    try await until("that it takes none") { !inbox.state.canWrite }
  }

  @Test func thePersonWhoPullsWantsToKnowIt() async throws {
    let desk = Desk()
    let clinic = clinic(desk)
    let inbox = clinic.inbox()
    clinic.account.askClinic()
    try await until("what it offers") { !inbox.state.canWrite }
    desk.takesMessages = true
    clinic.account.sync()
    await clinic.account.synced()
    #expect(desk.asked == 1)
    await inbox.refresh()
    try await until("that it takes messages") { inbox.state.canWrite }
    #expect(desk.asked == 2)
  }

  @Test func whatIsKnownStaysWhereTheClinicDoesNotAnswer() async throws {
    let desk = Desk()
    let clinic = clinic(desk)
    let inbox = clinic.inbox()
    clinic.account.askClinic()
    try await until("what it offers") { !inbox.state.canWrite }
    desk.failure = .offline
    desk.now += 3_600
    clinic.account.askClinic()
    try await until("the question") { desk.asked == 2 }
    #expect(!inbox.state.canWrite)
    // What was not answered is asked again.
    desk.failure = nil
    desk.takesMessages = true
    for _ in 0..<1_000 where desk.asked == 2 {
      clinic.account.askClinic()
      await Task.yield()
    }
    try await until("that it takes messages") { inbox.state.canWrite }
  }

  @Test func aClinicThatBeginsToTakeMessagesIsNoticed() async throws {
    let stage = try await Stage(
      #"{"people":{"ana":{"threads":2,"messages":6,"totp":false}},"faults":[{"fault":"lacks","as":"sending"}]}"#)
    try await stage.signInWithCode()
    let inbox = try stage.inbox
    // Known from the sign-in.
    #expect(!inbox.state.canWrite)
    _ = try await stage.world.portal(command: #"{"fault":"none"}"#)
    await stage.app.enterBackground()
    stage.later = 900
    await stage.app.enterForeground()
    try await until("that it takes messages") { inbox.state.canWrite }

    _ = try await stage.world.portal(command: #"{"fault":"lacks","as":"sending"}"#)
    await inbox.refresh()
    try await until("that it takes none") { !inbox.state.canWrite }

    _ = try await stage.world.portal(command: #"{"fault":"none"}"#)
    stage.app.go(.clinic(try stage.account.id))
    guard case .clinic(let page) = stage.app.path.last else { throw Broken(what: "no clinic is open") }
    #expect(page.state?.canWrite == false)
    try await until("that it takes messages") { page.state?.canWrite == true }
    #expect(inbox.state.canWrite)
    try await stage.end()
  }
}
