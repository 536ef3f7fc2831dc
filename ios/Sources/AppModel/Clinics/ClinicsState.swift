public import Foundation
public import Pericard

/// Every account on this phone; none is hidden because another fails.
public struct ClinicsState: Hashable, Sendable, Unprinted {
  public var accounts: [AccountCard] = []
}

public struct AccountCard: Hashable, Sendable, Identifiable, Unprinted {
  public var id: AccountID
  public var clinic: Clinic
  /// Which of several accounts at this clinic; nothing where it is the only one.
  public var number: Int?
  public var people: [Person]
  public var standing: Standing
}

/// Where an account stands, in the order in which it is told.
public enum Standing: Hashable, Sendable {
  /// Signed in, and when a sync last proved that everything is here; nothing where none has.
  case active(completeAt: Date?)
  /// The clinic asks for a new or a fresher sign-in; the messages stay readable.
  case signIn
  /// Sealed after the clinic ended the session, or answered for another person.
  case signedOut
  /// Sealed because the phone was offline for too long.
  case lease
  case unusable
}

extension Standing {
  init(_ session: SessionState, completeAt: Date?) {
    self =
      switch session {
      case .active: .active(completeAt: completeAt)
      case .stepUp, .signIn: .signIn
      case .signedOut, .sealed(.refused), .sealed(.identityChanged), .sealed(.destroyed): .signedOut
      case .sealed(.lease): .lease
      case .locked, .unusable: .unusable
      }
  }

  var needsSignIn: Bool {
    switch self {
    case .signIn, .signedOut: true
    case .active, .lease, .unusable: false
    }
  }
}

/// What a clinic offers, as plain yes and no.
public struct ClinicPageState: Hashable, Sendable {
  public var clinic: Clinic
  public var canRead: Bool
  public var canWrite: Bool
  /// A message arrives once even if the answer is lost.
  public var sendsOnce: Bool
  public var secondStep: Bool
  /// Sign-in on the app's own screens, by the maker's configuration.
  public var native: Bool
  public var provesWho: Bool
  public var tiedToPhone: Bool
  public var revokes: Bool
  /// It has a page for the account.
  public var accountPage: Bool
}

extension ClinicPageState {
  init(_ clinic: Clinic, _ can: PortalCapabilities) {
    let messages = can.features.first { $0.feature == .messages }
    self.init(
      clinic: clinic, canRead: messages?.readable ?? false, canWrite: messages?.sendable ?? false,
      sendsOnce: messages?.sendsExactlyOnce ?? false, secondStep: can.twoFactor, native: can.nativeSignIn,
      provesWho: can.signedIdentity, tiedToPhone: can.boundTokens, revokes: can.revocation,
      accountPage: can.pages.contains(.account))
  }
}

/// Everybody whose messages are on this phone, by clinic.
public struct PeopleState: Hashable, Sendable, Unprinted {
  public var owners: [Owner]
  public var chosen: Owner.ID?
}
