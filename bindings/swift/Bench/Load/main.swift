import Foundation

// Runs two programs by turns and tells how long each takes from its start to its end, a line of JSON per turn.

/// Microseconds that a program takes.
func time(of program: String) throws -> Double {
  let process = Process()
  process.executableURL = URL(fileURLWithPath: program)
  process.standardOutput = FileHandle.nullDevice
  let began = DispatchTime.now().uptimeNanoseconds
  try process.run()
  process.waitUntilExit()
  let took = Double(DispatchTime.now().uptimeNanoseconds - began) / 1_000
  guard process.terminationStatus == 0 else { throw CocoaError(.executableLoad) }
  return took
}

let (ours, empty) = (CommandLine.arguments[1], CommandLine.arguments[2])
// The first run of each reads it from disk.
_ = try (time(of: ours), time(of: empty))
for _ in 0..<15 {
  print("{\"first_us\":\(try time(of: ours)),\"bare_first_us\":\(try time(of: empty))}")
}
