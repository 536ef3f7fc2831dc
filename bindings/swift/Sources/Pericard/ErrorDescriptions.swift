public import Foundation
public import PericardCore

extension PericardError: LocalizedError {
  /// What went wrong, as what to do next, in plain English.
  ///
  /// To be shown when the app has no words of its own. It holds nothing about the patient.
  public var errorDescription: String? {
    switch self {
    case .Offline:
      "The portal cannot be reached. What you have read stays readable; try again when you are online."
    case .SignInRequired(let reason): reason.words
    case .StepUpRequired: "The portal wants to be sure that it is you. Sign in once more to go on."
    case .LeaseEnded:
      "This device was offline for too long. Connect it to read your records again; nothing was lost."
    case .ClockWrong: "The clock of this device is wrong. Set its date and time, and try again."
    case .RateLimited(let retryAfter): "The portal asks to wait \(words(retryAfter)) before the next try."
    case .WrongPassword(let left): "User name or password is wrong.\(words(left))"
    case .WrongCode(let left): "The code is wrong or was used before. Try the next one.\(words(left))"
    case .InvalidInput(_, let problem): "This cannot be used: \(problem.words)"
    case .NotFound: "This is no longer on this device."
    case .InUse: "The app is already open in another process. Close that one and try again."
    case .Cancelled: "Cancelled. Nothing was lost."
    case .Closed: "The app is resting. Open it again and try once more."
    case .Portal(let problem, _): problem.words
    case .Integrity:
      "The portal delivered a record of somebody else. It was not stored. Loading rests until the portal answers cleanly."
    case .Storage(let kind): kind.words
    case .Keystore(let kind): kind.errorDescription
    case .Internal(let id): "Something is wrong in the app itself. Please report \(id)."
    }
  }
}

extension KeystoreError: LocalizedError {
  /// What the keystore could not do, as what to do next.
  public var errorDescription: String? {
    switch self {
    case .Unavailable: "The device's key store cannot be used now. Unlock the device and try again."
    case .Refused: "The device's key store refused. Allow the app to use it and try again."
    case .Lost:
      "The key to the stored records is gone from this device, so they can no longer be read. Sign in again to load them anew."
    case .Doubled:
      "The device's key store holds the key of this app twice. Remove the app and install it again, then sign in."
    case .Unexpected: "The device's key store failed. Restart the app and try again."
    }
  }
}

extension SignInReason {
  fileprivate var words: String {
    switch self {
    case .signedOut: "You are signed out. Sign in to go on."
    case .revoked: "The portal has ended this session. Sign in again; what you wrote is kept."
    case .identityChanged: "The portal answered for another person. Sign in again; what you wrote is kept."
    case .expired: "Signing in took too long. Start again."
    case .anotherPerson: "Somebody else signed in. Sign in as the same person as before."
    case .interaction: "The portal has something to show you. Sign in again; what you have read stays readable."
    case .login: "The portal asks you to sign in again. What you have read stays readable."
    case .consent: "The portal asks for your consent. Sign in again to give it; what you have read stays readable."
    case .accountChoice:
      "The portal asks which of your accounts you mean. Sign in again; what you have read stays readable."
    case .secondFactor:
      "The portal asks for your second step. Sign in again; what you have read stays readable."
    case .clientUnknown:
      "The portal does not know this app any more. Sign in again; if that does not help, tell the app's makers."
    case .refused: "The portal did not go on with this session. Sign in again; what you have read stays readable."
    }
  }
}

extension InputProblem {
  fileprivate var words: String {
    switch self {
    case .empty: "it is empty."
    case .tooLong: "it is too long. Shorten it."
    case .notDigits: "a code is six to eight digits."
    case .notARecoveryCode: "it is no recovery code. Type one just as you were given it."
    case .notAUrl: "it is not a web address."
    case .notHttps: "the address must begin with https."
    case .notThisSignIn: "the page came back for another sign-in. Start again."
    case .notConfigured: "this portal signs in with the browser."
    case .notACertificate: "a certificate in the app's configuration is damaged."
    case .unreadable: "it holds something that is no text."
    case .notAsked: "the portal asks for something else now."
    case .sharedRedirect: "the app cannot tell this portal's sign-ins from another's. Tell the app's makers."
    case .wrongState: "the message has moved on. Look at its state."
    }
  }
}

extension PortalProblem {
  fileprivate var words: String {
    switch self {
    case .notAPortal:
      "There is no portal at this address, or this network wants you to sign in to it first."
    case .wrongIssuer: "The portal gives itself another name than the one asked. Check the address."
    case .insecure: "The portal wants to go on without encryption. This was refused."
    case .invalidAnswer: "The portal's answer cannot be read. Try again later."
    case .tooLarge: "The portal's answer is too large. Try again later."
    case .unsupported: "This portal cannot do that."
    case .refused: "The portal refused."
    case .failing: "The portal has a problem of its own. Try again later."
    case .certificate: "The portal cannot prove who it is. Do not sign in on this network."
    case .foreignLink: "The portal points somewhere else. This was not followed."
    case .untrustedIdentity: "The portal could not prove who signed in, so nobody was signed in. Try again later."
    case .notFresh:
      "The portal let you in without the check that it wants first. Try again; if that does not help, set up a second step for signing in."
    }
  }
}

extension StorageKind {
  fileprivate var words: String {
    switch self {
    case .full: "The device is full. Free some space and try again."
    case .readOnly: "The app cannot write to its folder."
    case .wrongKey: "The stored records belong to another installation. Sign in again to load them anew."
    case .damaged: "The stored records are damaged. Sign in again to load them anew."
    case .notEncrypted: "This build of the app cannot encrypt. Nothing was stored; update the app."
    case .newer: "The stored records were made by a newer version. Update the app."
    case .unavailable: "The stored records cannot be opened now. Try again."
    }
  }
}

private func words(_ left: UInt32?) -> String {
  switch left {
  case nil: ""
  case 0: " No attempts are left for now."
  case 1: " One attempt is left."
  case let left?: " \(left) attempts are left."
  }
}

private func words(_ wait: TimeInterval) -> String {
  let seconds = max(1, Int(wait.rounded(.up)))
  return switch seconds {
  case 1: "a second"
  case ..<120: "\(seconds) seconds"
  default: "\((seconds + 59) / 60) minutes"
  }
}
