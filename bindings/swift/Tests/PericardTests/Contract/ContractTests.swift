import Foundation
import Pericard
import PericardTestWorld
import Testing

/// A keystore that throws what is no error of a keystore once it is broken.
private final class BreakingKeystore: Keystore, @unchecked Sendable {
  private struct Broke: Error {}

  private let whole = MapKeystore()
  private let lock = NSLock()
  private var isBroken = false

  func breakDown() { lock.withLock { isBroken = true } }

  private func check() throws {
    if lock.withLock({ isBroken }) { throw Broke() }
  }

  func load(name: String) throws -> Data? {
    try check()
    return try whole.load(name: name)
  }

  func store(name: String, value: Data) throws {
    try check()
    try whole.store(name: name, value: value)
  }

  func delete(name: String) throws {
    try check()
    try whole.delete(name: name)
  }
}

/// How an account ends, and what its calls say from then on.
enum Departure: CaseIterable {
  case revoked, signedOut, forgotten

  fileprivate func happen(to stage: Stage) async throws {
    switch self {
    case .signedOut: try await stage.account.signOut()
    case .forgotten: try await stage.account.forget()
    case .revoked:
      _ = try await stage.world.portal(command: #"{"revoke":"ana"}"#)
      let end = await failure { try await stage.account.startSync().join() }
      #expect(end == error)
    }
  }

  fileprivate var error: PericardError {
    .signInRequired(reason: self == .revoked ? .revoked : .signedOut)
  }
}

/// Every call in every state: the answer or the error that belongs there, in time, and nothing else. What becomes of calls
/// that are cancelled is in `CancellationTests`.
@Suite struct ContractTests {
  @Test func noCallIsLeftOut() throws {
    let (listed, declared) = (Call.all.map(\.name), try Interface.calls())
    #expect(declared.count > 60, "\(declared)")
    #expect(declared.subtracting(listed) == [])
    #expect(Set(listed).subtracting(declared) == [])
    #expect(Set(listed).count == listed.count)
  }

  /// Makes a call. Whatever the state, it does not hang, throws nothing but errors that an app can tell a person about,
  /// and none that stands for a defect.
  private func outcome(of call: Call, on stage: Stage) async -> Outcome {
    let outcome = await call.outcome(on: stage)
    switch outcome {
    case .hangs, .strange: Issue.record("\(call.name): \(outcome)")
    case .failed(let error):
      #expect(!error.isInternal, "\(call.name): \(error)")
      #expect(!error.code.isEmpty && !error.localizedDescription.isEmpty, "\(call.name): \(error)")
    case .cancelled: #expect(call.needs == .event, "\(call.name): nobody cancelled it")
    case .answered: break
    }
    return outcome
  }

  @Test(arguments: [false, true]) func aClosedClientSaysSo(forGood: Bool) async throws {
    let stage = try await Stage.set()
    try await forGood ? stage.client.shutDown() : stage.client.pause()
    for call in Call.all where call.needs != .lifecycle {
      let outcome = await outcome(of: call, on: stage)
      switch call.needs {
      case .memory: #expect(outcome != .failed(.closed), "\(call.name)")
      case .disk, .portal, .ending: #expect(outcome == .failed(.closed), "\(call.name)")
      case .event, .lifecycle: break
      }
    }
    if !forGood {
      try await stage.client.resume()
      let threads = try await stage.inbox.threads().threads
      #expect(!threads.isEmpty)
    }
  }

  @Test(arguments: Departure.allCases) func anAccountThatIsSealedOrLeftSaysSo(departure: Departure) async throws {
    let stage = try await Stage.set()
    try await departure.happen(to: stage)
    for call in Call.all where ![.lifecycle, .ending].contains(call.needs) {
      let outcome = await outcome(of: call, on: stage)
      #expect(outcome == .failed(departure.error) || !call.isOfRecord, "\(call.name): \(outcome)")
    }
    // The others are not concerned.
    _ = try await stage.client.accounts()
  }

  @Test func aKeystoreThatFailsIsToldByWhatNeedsIt() async throws {
    let keystore = BreakingKeystore()
    let stage = try await Stage.set(keystore: keystore)
    keystore.breakDown()
    for call in Call.all where ![.lifecycle, .ending].contains(call.needs) {
      let outcome = await outcome(of: call, on: stage)
      #expect(outcome != .failed(.closed), "\(call.name)")
    }
    // What is open stays readable; what has to be opened needs its key.
    let threads = try await stage.inbox.threads().threads
    #expect(!threads.isEmpty)
    try await stage.client.shutDown()
    let end = try #require(await failure { try await stage.world.open(keystore: keystore) })
    guard case .keystore(.unexpected(let detail)) = end else {
      Issue.record("\(end)")
      return
    }
    #expect(detail.contains("Broke"))
  }

  @Test func aStalledPortalHoldsUpNothingOnTheDiskAndNoPause() async throws {
    let stage = try await Stage.set()
    stage.world.network(state: .stalled)
    let asked = Call.all.filter { $0.needs == .portal }
    let waiting = asked.map { call in Task { await outcome(of: call, on: stage) } }
    // A sign-in takes one answer at a time, and one is on its way.
    for call in Call.all where call.needs == .disk && !call.name.hasPrefix("SignIn.") {
      let began = ContinuousClock.now
      _ = await outcome(of: call, on: stage)
      #expect(ContinuousClock.now - began < .seconds(10), "\(call.name)")
    }
    let began = ContinuousClock.now
    try await stage.client.pause()
    #expect(ContinuousClock.now - began < .seconds(10))
    for (call, task) in zip(asked, waiting) {
      let outcome = await task.value
      guard case .failed = outcome else {
        Issue.record("\(call.name): \(outcome)")
        continue
      }
    }
  }

  @Test func aPanicEndsItsCallAndNothingElse() async throws {
    let stage = try await Stage.set()
    for call in Call.all where call.needs == .portal {
      stage.world.explode(text: "canary: potassium 5.9")
      let outcome = await call.outcome(on: stage)
      guard case .failed(let error) = outcome else {
        Issue.record("\(call.name): \(outcome)")
        continue
      }
      #expect(!"\(error) \(error.localizedDescription)".contains("canary"), "\(call.name)")
      #expect(error.isInternal, "\(call.name): \(error)")
      let threads = try await stage.inbox.threads().threads
      #expect(!threads.isEmpty)
    }
    try await stage.account.startSync().join()
  }

  @Test func everyCallFromThirtyTwoTasksAtOnce() async throws {
    let stage = try await Stage.set()
    let calls = Call.all.filter { ![.lifecycle, .ending].contains($0.needs) }
    await withTaskGroup(of: Void.self) { group in
      for number in 0..<32 {
        group.addTask {
          for step in calls.indices {
            let call = calls[(step + number * 7) % calls.count]
            if (step + number) % 5 == 0 {
              let given = Task { try await call.make(stage) }
              await Task.yield()
              given.cancel()
              _ = await given.result
            } else {
              _ = await outcome(of: call, on: stage)
            }
          }
        }
      }
    }
    let end = try await stage.account.startSync().join()
    #expect(end == .complete)
    try await stage.client.shutDown()
  }
}
