import Foundation
import Observation
import Pericard

/// Shows what is to be set up, or the codes that are shown once, as a sign-in does; one that took too long begins anew.
typealias ShowEnrolment =
  @MainActor (
    any SignInAttempt, _ again: @escaping @MainActor () async throws -> any SignInAttempt
  ) -> Void

/// The second step of an account. Each deed needs a fresh sign-in: one that lacks it waits, and is done after that.
@MainActor @Observable
public final class SecondStepModel: SecondStepEvents {
  public private(set) var state: SecondStepPageState

  @ObservationIgnored let account: AccountModel
  @ObservationIgnored private let navigate: Navigate
  @ObservationIgnored private let shows: ShowEnrolment
  @ObservationIgnored let jobs = Jobs()

  init(_ account: AccountModel, navigate: @escaping Navigate, shows: @escaping ShowEnrolment) {
    self.account = account
    self.navigate = navigate
    self.shows = shows
    state = SecondStepPageState(clinic: account.clinic)
    look()
  }

  func look() {
    jobs.replace("look") { [weak self, account] in
      do {
        let step = try await account.secondStep()
        self?.state.step = step
      } catch {
        self?.failed(error)
      }
    }
  }

  private func failed(_ error: any Error) {
    (state.busy, state.problem) = (false, Problem(error))
  }

  func close() { jobs.close() }

  func settled() async { await jobs.settled() }

  private func does(_ deed: SecondStepDeed) {
    if state.busy { return }
    (state.busy, state.turningOff, state.asking, state.problem) = (true, false, nil, nil)
    jobs.start { [weak self, account] in
      do {
        switch deed {
        case .setUp:
          let enrolment = try await Enrolment.begin(of: account.account)
          self?.show(enrolment)
        case .newCodes:
          let codes = try await account.account.twoFactor.newRecoveryCodes()
          self?.show(Enrolment(account.account, showing: codes))
        case .turnOff: try await account.account.twoFactor.disable()
        }
        self?.state.busy = false
        self?.look()
      } catch PericardError.stepUpRequired {
        self?.state.busy = false
        self?.state.asking = deed
      } catch {
        self?.failed(error)
      }
    }
  }

  private func show(_ enrolment: Enrolment) {
    shows(enrolment) { [account] in try await Enrolment.begin(of: account.account) }
  }

  func steppedUp() {
    if let deed = state.asking { does(deed) }
  }

  public func setUp() { does(.setUp) }

  public func newCodes() { does(.newCodes) }

  public func turnOff() { does(.turnOff) }

  public func askToTurnOff() { state.turningOff = true }

  public func keepOn() { state.turningOff = false }

  public func signInAgain() { navigate(.stepUp(account.id)) }

  public func lookAgain() {
    state.problem = nil
    look()
  }
}

extension AccountModel {
  /// Where the second step stands at the clinic.
  func secondStep() async throws -> SecondStepState {
    let status = try await account.twoFactor.status()
    return SecondStepState(on: status.enrolled, codesLeft: status.recoveryCodesLeft)
  }
}
