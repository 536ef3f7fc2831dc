import AppModel
import SwiftUI
import XCTest

@testable import PericardApp

/// Every screen in the states of its previews, drawn in a simulator in the language that the tests run in. The pictures are
/// for people to look at; a screen that draws nothing fails.
@MainActor
final class ScreenTests: XCTestCase {
  override func setUp() async throws {
    continueAfterFailure = true
  }

  func testEveryScreenIsDrawn() async throws {
    let pictures = ProcessInfo.processInfo.environment["PICTURES"].map { URL(filePath: $0) }
    if let pictures { try FileManager.default.createDirectory(at: pictures, withIntermediateDirectories: true) }
    for (name, screen) in screens {
      for look in Look.allCases {
        let picture = try await picture(of: NavigationStack { screen }, look)
        let file = "\(name).\(look).png"
        XCTAssertGreaterThan(try picture.colors(most: 20), 8, file)
        let png = try XCTUnwrap(picture.pngData())
        try pictures.map { try png.write(to: $0.appending(path: file)) }
        let attachment = XCTAttachment(data: png, uniformTypeIdentifier: "public.png")
        attachment.name = file
        attachment.lifetime = .keepAlways
        add(attachment)
      }
    }
  }

  private var screens: [(String, AnyView)] {
    let silent = Silent()
    var all: [(String, AnyView)] = []
    func show(_ name: String, _ screen: some View) { all.append((name, AnyView(screen))) }
    func show<State>(_ name: String, _ states: [State], _ screen: (State) -> some View) {
      for (number, state) in states.enumerated() { show("\(name).\(number + 1)", screen(state)) }
    }

    show("01-welcome", [WelcomeState.sample, .sampleNotAPortal]) { WelcomeScreen(state: $0, events: silent) }
    show("02-clinics", ClinicsScreen(state: .sample, events: silent))
    show("03-clinic", ClinicScreen(clinic: .sample, state: .sample, problem: nil, events: silent))
    show("04-sign-in", SignInState.samples) { SignInScreen(state: $0, events: silent) }
    show("11-lock", AppLock.samples) { LockScreen(over: $0, events: silent) }
    show("13-cover", Cover())
    show("15-inbox", InboxState.samples) { InboxScreen(state: $0, events: silent) }
    show("25-thread", [ThreadState.sample, .sampleDeciding, .sampleStepUp]) { ThreadScreen(state: $0, events: silent) }
    show("29-new-message", [ComposeState.sample, .sampleMissing, .sampleChoosing, .sampleStepUp]) {
      ComposeScreen(state: $0, events: silent)
    }
    show("31-closed", InboxState.closedSamples) { InboxScreen(state: $0, events: silent) }
    show("34-notice", NoticeState.samples) { NoticeScreen(state: $0, events: silent) }
    show("38-people", PeopleSheet(state: .sample, events: silent))
    show("38-adding", AddPersonState.samples) { AddPersonScreen(state: $0, events: silent) }
    let records = SilentRecords()
    show("40-records", RecordsState.samples) { RecordsScreen(state: $0, events: records) }
    show("41-documents", DocumentsScreen(state: .sample, events: records, frame: records))
    show("43-document", DocumentState.samples) { DocumentScreen(state: $0, events: records, frame: records) }
    show("44-labs", LabsScreen(state: .sample, events: records, frame: records))
    show("44b-lab-report", ReportScreen(state: .sample, events: records, frame: records))
    show("45-lab-trend", ResultScreen(state: .sample, events: records, frame: records))
    show("54-you", YouScreen(state: .sample, events: silent))
    show("54-notices", NoticesScreen(state: .sample, events: silent))
    show("54-help", HelpScreen(state: .sample, events: silent))
    show("55-privacy", PrivacyState.samples) { PrivacyScreen(state: $0, events: silent) }
    show("55b-copy", CopyState.samples) { CopyScreen(state: $0, events: silent) }
    show("56-access-log", AccessLogState.samples) { AccessLogScreen(state: $0, events: silent) }
    show("57b-second-step", SecondStepPageState.samples) { SecondStepScreen(state: $0, events: silent) }
    show("58-leaving", LeavingState.samples) { LeavingScreen(state: $0, events: silent) }
    show("57-settings", [SettingsState.sample, .sampleLost, .sampleNotEnrolled]) {
      SettingsScreen(state: $0, events: silent)
    }
    return all
  }
}
