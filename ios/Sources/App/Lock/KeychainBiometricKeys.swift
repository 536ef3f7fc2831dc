import AppModel
import Foundation
import LocalAuthentication
import Security

/// A keychain item that the system gives out for the finger or face that it knew when the item was made, and for no other.
@MainActor
final class KeychainBiometricKeys: BiometricKeys {
  private nonisolated static let query: [CFString: Any] = [
    kSecClass: kSecClassGenericPassword, kSecAttrService: "dev.pericard.app.biometry", kSecAttrAccount: "keys",
    kSecUseDataProtectionKeychain: true,
  ]

  var biometry: Biometry {
    let context = LAContext()
    var error: NSError?
    let isReady = context.canEvaluatePolicy(.deviceOwnerAuthenticationWithBiometrics, error: &error)
    let kind: BiometryKind
    switch context.biometryType {
    case .faceID: kind = .faceID
    case .touchID: kind = .touchID
    case .opticID: kind = .opticID
    case .none: return .none
    @unknown default: return .none
    }
    if isReady { return .ready(kind) }
    return switch error.map({ LAError(_nsError: $0).code }) {
    // What is kept stays: the phone's own code ends it.
    case .biometryLockout: .ready(kind)
    case .biometryNotEnrolled: .notEnrolled(kind)
    default: .none
    }
  }

  /// Whether there is one is told without asking the person.
  var isKept: Bool {
    let context = LAContext()
    context.interactionNotAllowed = true
    let silently = Self.query.merging([kSecUseAuthenticationContext: context]) { $1 }
    let status = SecItemCopyMatching(silently as CFDictionary, nil)
    return status == errSecSuccess || status == errSecInteractionNotAllowed
  }

  func keep(_ secret: Data) async -> Recognition {
    forget()
    guard
      let access = SecAccessControlCreateWithFlags(
        nil, kSecAttrAccessibleWhenPasscodeSetThisDeviceOnly, .biometryCurrentSet, nil)
    else { return .unavailable }
    // Making it asks nobody, so the person is asked before.
    let context = LAContext()
    context.localizedFallbackTitle = ""
    do {
      try await context.evaluatePolicy(.deviceOwnerAuthenticationWithBiometrics, localizedReason: Words.lockReason)
    } catch {
      return Recognition(error)
    }
    let item: [CFString: Any] = [kSecAttrAccessControl: access, kSecValueData: secret]
    let status = SecItemAdd(Self.query.merging(item) { $1 } as CFDictionary, nil)
    return status == errSecSuccess ? .known(secret) : .unavailable
  }

  func ask() async -> Recognition {
    let context = LAContext()
    context.localizedFallbackTitle = ""
    context.localizedCancelTitle = Words.lockUsePin
    context.localizedReason = Words.lockReason
    do {
      try await context.evaluatePolicy(.deviceOwnerAuthenticationWithBiometrics, localizedReason: Words.lockReason)
    } catch {
      return Recognition(error)
    }
    var found: CFTypeRef?
    let asked: [CFString: Any] = [kSecReturnData: true, kSecUseAuthenticationContext: context]
    switch SecItemCopyMatching(Self.query.merging(asked) { $1 } as CFDictionary, &found) {
    case errSecSuccess: return (found as? Data).map { .known($0) } ?? .lost
    // The system removes it with the fingers or faces that it was made for.
    case errSecItemNotFound: return .lost
    case errSecUserCanceled: return .cancelled
    case errSecAuthFailed: return .notRecognized
    default: return .unavailable
    }
  }

  func forget() {
    SecItemDelete(Self.query as CFDictionary)
  }
}

extension Recognition {
  /// Why the system did not recognize the person.
  fileprivate init(_ error: any Error) {
    switch (error as? LAError)?.code {
    case .userCancel, .appCancel, .systemCancel, .userFallback: self = .cancelled
    case .authenticationFailed: self = .notRecognized
    case .biometryLockout: self = .lockedOut
    case .biometryNotEnrolled, .passcodeNotSet: self = .lost
    default: self = .unavailable
    }
  }
}
