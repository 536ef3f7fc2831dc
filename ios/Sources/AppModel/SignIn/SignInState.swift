public import Foundation
import Pericard

/// A sign-in, at the step that it asks for now.
public struct SignInState: Hashable, Sendable, Unprinted {
  public var clinic: Clinic
  /// As it was typed; stays when the password was wrong.
  public var userName = ""
  public var step: Step
  /// An answer is on its way.
  public var busy = false
  public var problem: Problem?
}

/// What is asked. `attempt` counts the answers: a new number empties the field that was wrong.
public enum Step: Hashable, Sendable, Unprinted {
  case password(Password)
  /// The clinic's own page is open in the browser.
  case browser
  case code(Code)
  case recoveryCode(RecoveryCode)
  case enrol(Enrol)
  case recoveryCodes([String], kept: Bool)
  case wait(Wait)

  public struct Password: Hashable, Sendable {
    public var attempt = 0
    public var wrong: Wrong?
    /// The clinic has a page for a forgotten password.
    public var canReset = false
  }

  public struct Code: Hashable, Sendable {
    public var attempt = 0
    public var wrong: Wrong?
    /// A recovery code is taken instead.
    public var recovery = false
  }

  public struct RecoveryCode: Hashable, Sendable {
    public var attempt = 0
    public var wrong: Wrong?
    public var unreadable = false
  }

  public struct Enrol: Hashable, Sendable, Unprinted {
    public var qr: QrPicture
    /// In base32.
    public var key: String
    /// The `otpauth:` address.
    public var address: String
    public var digits: Int
    public var attempt = 0
    public var wrong: Wrong?
  }

  public struct Wait: Hashable, Sendable {
    public var until: Date
    public var why = WaitReason.wrongTries
    public var remind = false
    /// The clinic has a page for those without codes.
    public var hasHelp = false
  }
}

/// The answer was wrong; how many more are allowed, where the clinic says so.
public struct Wrong: Hashable, Sendable {
  public var attemptsLeft: Int?
}

public enum WaitReason: Hashable, Sendable {
  case wrongTries, busy
}

/// A QR code: its modules row by row, true for dark, without the quiet zone.
public struct QrPicture: Hashable, Sendable, Unprinted {
  public var side: Int
  public var dark: [Bool]
}

extension QrPicture {
  /// Empty for an address that no code can hold; the key stands below it as text.
  init(_ address: String) {
    guard let code = try? QRCode(text: address) else {
      self.init(side: 0, dark: [])
      return
    }
    self.init(side: code.side, dark: code.modules.map { $0 == 1 })
  }
}
