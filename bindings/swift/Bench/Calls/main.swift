import Foundation
import Pericard
import PericardWorld

// What crossing costs from Swift beside the same calls that do nothing in Rust. `cargo xtask bench` runs it; each line is a round, its times in microseconds.

let rounds = 25
let warmUp = 5
let samples = 60
/// A call is shorter than a look at the clock.
let calls = 50

final class BenchKeystore: Keystore, @unchecked Sendable {
  private let lock = NSLock()
  private var values: [String: Data] = [:]

  func load(name: String) throws -> Data? { lock.withLock { values[name] } }
  func store(name: String, value: Data) throws { lock.withLock { values[name] = value } }
  func delete(name: String) throws { lock.withLock { values[name] = nil } }
}

struct Broken: Error {
  let why: String
}

/// Microseconds since an unknown moment.
func now() -> Double { Double(DispatchTime.now().uptimeNanoseconds) / 1_000 }

/// The middle of many samples: what happens to be interrupted does not count.
func median(_ samples: [Double]) -> Double { samples.sorted()[samples.count / 2] }

let world = try await TestWorld.start(
  portal: #"{"seed":11,"people":{"ana":{"threads":60,"messages":1200,"totp":false}}}"#)
let client = Client(try await world.open(keystore: KeystoreAdapter(BenchKeystore())))
guard let config = client.portals.first else { throw Broken(why: "no portal is configured") }
let signIn = try await client.portal(config: config).signIn(method: .native)
_ = try await signIn.password(
  user: world.user(who: "ana"), password: String(decoding: world.password(who: "ana", right: true), as: UTF8.self))
let account = try await signIn.finish()
try await account.startSync().join()
guard let own = account.people.first(where: \.isSelf) else { throw Broken(why: "the account has nobody") }
let inbox = try account.messages(person: own.id)
let first = try await inbox.threads(limit: 50)
guard first.threads.count == 50 else { throw Broken(why: "the page is not full") }
let thread = first.threads[49].id
let corePage = first.toCore()
let bare = Bare(text: account.id.rawValue, page: corePage)
let over = try account.startSync()
while try await over.core.next() != nil {}

/// Waits for the next ring.
func hear(_ bell: AsyncStream<Void>) async {
  for await _ in bell { break }
}

// Streams that are listened to by other tasks, as an app does. The first ring says that the stream has begun.
let (told, tell) = AsyncStream<Void>.makeStream()
let listening = Task.detached { [changes = account.changes] in
  let stream = changes.makeAsyncIterator()
  tell.yield()
  while await stream.next() != nil { tell.yield() }
}
await hear(told)
let (bareTold, bareTell) = AsyncStream<Void>.makeStream()
let bareListening = Task.detached { [bare] in
  while !Task.isCancelled {
    _ = await bare.told()
    bareTell.yield()
  }
}

for round in 0..<(warmUp + rounds) {
  // What is compared is measured by turns.
  var took: [String: [Double]] = [:]
  func note(_ name: String, since began: Double, _ count: Int = 1) {
    took[name, default: []].append((now() - began) / Double(count))
  }
  for sample in 0..<samples {
    var began = now()
    for _ in 0..<calls { _ = account.id }
    note("call_us", since: began, calls)
    began = now()
    for _ in 0..<calls { _ = bare.text() }
    note("bare_call_us", since: began, calls)
    began = now()
    _ = try await over.core.next()
    note("ready_us", since: began)
    began = now()
    _ = try await inbox.outbox()
    note("async_us", since: began)
    began = now()
    await bare.ready()
    note("bare_async_us", since: began)
    began = now()
    _ = try await inbox.threads(limit: 50)
    note("page_us", since: began)
    began = now()
    _ = bare.page()
    note("bare_page_us", since: began)
    began = now()
    _ = corePage.fromCore()
    note("mapping_us", since: began)
    began = now()
    if sample % 2 == 0 { try await inbox.archive(thread: thread) } else { try await inbox.unarchive(thread: thread) }
    note("write_us", since: began)
    await hear(told)
    note("change_us", since: began)
    began = now()
    bare.tell()
    await hear(bareTold)
    note("bare_change_us", since: began)
  }
  if round >= warmUp {
    let figures = took.map { "\"\($0.key)\":\(median($0.value))" }
    print("{\(figures.joined(separator: ","))}")
  }
}
listening.cancel()
bareListening.cancel()
bare.tell()

/// Kept, so that later ones do not get their memory.
var held: [AnyObject] = []

/// What each of many handles takes of the process's memory, in bytes.
@MainActor func bytesOfEach(_ make: () throws -> AnyObject) throws -> Double {
  let count = 20_000
  held.reserveCapacity(held.count + count)
  let before = try resident()
  for _ in 0..<count { held.append(try make()) }
  return Double(try resident() - before) / Double(count)
}

func resident() throws -> Int {
  let fields = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")
  return (Int(fields[1]) ?? 0) * 4_096
}

// Systems without /proc do not say.
if FileManager.default.fileExists(atPath: "/proc/self/statm") {
  let ours = try bytesOfEach { try account.messages(person: own.id) }
  let none = ThreadPage(threads: [], after: nil).toCore()
  let bareOnes = try bytesOfEach { Bare(text: "", page: none) }
  print("{\"object_bytes\":\(ours),\"bare_object_bytes\":\(bareOnes)}")
}
try await client.shutDown()
