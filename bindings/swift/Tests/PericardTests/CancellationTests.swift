import Foundation
import Pericard
import PericardTestWorld
import Testing

/// How a call ended that was cancelled, and when.
private struct Ending: Sendable {
  let wasCancelled: Bool
  let took: Duration

  /// Long before anything that it waited for would have ended, however busy the machine is.
  var isPrompt: Bool { wasCancelled && took < .seconds(5) }

  /// Cancels a call after so long; before it begins where that is nothing.
  static func of(after wait: Duration?, _ call: @escaping @Sendable () async throws -> Void) async throws -> Ending {
    let clock = ContinuousClock()
    let task = Task {
      if wait == nil { withUnsafeCurrentTask { $0?.cancel() } }
      do {
        try await call()
        return false
      } catch {
        return error is CancellationError
      }
    }
    if let wait { try await Task.sleep(for: wait) }
    let began = clock.now
    task.cancel()
    let wasCancelled = await task.value
    return Ending(wasCancelled: wasCancelled, took: clock.now - began)
  }
}

/// A keystore that answers nothing until it is let go.
private final class StuckKeystore: Keystore, @unchecked Sendable {
  private let inside = MapKeystore()
  private let gate = NSCondition()
  private var isStuck = false

  func stick() { gate.withLock { isStuck = true } }

  func letGo() {
    gate.withLock {
      isStuck = false
      gate.broadcast()
    }
  }

  private func pass() {
    gate.withLock { while isStuck { gate.wait() } }
  }

  func load(name: String) throws -> Data? {
    pass()
    return try inside.load(name: name)
  }

  func store(name: String, value: Data) throws {
    pass()
    try inside.store(name: name, value: value)
  }

  func delete(name: String) throws {
    pass()
    try inside.delete(name: name)
  }
}

@Suite struct CancellationTests {
  @Test func aCallOfACancelledTaskBeginsNothing() async throws {
    let stage = try await Stage.set()
    // Starting a sync does not wait, so that it is begun; the others wait from the first.
    for call in Call.all where ![.memory, .event].contains(call.needs) && call.name != "Account.startSync" {
      let ending = try await Ending.of(after: nil) { try await call.make(stage) }
      #expect(ending.isPrompt, "\(call.name) \(ending)")
    }
    // Neither sent, nor signed out, nor shut down.
    let waiting = try await stage.inbox.outbox()
    #expect(waiting.map(\.id) == [stage.queued.id])
    #expect(stage.account.session == .active)
  }

  @Test func whatWaitsForAStalledPortalEndsAtOnce() async throws {
    let stage = try await Stage.set()
    stage.world.network(state: .stalled)
    for call in Call.all where call.needs == .portal {
      let ending = try await Ending.of(after: .milliseconds(100)) { try await call.make(stage) }
      #expect(ending.isPrompt, "\(call.name) \(ending)")
    }
  }

  @Test func whatWaitsForAKeystoreEndsAtOnce() async throws {
    let world = try await anasWorld()
    let keystore = StuckKeystore()
    keystore.stick()
    // By the façade: the test world's own calls cannot be given up.
    let config = world.appConfig
    let ending = try await Ending.of(after: .milliseconds(100)) {
      _ = try await Client.open(config: config, keystore: keystore)
    }
    keystore.letGo()
    #expect(ending.isPrompt, "\(ending)")
    // What had begun ends by itself, and the directory is free.
    var client: Client?
    for _ in 0..<100 where client == nil {
      client = try? await Client.open(config: config, keystore: keystore)
      if client == nil { try await Task.sleep(for: .milliseconds(20)) }
    }
    try await client?.shutDown()
    #expect(client != nil)
  }

  @Test func whatTheCoreHadBegunGoesOn() async throws {
    let world = try await anasWorld()
    let client = try await world.open(keystore: MapKeystore())
    let inbox = try await world.signInAna(client).ownMessages()
    for number in 0..<20 {
      let call = Task {
        _ = try await inbox.send(message: NewMessage(text: "Kept", subject: "Cancelled \(number)"))
      }
      await Task.yield()
      call.cancel()
      _ = await call.result
    }
    // Each was sent whole or not at all, and the core goes on.
    let waiting = try await inbox.outbox()
    #expect(waiting.allSatisfy { $0.text == "Kept" })
    let next = try await inbox.send(message: NewMessage(text: "Next", subject: "Next"))
    #expect(next.state == .queued)
  }

  @Test(arguments: [TaskPriority.background, .low, .medium, .high])
  func aCallKeepsItsPriority(priority: TaskPriority) async throws {
    // Nobody waits for the task itself: that would raise its priority.
    let inside = await withCheckedContinuation { answer in
      _ = Task.detached(priority: priority) {
        answer.resume(returning: try? await calling(Task.currentPriority))
      }
    }
    #expect(inside == priority)
  }

  /// The priority within a call of the core, or nothing where it changed on the way.
  private func calling(_ before: TaskPriority) async throws -> TaskPriority? {
    let world = try await anasWorld()
    let client = try await world.open(keystore: MapKeystore())
    _ = try await client.accounts()
    try await client.shutDown()
    return Task.currentPriority == before ? before : nil
  }
}
