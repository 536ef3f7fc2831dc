public import Foundation

extension PericardError: LocalizedError {
  /// What went wrong, as what to do next, in plain English.
  ///
  /// To be shown when the app has no words of its own. It holds nothing about the patient.
  public var errorDescription: String? {
    switch self {
    case .offline:
      "The portal can't be reached. You can still read what's on this device. Try again when you're online."
    case .signInRequired(let reason): reason.words
    case .stepUpRequired: "To continue, please confirm it's you by signing in again."
    case .leaseEnded:
      "This device has been offline for too long. Connect to the internet to read your records again. Nothing was lost."
    case .switchedOff: "Your clinic has switched this off for now. Nothing was deleted, and what you wrote is kept."
    case .updateRequired(let minimum):
      "Your clinic needs version \(minimum) of this app or a newer one. Please update it. You can still read what's on this device."
    case .clockWrong: "The date or time on this device is wrong. Correct it, then try again."
    case .rateLimited(let retryAfter): "Please wait \(words(retryAfter)) before you try again."
    case .wrongPassword(let left): "The user name or password is wrong.\(words(left))"
    case .locked: "This is locked. Unlock it to read your messages."
    case .wrongPin(let left): "That PIN is wrong.\(words(left))"
    case .wrongCode(let left): "That code is wrong or was already used. Enter the next one.\(words(left))"
    case .invalidInput(_, let problem): "This can't be used: \(problem.words)"
    case .notFound: "This item is no longer on this device."
    case .inUse: "The app is already open. Close the other window and try again."
    case .cancelled: "Cancelled. Nothing was lost."
    case .closed: "The app is paused. Reopen it and try again."
    case .portal(let problem, _): problem.words
    case .integrity:
      "The portal sent someone else's record. It was not saved. Updates are paused until the portal sends correct data again."
    case .storage(let kind): kind.words
    case .keystore(let kind): kind.errorDescription
    case .internal(let id): "Something went wrong in the app. Please report the code \(id)."
    }
  }
}

extension KeystoreError: LocalizedError {
  /// What the keystore could not do, as what to do next.
  public var errorDescription: String? {
    switch self {
    case .unavailable: "The app can't reach this device's secure storage right now. Unlock the device and try again."
    case .refused: "This device's secure storage refused access. Allow the app to use it, then try again."
    case .lost:
      "The key to your saved records is no longer on this device, so they can't be read. Sign in again to download them."
    case .doubled:
      "This device's secure storage has two keys for this app. Remove the app, install it again, and sign in."
    case .unexpected: "This device's secure storage failed. Restart the app and try again."
    }
  }
}

extension FileSourceError: LocalizedError {
  /// What could not be read, as what to do next.
  public var errorDescription: String? {
    switch self {
    case .unreadable: "The file can't be read. Choose it again."
    }
  }
}

extension IncompleteReason {
  /// Why there may be more messages than are here, as what it means for the person, in plain English.
  ///
  /// For ``SyncOutcome`` and ``MessagesState``, to be shown when the app has no words of its own.
  public var userMessage: String {
    switch self {
    case .portalSaysSo:
      "There may be more messages at the clinic: its portal says that the list isn't complete. The app will ask again."
    case .pagesMissing:
      "There may be more messages at the clinic: the list from its portal ended early. The app will ask again."
    case .unreadablePage:
      "There may be more messages at the clinic: a part of the list from its portal can't be read. The app will ask again."
    case .manyVanished:
      "Many messages on this device are missing from the clinic's list. Nothing was removed. If you're unsure, ask the clinic."
    case .unanswered:
      "There may be more messages at the clinic: its portal didn't respond for some of them. The app will ask again."
    case .moreToFetch: "There are more messages at the clinic. The next update brings them."
    case .storage:
      "The messages of one person can't be opened on this device right now. The clinic still has them, and the app will try again."
    case .locked: "There may be more messages at the clinic. Unlock this to fetch them."
    case .switchedOff: "The clinic has switched messages off for now. New ones come when they are back on."
    case .signIn:
      "The clinic asks for a new sign-in before it shows one person's new messages. Sign in again to get them."
    case .interrupted:
      "There may be more messages at the clinic: the update was interrupted. The next one continues."
    }
  }
}

