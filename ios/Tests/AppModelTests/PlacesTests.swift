import Foundation
import Pericard
import PericardTestWorld
import PericardTesting
import Testing

@testable import AppModel

/// Where the person was, over the app's death: with an account in memory, and over the real core.
@MainActor @Suite struct PlacesTests {
  private let plain = #"{"people":{"ana":{"threads":3,"messages":12,"totp":false}}}"#

  private func letters(_ count: Int, _ subject: (Int) -> String) -> FakeMessages {
    let start = Date(timeIntervalSince1970: 1_700_000_000)
    return FakeMessages(
      (0..<count).map {
        FakeLetter(subject($0), from: "Lab", "Text \($0)", at: start.addingTimeInterval(Double($0)))
      })
  }

  @Test func aPlaceIsTextAndBack() {
    let places: [ScreenPlace] = [
      .messages, .you, .rows(100), .thread(ThreadID(rawValue: "t"), from: nil),
      .thread(ThreadID(rawValue: "t"), from: MessageID(rawValue: "m")), .compose(nil),
      .compose(DraftID(rawValue: "d")), .clinic(AccountID(rawValue: "a")), .clinics, .notices, .privacy, .accessLog,
      .settings, .help,
    ]
    #expect(places.map { ScreenPlace($0.text) } == places)
    #expect(
      places.map(\.text) == [
        "Messages", "You", "rows 100", "thread t", "thread t\tm", "compose ", "compose d", "clinic a", "Clinics",
        "Notices", "Privacy", "AccessLog", "Settings", "Help",
      ])
    for other in ["", "orbit 7", "rows", "rows many", "thread", "thread ", "Settings now", "settings"] {
      #expect(ScreenPlace(other) == nil, "\(other)")
    }
  }

  @Test func aConversationOpensWhereItWasRead() async throws {
    let clinic = FakeClinic(letters(120) { _ in "Diary" })
    let thread = try clinic.thread("Diary")
    try await until("a page") { thread.state.messages.count == 50 }
    thread.older()
    try await until("two pages") { thread.state.messages.count == 100 }
    let read = thread.state.messages[80].id
    thread.shownFrom(read)
    #expect(thread.from == read)

    let again = try clinic.thread("Diary", from: read)
    try await until("the message") { again.state.messages.contains { $0.id == read } }
    #expect(again.state.messages.count == 100)
    // It ends again before anything was drawn.
    #expect(again.state.from == read && again.from == read)
    again.shownFrom(nil)
    #expect(again.state.from == nil && again.from == nil)
  }

  @Test func aMessageThatIsNotThereAnyMoreLeavesTheNewestEnd() async throws {
    let clinic = FakeClinic(letters(120) { _ in "Diary" })
    let thread = try clinic.thread("Diary", from: MessageID(rawValue: "gone"))
    try await until("a page") { !thread.state.messages.isEmpty }
    #expect(thread.state.messages.count == 50)
    #expect(thread.state.from == nil && thread.from == nil)
  }

  @Test func theListIsAsLongAsItWas() async throws {
    let clinic = FakeClinic(letters(120) { "Letter \($0)" })
    let inbox = clinic.inbox()
    try await until("a page") { inbox.state.rows.count == 50 }
    #expect(inbox.place == nil)
    inbox.shown(45)
    try await until("two pages") { inbox.state.rows.count == 100 }
    #expect(inbox.place == .rows(100))
    let again = clinic.inbox()
    await again.reach(100)
    #expect(again.state.rows.count == 100)
    await again.reach(-7)
    #expect(again.place == .rows(100))
  }

  @Test func aDraftHasAPlaceOnceItIsKept() async throws {
    let clinic = FakeClinic()
    let compose = try clinic.compose()
    await compose.settled()
    #expect(compose.draft == nil)
    compose.text("Half a quest")
    await compose.keep()
    let drafts = try await clinic.fake.messages.messages.drafts()
    #expect(compose.draft != nil && compose.draft == drafts.first?.id)
  }

  @Test func thePersonComesBackToWhereTheyWere() async throws {
    let stage = try await Stage(#"{"people":{"ana":{"threads":1,"messages":120,"totp":false}}}"#)
    try await stage.signInWithCode()
    #expect(stage.app.places == [])
    let inbox = try stage.inbox
    try await until("the row") { inbox.state.rows.count == 1 }
    inbox.open(inbox.state.rows[0])
    let thread = try stage.thread
    try await until("a page") { thread.state.messages.count == 50 }
    thread.older()
    try await until("two pages") { thread.state.messages.count == 100 }
    let read = thread.state.messages[70]
    thread.shownFrom(read.id)
    let places = stage.app.places
    #expect(places == ["thread \(thread.id.rawValue)\t\(read.id.rawValue)"])

    try await stage.restart(places: places)
    let again = try stage.thread
    // What is shown first is what was there.
    #expect(again.state.from == read.id && again.state.messages.first { $0.id == read.id } == read)
    #expect(stage.app.places == places)
    stage.app.go(.back)
    #expect(stage.app.places == [] && stage.app.home != nil)
    try await stage.end()
  }

  @Test func eachTabKeepsItsScreensAndTheOneThatWasShownIsShown() async throws {
    let stage = try await Stage(plain)
    try await stage.signInWithCode()
    let inbox = try stage.inbox
    try await until("the rows") { inbox.state.rows.count == 3 }
    inbox.open(inbox.state.rows[0])
    let thread = try stage.thread.id.rawValue
    let account = try stage.account.id
    stage.app.home?.tab = .you
    stage.app.go(.clinics)
    stage.app.go(.clinic(account))
    let places = stage.app.places
    #expect(places == ["thread \(thread)", "You", "Clinics", "clinic \(account.rawValue)"])
    try await stage.restart(places: places)
    #expect(stage.app.places == places && stage.app.home?.tab == .you)
    stage.app.home?.tab = .messages
    let others = stage.app.places
    #expect(others == ["You", "Clinics", "clinic \(account.rawValue)", "Messages", "thread \(thread)"])
    try await stage.restart(places: others)
    #expect(stage.app.places == others && stage.app.home?.tab == .messages)
    try await stage.end()
  }

  @Test func aMessageThatIsBeingWrittenIsThereAgain() async throws {
    let stage = try await Stage(plain)
    try await stage.signInWithCode()
    stage.app.go(.compose(nil))
    guard case .compose(let compose) = stage.app.path.last else { throw Broken(what: "no new message is open") }
    await compose.settled()
    #expect(stage.app.places == ["compose "])
    compose.text("Half a quest")
    await stage.app.enterBackground()
    let places = stage.app.places
    guard let draft = compose.draft else { throw Broken(what: "it has no draft") }
    #expect(places == ["compose \(draft.rawValue)"])
    try await stage.restart(places: places)
    guard case .compose(let again) = stage.app.path.last else { throw Broken(what: "it is not there") }
    #expect(again.state.text == "Half a quest")
    try await stage.end()
  }

  @Test func whatIsNotThereAnyMoreAndWhatAnotherVersionWroteArePassedOver() async throws {
    let stage = try await Stage(plain)
    try await stage.signInWithCode()
    try await stage.restart(places: ["thread no-such", "orbit 7", "rows many", "clinic no-such", "Settings"])
    #expect(stage.app.places == ["Settings"] && stage.app.problem == nil)
    try await stage.end()
  }

  @Test func withoutAnAccountNothingIsComeBackTo() async throws {
    let stage = try await Stage(plain)
    try await stage.restart(places: ["Settings", "compose "])
    #expect(stage.app.allScreens.count == 0 && stage.app.welcome != nil)
    try await stage.signInWithCode()
    await stage.app.enterForeground(places: ["Settings"])
    #expect(stage.app.places == [])
    try await stage.end()
  }

  @Test func aSealedAccountShowsNothingOfIt() async throws {
    let stage = try await Stage(plain)
    try await stage.signInWithCode()
    let inbox = try stage.inbox
    try await until("the rows") { inbox.state.rows.count == 3 }
    inbox.open(inbox.state.rows[0])
    let places = stage.app.places
    #expect(places.count == 1)
    _ = try await stage.world.portal(command: #"{"revoke":"ana"}"#)
    try await stage.sync()
    try await until("sealed") { inbox.state.body == .closed(.refused) }
    try await stage.restart(places: places + ["compose ", "Help"])
    #expect(stage.app.places == ["Help"] && stage.app.problem == nil)
    try await stage.end()
  }

  @Test func whatABackgroundTaskHasOpenedIsComeBackToByTheFirstWindow() async throws {
    let stage = try await Stage(plain)
    try await stage.signInWithCode()
    let inbox = try stage.inbox
    try await until("the rows") { inbox.state.rows.count == 3 }
    inbox.open(inbox.state.rows[0])
    let places = stage.app.places
    try await stage.restartInBackground()
    #expect(stage.app.places == [])
    await stage.app.enterForeground(places: places)
    #expect(places.count == 1 && stage.app.places == places)
    stage.app.go(.back)
    // Once: the window comes and goes, and what was left is left.
    await stage.app.enterBackground()
    await stage.app.enterForeground(places: places)
    #expect(stage.app.places == [])
    try await stage.end()
  }
}
