public import Foundation
import Pericard

/// Why an account's messages cannot be read now. They are kept on this phone in all but the last three cases.
public enum ClosedReason: Hashable, Sendable {
  /// The clinic ended the session: only a new sign-in of the same person opens them.
  case refused
  /// The clinic answered for another person.
  case identityChanged
  /// Not in touch with the clinic for longer than `days` days; reaching it opens them.
  case lease(days: Int, trying: Bool)
  /// The clinic switched messages off, and lets nobody read what is here. Without `since` its decision is no longer on this
  /// phone, and has to be fetched.
  case off(since: Date?, quote: String?, trying: Bool)
  /// The clinic asks for a fresh sign-in before they are read; the problem is what stands in the way of one.
  case stepUp(Problem?)
  /// The keystore or the disk does not do what is needed now.
  case unavailable
  /// What was saved of the clinic cannot be used any more; signing in reads it anew.
  case configuration
  /// The key of the content is gone from the keystore.
  case keyLost
  /// Ten wrong PINs destroyed the copy on this phone.
  case destroyed
  /// The database is damaged.
  case damaged
}

extension ClosedReason {
  /// Nothing for an account that can be read, or for one of its people, whose session is their own.
  @MainActor
  init?(_ account: AccountModel, of person: PersonID? = nil) {
    if let reason = ClosedReason(session: account, of: person) {
      self = reason
    } else if (person.map(account.session(of:)) ?? account.session).isReadable,
      case .off(let notice, cached: false) = account.messages
    {
      self = .off(since: notice.since, quote: notice.text, trying: account.syncing?.asked == true)
    } else {
      return nil
    }
  }

  /// The same without what the policy closes: whatever the account holds is out of sight.
  @MainActor
  init?(session account: AccountModel, of person: PersonID? = nil) {
    switch person.map(account.session(of:)) ?? account.session {
    case .active, .stepUp, .signIn: return nil
    // It is gone from this phone; its screens go with it.
    case .signedOut: return nil
    case .sealed(.refused): self = .refused
    case .sealed(.identityChanged): self = .identityChanged
    case .sealed(.destroyed): self = .destroyed
    // Under the lock nothing is seen of it.
    case .locked: self = .unavailable
    case .sealed(.lease):
      let lease = (try? account.account.portalConfig().lease)?.seconds ?? 0
      self = .lease(days: max(1, Int(lease / 86_400)), trying: account.syncing != nil)
    case .unusable(.keyLost): self = .keyLost
    case .unusable(.damaged): self = .damaged
    case .unusable(.configuration): self = .configuration
    case .unusable(.unavailable): self = .unavailable
    }
  }
}