extension SignInReason {
  fileprivate var words: String {
    switch self {
    case .signedOut: "You're signed out. Sign in to continue."
    case .revoked: "The portal has ended your session. Sign in again. Messages you wrote are kept."
    case .identityChanged: "The portal responded for a different person. Sign in again. Messages you wrote are kept."
    case .destroyed:
      "The copy on this device was deleted after ten wrong PINs. Sign in to get your messages back."
    case .expired: "Signing in took too long. Please start again."
    case .anotherPerson: "Someone else signed in. Sign in as the same person as before."
    case .interaction:
      "The portal has something to show you first. Sign in again. You can still read what's on this device."
    case .login: "The portal asks you to sign in again. You can still read what's on this device."
    case .consent: "The portal needs your consent. Sign in again to give it. You can still read what's on this device."
    case .accountChoice:
      "The portal needs to know which of your accounts to use. Sign in again. You can still read what's on this device."
    case .secondFactor:
      "The portal asks for your verification code. Sign in again. You can still read what's on this device."
    case .clientUnknown:
      "The portal no longer recognises this app. Sign in again. If that doesn't help, contact the people who make this app."
    case .refused:
      "The portal could not continue your session. Sign in again. You can still read what's on this device."
    }
  }
}

extension InputProblem {
  fileprivate var words: String {
    switch self {
    case .empty: "it is empty."
    case .tooLong: "it is too long. Please shorten it."
    case .tooShort: "a PIN has six digits or more."
    case .tooSimple: "this PIN is too easy to guess. Choose another one."
    case .tooLarge: "the file is too large to send."
    case .tooMany: "there are too many files. Please send fewer."
    case .tooFew: "there are too few keys in the app's configuration."
    case .notDigits: "it has to be digits."
    case .notARecoveryCode: "this is not a recovery code. Enter one exactly as it was given to you."
    case .notAURL: "it is not a web address."
    case .notHTTPS: "the address must begin with https."
    case .notThisSignIn: "the page belongs to a different sign-in. Please start again."
    case .notConfigured: "this portal signs you in with the browser."
    case .notACertificate: "a certificate in the app's configuration is damaged."
    case .unreadable: "it contains characters that can't be used."
    case .notAsked: "the portal is asking for something else now."
    case .sharedRedirect:
      "the app can't tell this portal's sign-in from another portal's. Contact the people who make this app."
    case .wrongState: "it has changed in the meantime. Check its status."
    }
  }
}

extension PortalProblem {
  fileprivate var words: String {
    switch self {
    case .notAPortal:
      "There is no portal at this address, or you need to sign in to this network first."
    case .wrongIssuer: "The portal identifies itself by a different name. Check the address."
    case .insecure: "The portal tried to use an unencrypted connection. The app refused."
    case .invalidAnswer: "The portal's response can't be read. Try again later."
    case .tooLarge: "The portal's response is too large. Try again later."
    case .mismatch: "The file that came is not the one in the message. Nothing was kept. Try again later."
    case .unsupported: "This portal does not support that."
    case .refused: "The portal refused the request."
    case .failing: "The portal is having problems. Try again later."
    case .certificate: "The app can't verify this portal. Don't sign in on this network."
    case .foreignLink: "The portal linked to a different site. The app did not follow the link."
    case .untrustedIdentity: "The portal could not confirm who signed in, so you were not signed in. Try again later."
    case .notFresh:
      "The portal skipped a security check that it requires. Try again. If that doesn't help, set up two-step verification."
    }
  }
}

extension StorageKind {
  fileprivate var words: String {
    switch self {
    case .full: "This device is full. Free up some space and try again."
    case .readOnly: "The app can't write to its folder."
    case .wrongKey: "The saved records belong to a different installation. Sign in again to download them."
    case .damaged: "The saved records are damaged. Sign in again to download them."
    case .notEncrypted: "This version of the app can't encrypt your records, so nothing was saved. Update the app."
    case .newer: "The saved records were made by a newer version. Update the app."
    case .unavailable: "The saved records can't be opened right now. Try again."
    }
  }
}

private func words(_ left: Int?) -> String {
  switch left {
  case nil: ""
  case 0: " You have no attempts left for now."
  case 1: " You have one attempt left."
  case let left?: " You have \(left) attempts left."
  }
}

private func words(_ wait: Duration) -> String {
  let seconds = max(1, Int(wait.toCore().rounded(.up)))
  return switch seconds {
  case 1: "a second"
  case ..<120: "\(seconds) seconds"
  default: "\((seconds + 59) / 60) minutes"
  }
}
