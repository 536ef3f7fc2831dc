/// First run, and adding a place: those that the app's maker configured, and how to reach others.
public struct WelcomeState: Hashable, Sendable {
  public var places: [Place]
  /// There is a screen to go back to.
  public var canLeave = false
  public var address = AddressState()
  /// A place that was chosen is being asked.
  public var opening: Clinic.ID?
  /// Why it could not be opened.
  public var problem: Problem?
}

/// A configured place. Only such a place may ask for its password in the app.
public struct Place: Hashable, Sendable, Identifiable {
  public var clinic: Clinic
  public var native: Bool

  public var id: Clinic.ID { clinic.id }
}

/// The field for a web address.
public struct AddressState: Hashable, Sendable {
  public var open = false
  public var text = ""
  public var checking = false
  public var problem: AddressProblem?
}

public enum AddressProblem: Hashable, Sendable {
  case notAPortal, notHttps
  /// The person or the phone does not allow the camera.
  case noCamera
  case other(Problem)
}
