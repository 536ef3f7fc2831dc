import Foundation
import Pericard
import PericardTesting
import Testing

@testable import AppModel

/// The people for whom somebody acts: with an account in memory, then over the real core.
@MainActor @Suite struct PeopleTests {
  private let mia = FakePerson(name: "Mia Novak", messages: .sample(), relationship: "mother")

  private func family(_ others: FakePerson...) -> FakeClinic {
    let clinic = FakeClinic()
    clinic.fake.others = others
    clinic.account.look()
    return clinic
  }

  private func owner(_ person: FakePerson, at clinic: FakeClinic) throws -> Owner {
    try #require(clinic.account.owners.first { $0.person.id == person.id })
  }

  private func inbox(of person: FakePerson, at clinic: FakeClinic) throws -> InboxModel {
    InboxModel(try owner(person, at: clinic), of: clinic.account, navigate: clinic.went.go)
  }

  @Test func eachIsToldWithWhatIsNewAndWhereTheyStand() async throws {
    let clinic = family(mia, FakePerson(name: "Teresa Novak", mayWrite: false))
    let people = PeopleModel({ [clinic.account] }, chosen: clinic.owner.id, navigate: clinic.went.go)
    try await until("what is new") { people.state.rows[0].unread > 0 && people.state.rows[1].unread > 0 }
    #expect(people.state.rows.map(\.owner.name) == ["Ana Novak", "Mia Novak", "Teresa Novak"])
    #expect(people.state.rows.map(\.owner.person.canWrite) == [true, true, false])
    #expect(people.state.rows.map(\.owner.actsFor) == [nil, "Mia", "Teresa"])
    #expect(people.state.canAdd)
    mia.session = .sealed(reason: .refused)
    try await until("that she is signed out") { people.state.rows[1].standing == .signedOut }
    #expect(people.state.rows[0].standing == .active(completeAt: nil))
    clinic.fake.session = .locked
    try await until("that nobody can be added") { !people.state.canAdd }
    people.addPerson()
    people.choose(people.state.rows[0].owner)
    #expect(clinic.went.to == [.addPerson, .inbox(people.state.rows[0].owner)])
  }

  @Test func onePersonsClosedSessionClosesTheirInboxAlone() async throws {
    let clinic = family(mia)
    let (hers, own) = (try inbox(of: mia, at: clinic), clinic.inbox())
    try await until("both") { !hers.state.rows.isEmpty && !own.state.rows.isEmpty }
    mia.session = .sealed(reason: .refused)
    try await until("that hers is closed") { hers.state.body == .closed(.refused) }
    #expect(!own.state.rows.isEmpty && own.state.banner == nil)
    hers.signInAgain()
    #expect(clinic.went.to == [.signInAgain(clinic.account.id, of: hers.owner.person)])
    mia.session = .active
    try await until("hers again") { !hers.state.rows.isEmpty }
  }

  @Test func nothingIsWrittenForWhomOneMayOnlyRead() async throws {
    let teresa = FakePerson(name: "Teresa Novak", mayWrite: false)
    let clinic = family(teresa)
    #expect(clinic.inbox().state.canWrite)
    #expect(try !inbox(of: teresa, at: clinic).state.canWrite)
  }

  @Test func whomTheClinicNamesIsAddedBySignIn() async throws {
    let clinic = family()
    clinic.fake.findable = [mia]
    let adding = AddPersonModel(clinic.account, navigate: clinic.went.go)
    try await until("whom the clinic names") { adding.state.found != nil }
    let row = try #require(adding.state.found?.first)
    #expect((row.name, row.relationship) == ("Mia Novak", "mother"))
    adding.add(row)
    adding.chooseThere()
    let id = clinic.account.id
    #expect(clinic.went.to == [.add(id, patient: mia.patient), .add(id, patient: nil)])
  }

  @Test func aClinicThatDoesNotAnswerIsAskedAgain() async throws {
    let clinic = family()
    clinic.fake.failure = .offline
    let adding = AddPersonModel(clinic.account, navigate: clinic.went.go)
    try await until("that it does not answer") { adding.state.problem == .offline }
    clinic.fake.failure = nil
    adding.lookAgain()
    try await until("that there is nobody") { adding.state.found == [] && adding.state.problem == nil }
  }

  @Test func anAccessThatEndsIsSaidOnceAndOneThatIsRemovedIsNot() async throws {
    let teresa = FakePerson(name: "Teresa Novak")
    let clinic = family(mia, teresa)
    let own = clinic.inbox()
    try await clinic.account.forget(try owner(teresa, at: clinic).person)
    #expect(clinic.account.owners.count == 2 && own.state.banner == nil)
    clinic.fake.others = []
    try await until("the word") { own.state.banner == .accessEnded(name: "Mia Novak") }
    own.knowsOfEnd()
    #expect(own.state.banner == nil)
  }

  private let there =
    #"{"people":{"ana":{"threads":3,"messages":12,"totp":false,"proxy_for":["mia"]},"mia":{"threads":2,"messages":5}}}"#

  private func adds(_ stage: Stage) async throws {
    stage.app.go(.addPerson)
    guard case .addPerson(let adding) = stage.app.path.last else { throw Broken(what: "nobody can be added") }
    try await until("whom the clinic names") { adding.state.found != nil }
    adding.add(try #require(adding.state.found?.first))
    try await until("a sign-in") { stage.signIn != nil }
    let model = try #require(stage.signIn)
    await model.settled()
    try await stage.password(model)
    try await until("hers") { stage.app.home?.inbox.owner.actsFor != nil && stage.app.path.isEmpty }
    try await stage.account.synced()
  }

  @Test func somebodyIsAddedWrittenForAndThereOffline() async throws {
    let stage = try await Stage(there)
    try await stage.signInWithCode()
    try await adds(stage)
    let hers = try stage.inbox
    try await until("her rows") { hers.state.rows.count == 2 }
    hers.open(hers.state.rows[0])
    let thread = try stage.thread
    try await until("the conversation") { !thread.state.messages.isEmpty }
    let text = "For her alone"
    thread.write(text)
    thread.send()
    try await until("sent") { thread.state.messages.first { $0.text == text }?.delivery == .sent }
    let own = try #require(try stage.account.owners.first)
    stage.app.go(.inbox(own))
    let inbox = try stage.inbox
    try await until("one's own") { inbox.state.rows.count == 3 }
    #expect(inbox.state.rows.allSatisfy { $0.preview != text })
    try await stage.restart()
    stage.world.network(state: .down)
    stage.app.go(.inbox(try #require(try stage.account.owners.last)))
    let again = try stage.inbox
    try await until("hers, offline as well") { again.owner.actsFor != nil && again.state.rows.count == 2 }
    try await stage.end()
  }

  @Test func anAccessThatTheClinicEndsLeavesOnesOwn() async throws {
    let stage = try await Stage(there)
    try await stage.signInWithCode()
    try await adds(stage)
    try await stage.tells(#"{"withdraw_proxy":{"of":"ana","for":"mia","how":"ended"}}"#)
    try await stage.world.advance(seconds: 25 * 60 * 60)
    try await stage.sync()
    try await until("one's own") { stage.app.home?.inbox.owner.person.isSelf == true }
    let inbox = try stage.inbox
    try await until("the word") { if case .accessEnded = inbox.state.banner { true } else { false } }
    #expect(try stage.account.owners.count == 1)
    try await stage.end()
  }
}
