import Foundation
import Pericard
import PericardWorld

// What crossing costs from Swift: one call, and a page of 50 threads, beside the same calls that do
// nothing in Rust. `cargo xtask bench` runs it; each line is a round, its times in microseconds.

let rounds = 25
let warmUp = 5
let calls = 2_000
let asyncCalls = 400
let pages = 100

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

/// Microseconds that one of `count` runs of `work` took.
func micros(_ count: Int, _ work: () throws -> Void) rethrows -> Double {
  let began = DispatchTime.now().uptimeNanoseconds
  for _ in 0..<count { try work() }
  return Double(DispatchTime.now().uptimeNanoseconds - began) / 1_000 / Double(count)
}

func micros(_ count: Int, _ work: () async throws -> Void) async rethrows -> Double {
  let began = DispatchTime.now().uptimeNanoseconds
  for _ in 0..<count { try await work() }
  return Double(DispatchTime.now().uptimeNanoseconds - began) / 1_000 / Double(count)
}

let world = try await TestWorld.start(
  portal: #"{"seed":11,"people":{"ana":{"threads":60,"messages":1200,"totp":false}}}"#)
let client = try await world.open(keystore: BenchKeystore())
guard let config = client.portals().first else { throw Broken(why: "no portal is configured") }
let signIn = try await client.portal(config: config).signIn(method: .native)
_ = try await signIn.password(
  user: world.user(who: "ana"), password: world.password(who: "ana", right: true))
let account = try await signIn.finish()
try await account.startSync(budget: nil).join()
guard let own = account.people().first(where: \.isSelf) else { throw Broken(why: "the account has nobody") }
let inbox = try account.messages(person: own.id)
let first = try await inbox.threads(after: nil, limit: 50)
guard first.threads.count == 50 else { throw Broken(why: "the page is not full") }
let bare = Bare(text: account.id(), page: first)

for round in 0..<(warmUp + rounds) {
  let call = micros(calls) { _ = account.id() }
  let bareCall = micros(calls) { _ = bare.text() }
  let asyncCall = try await micros(asyncCalls) { _ = try await inbox.outbox() }
  let bareAsync = await micros(asyncCalls) { await bare.ready() }
  let page = try await micros(pages) { _ = try await inbox.threads(after: nil, limit: 50) }
  let barePage = micros(pages) { _ = bare.page() }
  if round >= warmUp {
    print(
      """
      {"call_us":\(call),"bare_call_us":\(bareCall),"async_us":\(asyncCall),"bare_async_us":\(bareAsync),\
      "page_us":\(page),"bare_page_us":\(barePage)}
      """)
  }
}
try await client.shutDown()
