import Foundation

extension String {
  var trimmed: String { trimmingCharacters(in: .whitespacesAndNewlines) }

  /// Whether `part` is in it, case and accents aside.
  func has(_ part: String) -> Bool {
    range(of: part, options: [.caseInsensitive, .diacriticInsensitive]) != nil
  }
}
