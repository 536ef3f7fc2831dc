import Foundation

/// What `api.txt` lists, which `cargo xtask api` compares with the sources.
enum Interface {
  /// The calls that the contract is about: the members of the core's objects, and whatever else waits.
  static func calls() throws -> Set<String> {
    let folder = URL(fileURLWithPath: #filePath).appendingPathComponent("../../../..").standardized
    let text = try String(contentsOf: folder.appendingPathComponent("api.txt"), encoding: .utf8)
    // What has a note behind it is for Apple's systems alone, or a fake.
    let lines = text.split(separator: "\n").filter { !$0.contains("  // ") }
    let objects = Set(
      lines.compactMap { line in
        line.wholeMatch(of: /final class (\w+): Sendable/).map { String($0.1) }
      })
    // A function, a property or an initialiser, with what it belongs to; operators have other names.
    let member = /^(?:[a-z@][\w@ ]* )?([A-Z][\w.]*)\.([a-z]\w*)[(:]/
    let members = lines.compactMap { line -> String? in
      guard let (_, owner, name) = line.firstMatch(of: member)?.output, name != "hash" else { return nil }
      return objects.contains(String(owner)) || line.contains(" async ") ? "\(owner).\(name)" : nil
    }
    return Set(members)
  }
}
