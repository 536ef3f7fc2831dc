public import Foundation

/// What the app keeps beside the core: nothing of it tells anything about the person's health, or who they are.
@MainActor
public protocol Preferences: AnyObject {
  /// The base of the portal of a sign-in that is under way, to go on with it after the app was ended.
  var signingInAt: String? { get set }
  /// The inbox that was shown last.
  var chosen: [String]? { get set }
  var noticesSeenAt: Date? { get set }
  /// What opened the lock by a finger or face is gone, since those that the phone knows have changed.
  var biometryIsLost: Bool { get set }
  /// Those that were opened by themselves.
  var noticesOpened: [String]? { get set }
}
