import Foundation
import Pericard

/// Setting up a second step, or new recovery codes, as the last steps of a sign-in: they look and are answered alike.
final class Enrolment: SignInAttempt {
  private let account: Account
  private let first: SignInStep
  private let id: EnrolmentID?

  static func begin(of account: Account) async throws -> Enrolment {
    let enrolment = try await account.twoFactor.enrol()
    return Enrolment(account, .enrol(totp: enrolment.totp, attemptsLeft: nil), enrolment.id)
  }

  convenience init(_ account: Account, showing codes: [String]) {
    self.init(account, .showRecoveryCodes(codes: codes), nil)
  }

  private init(_ account: Account, _ first: SignInStep, _ id: EnrolmentID?) {
    self.account = account
    self.first = first
    self.id = id
  }

  func step() -> SignInStep { first }

  func code(_ code: String) async throws -> SignInStep {
    guard let id else { throw PericardError.cancelled }
    do {
      return .showRecoveryCodes(codes: try await account.twoFactor.confirm(enrolment: id, code: code))
    } catch PericardError.notFound {
      throw PericardError.signInRequired(reason: .expired)
    }
  }

  func finish() -> Account { account }

  /// What was not confirmed ends by itself, and what was there before stays.
  func cancel() {}

  func password(user: String, password: String) throws -> SignInStep { throw PericardError.cancelled }

  func recoveryCode(_ code: String) throws -> SignInStep { throw PericardError.cancelled }

  func redirected(to address: URL) throws -> SignInStep { throw PericardError.cancelled }
}
