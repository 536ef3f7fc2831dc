import Foundation

/// What the keychain is asked, apart from how the system spells it: this much can be tested anywhere.
struct KeychainQuery: Equatable, Sendable {
  /// What a query says.
  enum Field: String, Sendable {
    case itemClass, service, account, accessGroup, accessible, synchronizable, dataProtection, returnsData, limit, value
  }

  /// With what.
  enum Value: Equatable, Sendable {
    case text(String)
    case flag(Bool)
    case bytes(Data)
    case genericPassword
    case afterFirstUnlockOnThisDevice
    case one
  }

  var fields: [Field: Value]

  /// The item of this name, in no cloud.
  init(item name: String, of service: String, accessGroup: String?) {
    fields = [
      .itemClass: .genericPassword, .service: .text(service), .account: .text(name), .synchronizable: .flag(false),
      .dataProtection: .flag(true),
    ]
    if let accessGroup { fields[.accessGroup] = .text(accessGroup) }
  }

  /// Asks for its value.
  var reading: KeychainQuery {
    with([.returnsData: .flag(true), .limit: .one])
  }

  /// What an item is given: its value, readable in the background after the first unlock, on this device alone.
  static func attributes(_ value: Data) -> [Field: Value] {
    [.value: .bytes(value), .accessible: .afterFirstUnlockOnThisDevice]
  }

  /// Adds it with this value.
  func adding(_ value: Data) -> KeychainQuery {
    with(Self.attributes(value))
  }

  private func with(_ more: [Field: Value]) -> KeychainQuery {
    var query = self
    query.fields.merge(more) { $1 }
    return query
  }
}

/// What the keychain answered, by its numbers in `SecBase.h`.
enum KeychainStatus: Equatable, Sendable {
  case done
  case notFound
  case duplicate
  case failed(KeystoreError)

  init(_ status: Int32) {
    self =
      switch status {
      case 0: .done
      case -25_300: .notFound
      case -25_299: .duplicate
      // Before the first unlock, or with no interface to ask in; no keychain; not yet decodable.
      case -25_308, -25_291, -25_307, -26_275: .failed(.unavailable)
      // Refused by the person, by the system, or for want of an entitlement.
      case -128, -25_293, -34_018, -25_243: .failed(.refused)
      default: .failed(.unexpected(detail: "Keychain status \(status)"))
      }
  }
}
