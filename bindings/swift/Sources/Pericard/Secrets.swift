import Foundation

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#endif

/// Text as bytes of its own, which are overwritten when the last reference to them is gone.
func wiped(_ text: String) -> Data {
  var text = text
  return text.withUTF8 { bytes in
    guard let from = bytes.baseAddress, !bytes.isEmpty else { return Data() }
    let copy = UnsafeMutableRawPointer.allocate(byteCount: bytes.count, alignment: 1)
    copy.copyMemory(from: from, byteCount: bytes.count)
    return Data(
      bytesNoCopy: copy, count: bytes.count,
      deallocator: .custom {
        wipe($0, $1); $0.deallocate()
      })
  }
}

/// Overwrites memory, which no optimizer may leave out.
private func wipe(_ memory: UnsafeMutableRawPointer, _ count: Int) {
  #if canImport(Darwin)
    _ = memset_s(memory, count, 0, count)
  #else
    explicit_bzero(memory, count)
  #endif
}

extension SignIn {
  /// Submits user name and password. Neither is stored. The core's copies of the password and the one made here are
  /// wiped; the text itself is the app's, so keep it no longer than needed.
  ///
  /// Fails with ``PericardError/wrongPassword(attemptsLeft:)``, ``PericardError/rateLimited(retryAfter:)`` (then
  /// ``SignIn/step()`` is ``SignInStep/wait(until:)``), ``PericardError/invalidInput(field:problem:)`` (`user`, `password`:
  /// ``InputProblem/empty``, ``InputProblem/tooLong``), ``PericardError/offline``,
  /// ``PericardError/portal(problem:status:)``. The question stays.
  public func password(user: String, password: String) async throws -> SignInStep {
    let bytes = wiped(password)
    return try await calling { [core] in
      try await core.password(user: user, password: bytes).fromCore()
    }
  }
}
