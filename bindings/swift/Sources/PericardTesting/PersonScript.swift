import Foundation
internal import PericardCore

/// How a ``FakePerson`` goes, as its maker scripts it.
final class PersonScript: @unchecked Sendable {
  let id: PericardCore.PersonId
  let patient: String
  let name: String
  let relationship: String?
  let mayWrite: Bool
  let record: RecordScript
  private let lock = NSLock()
  private var state = PericardCore.SessionState.active
  private weak var account: AccountScript?

  init(name: String, record: RecordScript, mayWrite: Bool, relationship: String?) {
    id = "fake-person-\(name)"
    patient = "fake-patient-\(name)"
    self.name = name
    self.relationship = relationship
    self.mayWrite = mayWrite
    self.record = record
  }

  var session: PericardCore.SessionState {
    get { lock.withLock { state } }
    set {
      let account = lock.withLock {
        state = newValue
        return self.account
      }
      account?.tell(PericardCore.ChangeSet(records: [], outbox: false, session: false, features: false, people: true))
    }
  }

  /// They are of this account, or of none.
  func belong(to account: AccountScript?) {
    lock.withLock { self.account = account }
    record.fail(account?.failure)
    record.tell { [weak account] in account?.tell($0) }
  }

  /// As an account in this state shows them; what closes the account closes everybody's.
  func person(of account: PericardCore.SessionState) -> PericardCore.Person {
    let session =
      switch account {
      case .locked, .signedOut, .unusable: account
      case .active, .stepUp, .signIn, .sealed: session
      }
    return PericardCore.Person(id: id, name: name, isSelf: false, session: session, mayWrite: mayWrite)
  }
}
