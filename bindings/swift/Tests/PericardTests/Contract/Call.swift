import Foundation
import Pericard
import PericardTestWorld

/// What a call needs, which decides what it answers where that is not to be had.
enum Needs {
  /// Nothing: it answers at once in any state.
  case memory
  /// The disk.
  case disk
  /// The portal, and the disk.
  case portal
  /// Something to happen; whoever waits for it may leave at any time.
  case event
  /// It makes the client open or closed itself.
  case lifecycle
  /// The disk; nothing is as before when it is done.
  case ending
}

/// A call of the package, under its name in `api.txt`.
struct Call: Sendable {
  let name: String
  let needs: Needs
  let make: @Sendable (Stage) async throws -> Void

  init(_ name: String, _ needs: Needs, _ make: @escaping @Sendable (Stage) async throws -> Void) {
    self.name = name
    self.needs = needs
    self.make = make
  }

  /// Whether it reads a person's record.
  var isOfRecord: Bool {
    ["Messages.", "Labs.", "Documents."].contains(where: name.hasPrefix) || name == "FileReader.read"
  }
}

/// How a call ended.
enum Outcome: Equatable {
  case answered
  case cancelled
  case failed(PericardError)
  /// With an error that the package has no business to throw.
  case strange(String)
  case hangs
}

extension Call {
  /// Longer than anything takes that does not hang, also where every access to memory is watched.
  private static let limit = Duration.seconds(60)

  /// Makes the call. One that waits for something to happen is given up after a moment.
  func outcome(on stage: Stage) async -> Outcome {
    let (outcomes, told) = AsyncStream.makeStream(of: Outcome.self)
    let call = Task<Void, Never> {
      let outcome = await ending(on: stage)
      told.yield(outcome)
    }
    let watch = Task<Void, any Error> {
      if needs == .event {
        try await Task.sleep(for: .milliseconds(200))
        call.cancel()
      }
      try await Task.sleep(for: Self.limit)
      told.yield(.hangs)
    }
    defer { watch.cancel() }
    for await outcome in outcomes { return outcome }
    return .cancelled
  }

  private func ending(on stage: Stage) async -> Outcome {
    do {
      try await make(stage)
      return .answered
    } catch is CancellationError {
      return .cancelled
    } catch let error as PericardError {
      return .failed(error)
    } catch {
      return .strange(String(reflecting: error))
    }
  }
}

/// One of everything that calls are made on.
struct Stage: Sendable {
  let world: TestWorld
  let client: Client
  let portal: Portal
  let account: Account
  let inbox: Messages
  let labs: Labs
  let documents: Documents
  /// A sync that is over.
  let run: SyncRun
  let signIn: SignIn
  let browser: SignIn
  /// A thread from the portal.
  let thread: ThreadID
  /// A message that waits to be sent, with a file.
  let queued: Message
  let reader: FileReader
  let export: Export

  static let letter = NewMessage(text: "Hello", subject: "A question")

  static func set(keystore: any Keystore = MapKeystore()) async throws -> Self {
    let world = try await anasWorld()
    let client = try await world.open(keystore: keystore)
    let portal = try await client.onlyPortal()
    let account = try await world.signInAna(client)
    let run = try account.startSync()
    try await run.join()
    let inbox = try account.ownMessages()
    guard let thread = try await inbox.threads().threads.first?.id else { throw Broken("the sync brought no thread") }
    var new = letter
    new.files = [NewFile(name: "knee.jpg", content: .bytes(bytes: Data(repeating: 7, count: 9)))]
    let queued = try await inbox.send(message: new)
    let person = account.people.first { $0.isSelf }?.id ?? PersonID(rawValue: "nobody")
    return Self(
      world: world, client: client, portal: portal, account: account, inbox: inbox,
      labs: try account.labs(person: person), documents: try account.documents(person: person), run: run,
      signIn: try await portal.signIn(method: .native), browser: try await portal.signIn(method: .browser),
      thread: thread, queued: queued, reader: try await inbox.openFile(queued.files[0].id),
      export: try await account.export(person: account.people[0].id, format: .html))
  }
}
