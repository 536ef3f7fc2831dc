#if DEBUG
  public import Foundation

  /// A phone that recognizes whom it is told to, for tests and previews.
  @MainActor
  public final class FakeBiometricKeys: BiometricKeys {
    public var biometry: Biometry
    /// What asking ends with in place of recognizing the person.
    public var answer: Recognition?
    /// How often the person was asked.
    public private(set) var asked = 0
    private var secret: Data?

    public init(_ biometry: Biometry = .ready(.faceID)) { self.biometry = biometry }

    public var isKept: Bool { secret != nil }

    public func keep(_ secret: Data) async -> Recognition {
      asked += 1
      if let answer { return answer }
      self.secret = secret
      return .known(secret)
    }

    public func ask() async -> Recognition {
      asked += 1
      return answer ?? secret.map { .known($0) } ?? .lost
    }

    public func forget() { secret = nil }

    /// Another face is known to the phone from here on.
    public func enrolAnother() { secret = nil }
  }
#endif
