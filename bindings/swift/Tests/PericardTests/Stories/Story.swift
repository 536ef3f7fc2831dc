import Foundation

/// One file of `tests/scenarios`.
struct Story: Sendable {
  let name: String
  let portal: String
  let steps: [[String: Json]]

  /// Crash points are numbered inside the core; only the Rust runner can reach them.
  var killsTheCore: Bool {
    steps.contains { $0["do"] == .text("kill") }
  }

  init(file: URL) throws {
    guard case .object(let json)? = try? JSONDecoder().decode(Json.self, from: Data(contentsOf: file)) else {
      throw Unfit("\(file.lastPathComponent) is no JSON object")
    }
    var keys = Keys(json)
    _ = try keys.textIfThere("$schema")
    name = try keys.text("name")
    guard let portal = try keys.part("portal") else { throw Unfit("`portal` is missing") }
    self.portal = Json.object(portal).description
    steps = try keys.list("steps").map { step in
      guard case .object(let object) = step else { throw Unfit("a step is no object") }
      return object
    }
    try keys.done()
    if steps.isEmpty { throw Unfit("no steps") }
  }

  /// The stories of a folder by their file names, in the order of the alphabet.
  static func folder() -> [URL] {
    let path = ProcessInfo.processInfo.environment["PERICARD_SCENARIOS"] ?? "tests/scenarios"
    let files = try? FileManager.default.contentsOfDirectory(
      at: URL(fileURLWithPath: path, isDirectory: true), includingPropertiesForKeys: nil)
    return (files ?? [])
      .filter { $0.pathExtension == "json" && !$0.lastPathComponent.hasSuffix(".schema.json") }
      .sorted { $0.lastPathComponent < $1.lastPathComponent }
  }
}
