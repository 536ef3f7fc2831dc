public import Foundation
public import Pericard

/// What a sign-in asks and is answered: the core's, or what looks like one.
public protocol SignInAttempt: AnyObject, Sendable {
  func step() throws -> SignInStep
  func password(user: String, password: String) async throws -> SignInStep
  func code(_ code: String) async throws -> SignInStep
  func recoveryCode(_ code: String) async throws -> SignInStep
  func redirected(to address: URL) async throws -> SignInStep
  func finish() async throws -> Account
  func cancel() async throws
}

extension SignIn: SignInAttempt {}
