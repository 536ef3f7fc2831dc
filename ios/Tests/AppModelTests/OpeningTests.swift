import Foundation
import Pericard
import PericardTestWorld
import Testing

@testable import AppModel

/// What is on the phone may not open.
@MainActor @Suite struct OpeningTests {
  @Test func whatCannotBeOpenedIsRemovedOnceHoweverOftenItIsSaid() async throws {
    let world = try await TestWorld.start(portal: #"{"people":{"ana":{"threads":3,"messages":12,"totp":false}}}"#)
    let keystore = world.ownKeystore
    var removed = 0
    let surroundings = PatientApp.Surroundings(
      open: {
        await Task.yield()
        if removed == 0 { throw PericardError.storage(kind: .wrongKey) }
        return try await world.open(keystore)
      },
      erase: {
        await Task.yield()
        removed += 1
      },
      preferences: MapPreferences(), browser: WorldBrowser(world, who: "ana"), biometricKeys: FakeBiometricKeys(),
      documents: TestPlace(),
      errand: { _ in })
    let app = PatientApp(
      surroundings, clinics: ClinicDirectory([], redirect: world.appPortal.redirect), version: "1.0")
    await app.start()
    guard case .failed(_, canBeginAnew: true) = app.phase else {
      Issue.record("\(app.phase)")
      return
    }
    async let once: Void = app.beginAnew()
    async let again: Void = app.beginAnew()
    _ = await (once, again)
    #expect(removed == 1 && app.phase == .ready)
    await app.beginAnew()
    #expect(removed == 1 && app.phase == .ready)
    try await app.client?.shutDown()
  }
}
