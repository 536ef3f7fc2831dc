import Observation
import Pericard

/// Whom else the clinic names: a sign-in for one of them, or for whom the clinic's page lets one choose.
@MainActor @Observable
public final class AddPersonModel: AddPersonEvents {
  public private(set) var state: AddPersonState

  @ObservationIgnored let account: AccountModel
  @ObservationIgnored private let navigate: Navigate
  @ObservationIgnored let jobs = Jobs()

  init(_ account: AccountModel, navigate: @escaping Navigate) {
    self.account = account
    self.navigate = navigate
    state = AddPersonState(clinic: account.clinic)
    look()
  }

  func close() { jobs.close() }

  func settled() async { await jobs.settled() }

  public func lookAgain() { look() }

  private func look() {
    state.problem = nil
    jobs.replace("look") { [weak self, account] in
      do {
        let found = try await account.account.findPeople()
        self?.state.found = found.map { FoundRow(id: $0.patient, name: $0.name, relationship: $0.relationship) }
      } catch {
        self?.state.problem = Problem(error)
      }
    }
  }

  public func add(_ row: FoundRow) { navigate(.add(account.id, patient: row.id)) }

  public func chooseThere() { navigate(.add(account.id, patient: nil)) }
}
