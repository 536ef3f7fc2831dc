import Foundation
import Pericard
import PericardTestWorld
import Testing

@testable import AppModel

/// What the system does to an app.
@MainActor @Suite struct LifecycleTests {
  private let plain = #"{"people":{"ana":{"threads":3,"messages":12,"totp":false}}}"#

  @Test func whatIsTypedSurvivesTheBackground() async throws {
    let stage = try await Stage(plain)
    try await stage.signInWithCode()
    let inbox = try stage.inbox
    try await until("the rows") { inbox.state.rows.count == 3 }
    inbox.open(inbox.state.rows[0])
    guard case .thread(let thread) = stage.app.path.last else {
      Issue.record("no thread is open")
      return
    }
    try await until("the messages") { !thread.state.messages.isEmpty }
    thread.write("Half a sen")
    await stage.app.enterBackground()
    await stage.app.enterForeground()
    #expect(thread.state.draft.kept && thread.state.draft.text == "Half a sen")
    stage.app.closeAll()
    try await until("the draft") { inbox.state.rows.first?.mark == .draft }
    try await stage.end()
  }

  @Test func aBackgroundTaskSaysWhetherThereIsNews() async throws {
    let stage = try await Stage(plain)
    try await stage.signInWithCode()
    await stage.app.enterBackground()
    #expect(await stage.app.syncInBackground(budget: .seconds(20)) == false)
    _ = try await stage.world.portal(command: #"{"new_message":{"who":"ana","thread":1,"text":"Please come."}}"#)
    #expect(await stage.app.syncInBackground(budget: .seconds(20)))
    try await stage.end()
  }

  @Test func aPhoneThatWasOfflineForTooLongOpensWhenItReachesTheClinic() async throws {
    let stage = try await Stage(plain)
    stage.world.setLease(span: 86_400)
    try await stage.restart()
    try await stage.signInWithCode()
    let inbox = try stage.inbox
    try await until("the rows") { inbox.state.rows.count == 3 }
    stage.world.network(state: .down)
    try await stage.world.advance(seconds: 90_000)
    try await stage.sync()
    try await until("closed") { inbox.state.body == .closed(.lease(days: 1, trying: false)) }
    stage.world.network(state: .up)
    inbox.tryNow()
    try await until("the rows again") { inbox.state.rows.count == 3 }
    try await stage.end()
  }
}
