import Foundation
import Pericard
import PericardTestWorld
import Testing

@testable import AppModel

/// The inbox and its conversations, over the real core and the reference portal.
@MainActor @Suite struct CorrespondenceTests {
  private let plain = #"{"people":{"ana":{"threads":3,"messages":12,"totp":false}}}"#

  @Test func whatIsSearchedIsFoundAsOneTypes() async throws {
    let stage = try await Stage(plain)
    try await stage.signInWithCode()
    let inbox = try stage.inbox
    try await until("the rows") { !inbox.state.rows.isEmpty }
    let word = try #require(inbox.state.rows[0].preview.split(separator: " ").map(String.init).first { $0.count > 4 })
    for length in 1...word.count { inbox.search(String(word.prefix(length))) }
    try await until("the hits") { !inbox.state.hits.isEmpty }
    #expect(inbox.state.hits.allSatisfy { $0.snippet.contains(where: \.hit) })
    inbox.open(inbox.state.hits[0])
    guard case .thread(let thread) = stage.app.path.last else {
      Issue.record("no thread is open")
      return
    }
    try await until("the message") { thread.state.messages.contains { $0.id == thread.state.focus } }
    try await stage.end()
  }

  @Test func aMessageIsSentAndOneComes() async throws {
    let stage = try await Stage(plain)
    try await stage.signInWithCode()
    let inbox = try stage.inbox
    try await until("the rows") { !inbox.state.rows.isEmpty }
    let row = inbox.state.rows[0]
    inbox.open(row)
    guard case .thread(let thread) = stage.app.path.last else {
      Issue.record("no thread is open")
      return
    }
    let text = "Thank you, I will be there."
    thread.write(text)
    thread.send()
    try await until("sent") { thread.state.messages.first { $0.text == text }?.delivery == .sent }
    #expect(try await stage.world.portalMessages(text: text) == 1)

    stage.app.closeAll()
    _ = try await stage.world.portal(
      command: #"{"new_message":{"who":"ana","thread":1,"text":"Please come on Monday."}}"#)
    try await stage.sync()
    try await until("the news") { inbox.unread == 1 }
    try await stage.end()
  }

  @Test func whatIsWrittenOfflineGoesOutOnce() async throws {
    let stage = try await Stage(plain)
    try await stage.signInWithCode()
    stage.world.network(state: .down)
    stage.app.go(.compose(nil))
    guard case .compose(let compose) = stage.app.path.last else {
      Issue.record("no new message is open")
      return
    }
    await compose.settled()
    if !compose.state.mayOmitRecipient {
      compose.chooseRecipients()
      compose.toggleRecipient(try #require(compose.state.choosing?.all.first).id)
      compose.stopChoosing()
    }
    compose.subject("A question")
    compose.text("May I swim in the sea?")
    compose.send()
    try await until("its thread") { if case .thread = stage.app.path.last { true } else { false } }
    let inbox = try stage.inbox
    try await until("the row") { inbox.state.rows.first?.mark == .waiting }
    try await stage.account.synced()
    stage.world.network(state: .up)
    try await stage.sync()
    try await until("sent") { !inbox.state.rows.contains { $0.mark == .waiting } }
    #expect(try await stage.world.portalMessages(text: "May I swim in the sea?") == 1)
    try await stage.end()
  }

  @Test func aSessionThatTheClinicEndedSealsAndTheSamePersonReopens() async throws {
    let stage = try await Stage(plain)
    try await stage.signInWithCode()
    let inbox = try stage.inbox
    try await until("the rows") { inbox.state.rows.count == 3 }
    inbox.open(inbox.state.rows[0])
    _ = try await stage.world.portal(command: #"{"revoke":"ana"}"#)
    try await stage.sync()
    try await until("sealed") { inbox.state.body == .closed(.refused) }
    try await until("no open conversation") { stage.app.path.isEmpty }
    stage.app.go(.clinics)
    guard case .clinics(let clinics) = stage.app.path.last else {
      Issue.record("no list of clinics is open")
      return
    }
    #expect(clinics.state.accounts.map(\.standing) == [.signedOut])
    inbox.signInAgain()
    try await until("a sign-in") { stage.signIn != nil }
    let signIn = try #require(stage.signIn)
    await signIn.settled()
    try await stage.password(signIn)
    try await until("the inbox again") { stage.app.path.isEmpty && stage.app.home?.inbox.state.rows.count == 3 }
    try await stage.end()
  }

  @Test func twoAccountsAtOneClinicAreToldApart() async throws {
    let stage = try await Stage(
      #"{"people":{"ana":{"threads":2,"messages":4,"totp":false},"ben":{"threads":1,"messages":3,"totp":false}}}"#)
    try await stage.signInWithCode()
    let ana = try stage.inbox.state.owner
    #expect(ana.number == nil)
    stage.app.go(.addClinic)
    guard case .welcome(let welcome) = stage.app.path.last else {
      Issue.record("no clinic can be added")
      return
    }
    welcome.choose(try #require(welcome.state.places.first?.id))
    try await until("a sign-in") { stage.signIn != nil }
    let signIn = try #require(stage.signIn)
    await signIn.settled()
    signIn.password(
      userName: try stage.world.user(who: "ben"), password: try stage.world.typed(by: "ben", right: true))
    try await until("the other inbox") { stage.app.path.isEmpty && stage.app.home?.inbox.owner.id != ana.id }
    #expect(try stage.inbox.state.owner.number == 2)
    stage.app.go(.people)
    let owners = try #require(stage.app.people?.state.rows).map(\.owner)
    #expect(owners.map(\.number) == [1, 2] && owners.map(\.person.color) == [0, 1])
    #expect(Set(owners.map(\.name)).count == 2)
    stage.app.go(.clinics)
    guard case .clinics(let clinics) = stage.app.path.last else { return }
    #expect(clinics.state.accounts.map(\.number) == [1, 2])
    let ben = try #require(stage.app.accounts.last)
    try await ben.account.signOut()
    try await until("only one") { stage.app.accounts.count == 1 }
    #expect(try stage.inbox.state.owner.number == nil)
    try await stage.end()
  }

  @Test func somebodyElsesRecordStopsUpdatesAndTheCacheStays() async throws {
    let stage = try await Stage(
      #"{"people":{"ana":{"threads":3,"messages":12,"totp":false},"ben":{"threads":1,"messages":3}}}"#)
    try await stage.signInWithCode()
    let inbox = try stage.inbox
    try await until("the rows") { inbox.state.rows.count == 3 }
    _ = try await stage.world.portal(command: #"{"fault":"leak_other_patient","when":"always"}"#)
    try await stage.sync()
    try await until("the banner") { if case .stopped = inbox.state.banner { true } else { false } }
    #expect(inbox.state.rows.count == 3)
    inbox.openNotice(try #require(inbox.state.banner))
    try await until("the notice") { if case .notice = stage.app.path.last { true } else { false } }
    guard case .notice(let notice) = stage.app.path.last else { return }
    notice.copyReport()
    guard case .copy(let report, sensitive: false) = stage.errands.last else {
      Issue.record("no report was copied")
      return
    }
    #expect(report.contains("messages, Pericard 1.0"))
    #expect(stage.app.home?.you.state.newNotices == 1)
    try await stage.end()
  }

  @Test func aFileIsFetchedAndLookedAt() async throws {
    let stage = try await Stage(plain)
    try await stage.signInWithCode()
    _ = try await stage.world.portal(
      command: #"{"new_message":{"who":"ana","thread":0,"text":"Your report is here","file":{"bytes":3000}}}"#)
    try await stage.sync()
    let inbox = try stage.inbox
    try await until("the message") { inbox.unread == 1 }
    let row = try #require(inbox.state.rows.first { $0.unread == 1 })
    inbox.open(row)
    guard case .thread(let thread) = stage.app.path.last else {
      Issue.record("no thread is open")
      return
    }
    try await until("the file") { thread.state.messages.contains { !$0.files.isEmpty } }
    let file = try #require(thread.state.messages.flatMap(\.files).first)
    #expect(file.place == .remote(received: 0))
    thread.download(file.id)
    try await until("it is here") { thread.state.messages.flatMap(\.files).first?.place == .stored }
    stage.world.network(state: .down)
    thread.openFile(file.id)
    try await until("the preview") { thread.preview != nil }
    #expect(thread.preview?.bytes.count == 3000)
    try await stage.end()
  }

  @Test func whatLeavesAnAccountLeavesTheScreens() async throws {
    let stage = try await Stage(plain)
    try await stage.signInWithCode()
    stage.world.network(state: .down)
    let inbox = try stage.inbox
    try await until("the rows") { inbox.state.rows.count == 3 }
    inbox.open(inbox.state.rows[0])
    guard case .thread(let thread) = stage.app.path.last else {
      Issue.record("no thread is open")
      return
    }
    thread.write("Not gone yet")
    thread.send()
    try await until("queued") { thread.state.messages.first?.delivery == .queued }
    stage.app.go(.clinic(try stage.account.id))
    guard case .clinic(let clinic) = stage.app.path.last else {
      Issue.record("no clinic is open")
      return
    }
    clinic.signOut()
    guard case .leaving(let leaving) = stage.app.path.last else { throw Broken(what: "nothing says what goes") }
    try await until("what waits") { leaving.state.waiting == .counted(unsent: 1, drafts: 0) }
    leaving.stay()
    #expect(stage.app.path.last == .clinic(clinic))
    clinic.signOut()
    guard case .leaving(let again) = stage.app.path.last else { throw Broken(what: "nothing says what goes") }
    try await until("what waits") { again.state.canGo }
    again.go()
    try await until("the welcome") { stage.app.home == nil && stage.app.welcome != nil && stage.app.path.isEmpty }
    #expect(stage.app.accounts.isEmpty)
    try await stage.end()
  }
}
