import Foundation

/// Writes what an app's own code threw to the developer's log.
///
/// The core is only told that something unexpected happened: its errors carry no text that it did not write.
func logUnexpected(_ error: any Error, from place: String) {
  // As one argument: a percent sign in it would be read as another.
  let text = "Pericard: \(place) threw \(String(reflecting: error))".replacingOccurrences(of: "%", with: "%%")
  NSLog("\(text)")
}
