import Pericard
import PericardTestWorld

extension StoryContext {
  /// Begins a sign-in of somebody for `patient`: anew for who is here already, else for whom the portal names.
  func begun(_ account: Account, _ method: SignInMethod, for patient: String) async throws -> SignIn {
    if let known = try known(patient) { return try await account.signInAgain(method: method, person: known) }
    let id = try world.patient(who: patient)
    let found = try await account.findPeople()
    guard found.contains(where: { $0.patient == id }) else { throw Broken("the portal does not name \(patient)") }
    return try await account.addPerson(method: method, patient: id)
  }

  /// Names whom a sign-in has brought.
  func namePeople(_ who: String, _ patient: String?) throws {
    for person in try account().people where !people.values.contains(person.id) {
      guard let name = person.isSelf ? who : patient else { continue }
      people[Pair(who: who, patient: name)] = person.id
    }
  }

  /// The id of a person of the account whose turn it is.
  func known(_ patient: String) throws -> PersonID? {
    let id = people[Pair(who: try person(), patient: patient)]
    return try account().people.map(\.id).first { $0 == id }
  }

  /// The same; a story that names nobody is wrong.
  func knownPerson(_ patient: String) throws -> Person {
    let id = try known(patient)
    guard let found = try account().people.first(where: { $0.id == id }) else { throw Broken("\(patient) is not here") }
    return found
  }

  func actFor(_ keys: inout Keys) async throws {
    let who = try keys.text("who")
    acting = try knownPerson(who).isSelf ? nil : who
    try await number()
  }

  func forgetPerson(_ keys: inout Keys) async throws {
    try await account().forgetPerson(knownPerson(keys.text("who")).id)
    acting = nil
  }

  /// What is expected of the people of an account.
  func expectPeople(_ thing: String, _ keys: inout Keys) async throws {
    switch thing {
    case "people":
      let here = try account().people.map { name(of: $0.id) }
      try sameNames("people", try keys.texts("names"), here)
    case "found_people":
      let found = try await account().findPeople().map { world.who(patient: $0.patient) }
      try sameNames("found people", try keys.texts("names"), found)
    default:
      let person = try knownPerson(keys.text("who"))
      if let session = try keys.textIfThere("session") { try same("session", session, word(person.session)) }
      if let mayWrite = try keys.flagIfThere("may_write") { try same("may write", mayWrite, person.mayWrite) }
    }
  }

  private func name(of id: PersonID) -> String {
    people.first { $0.value == id }?.key.patient ?? "somebody"
  }

  private func sameNames(_ what: String, _ expected: [String], _ found: [String]) throws {
    try same(what, expected.sorted().joined(separator: ", "), found.sorted().joined(separator: ", "))
  }

  /// The state of a session in a word.
  func word(_ state: SessionState) -> String {
    switch state {
    case .signedOut: "signed_out"
    case .active: "active"
    case .stepUp: "step_up"
    case .signIn: "sign_in"
    case .locked: "locked"
    case .sealed: "sealed"
    case .unusable: "unusable"
    }
  }
}
