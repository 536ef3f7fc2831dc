#if canImport(Security)
  public import Foundation
  import Security

  /// The keystore of an iPhone or a Mac: the keychain.
  ///
  /// Items can be read after the first unlock, so also in the background, on this device alone: they are in no iCloud
  /// and in no backup that another device could restore. It never prompts. The system keeps items when an app is
  /// removed: an app that finds items but no directory begins anew by `Client.erase(directory:keystore:)`.
  public final class KeychainKeystore: Keystore {
    private let service: String
    private let accessGroup: String?

    /// Items of the service `service`, one per directory; with an access group where an extension of the app is to open
    /// the directory too. One process at a time has a directory open.
    public init(service: String = "dev.pericard", accessGroup: String? = nil) {
      self.service = service
      self.accessGroup = accessGroup
    }

    public func load(name: String) throws -> Data? {
      var found: CFTypeRef?
      switch KeychainStatus(SecItemCopyMatching(dictionary(query(name).reading.fields), &found)) {
      case .done: return found as? Data
      case .notFound: return nil
      case .duplicate: throw KeystoreError.doubled
      case .failed(let error): throw error
      }
    }

    public func store(name: String, value: Data) throws {
      let query = query(name)
      let change = dictionary(KeychainQuery.attributes(value))
      var status = KeychainStatus(SecItemUpdate(dictionary(query.fields), change))
      if status == .notFound { status = KeychainStatus(SecItemAdd(dictionary(query.adding(value).fields), nil)) }
      // Another thread was faster.
      if status == .duplicate { status = KeychainStatus(SecItemUpdate(dictionary(query.fields), change)) }
      try check(status)
    }

    public func delete(name: String) throws {
      let status = KeychainStatus(SecItemDelete(dictionary(query(name).fields)))
      if status != .notFound { try check(status) }
    }

    private func query(_ name: String) -> KeychainQuery {
      KeychainQuery(item: name, of: service, accessGroup: accessGroup)
    }

    private func check(_ status: KeychainStatus) throws {
      switch status {
      case .done: return
      case .notFound: throw KeystoreError.unexpected(detail: "the item is gone")
      case .duplicate: throw KeystoreError.doubled
      case .failed(let error): throw error
      }
    }
  }

  private func dictionary(_ fields: [KeychainQuery.Field: KeychainQuery.Value]) -> CFDictionary {
    var query: [CFString: Any] = [:]
    for (field, value) in fields { query[key(field)] = constant(value) }
    return query as CFDictionary
  }

  private func key(_ field: KeychainQuery.Field) -> CFString {
    switch field {
    case .itemClass: kSecClass
    case .service: kSecAttrService
    case .account: kSecAttrAccount
    case .accessGroup: kSecAttrAccessGroup
    case .accessible: kSecAttrAccessible
    case .synchronizable: kSecAttrSynchronizable
    case .dataProtection: kSecUseDataProtectionKeychain
    case .returnsData: kSecReturnData
    case .limit: kSecMatchLimit
    case .value: kSecValueData
    }
  }

  private func constant(_ value: KeychainQuery.Value) -> Any {
    switch value {
    case .text(let text): text
    case .flag(let flag): flag
    case .bytes(let bytes): bytes
    case .genericPassword: kSecClassGenericPassword
    case .afterFirstUnlockOnThisDevice: kSecAttrAccessibleAfterFirstUnlockThisDeviceOnly
    case .one: kSecMatchLimitOne
    }
  }
#endif
