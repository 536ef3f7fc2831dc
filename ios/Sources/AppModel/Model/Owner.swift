public import Pericard

/// Whose messages these are and where: one inbox is one person at one clinic.
public struct Owner: Hashable, Sendable, Identifiable, Unprinted {
  public var account: AccountID
  public var person: Person
  public var clinic: Clinic
  /// Which of several accounts at this clinic; nothing where it is the only one.
  public var number: Int?

  public var id: [String] { [account.rawValue, person.id.rawValue] }

  /// The person's name; the clinic's where it names nobody, or while the account is sealed.
  public var name: String { person.name.isEmpty ? clinic.name : person.name }

  /// For whom one acts here, as they are called; nothing where these are one's own, or the name is not known.
  public var actsFor: String? { person.isSelf || person.name.isEmpty ? nil : person.called }

  /// The number, where the name alone does not say whose this is: nobody is named, or two accounts act for them.
  public var toldApartBy: Int? { person.name.isEmpty || !person.isSelf ? number : nil }
}

/// A person whose records an account holds.
public struct Person: Hashable, Sendable, Identifiable, Unprinted {
  public var id: PersonID
  /// As the clinic gives it; may be empty.
  public var name: String
  public var isSelf = true
  /// The colour that this person has everywhere: 0 for whoever signed in.
  public var color = 0
  /// The clinic lets something be written for them.
  public var canWrite = true
  /// Where their own session stands: one may be closed while others are open.
  public var session = SessionState.active

  public var called: String { String(name.prefix { $0 != " " }) }
}

/// A place where one is a patient, as the app's maker configured it or as it was added.
public struct Clinic: Hashable, Sendable, Identifiable, Unprinted {
  public enum Kind: String, Sendable, Codable, CaseIterable {
    case clinic, pharmacy, laboratory
  }

  /// The base of its portal.
  public var id: String
  public var name: String
  /// The host of its web address.
  public var host: String
  public var kind = Kind.clinic
  /// From the app maker's configuration; nothing for a place that was added.
  public var phone: String?
  /// The number for emergencies where it is.
  public var emergency = "112"
}
