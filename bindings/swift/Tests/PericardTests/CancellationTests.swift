import Foundation
import Pericard
import PericardTestWorld
import Testing

/// A call of the core, and what it is called.
private struct Call: Sendable {
  let name: String
  let make: @Sendable () async throws -> Void

  init(_ name: String, _ make: @escaping @Sendable () async throws -> Void) {
    self.name = name
    self.make = make
  }
}

/// How a call ended that was cancelled, and when.
private struct Ending: Sendable {
  let wasCancelled: Bool
  let took: Duration

  var isPrompt: Bool { wasCancelled && took < .seconds(1) }

  /// Cancels a call after so long; before it begins where that is nothing.
  static func of(_ call: Call, after wait: Duration?) async throws -> Ending {
    let clock = ContinuousClock()
    let task = Task {
      if wait == nil { withUnsafeCurrentTask { $0?.cancel() } }
      do {
        try await call.make()
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
  private let nobody = (
    thread: ThreadID(rawValue: "t"), message: MessageID(rawValue: "m"), draft: DraftID(rawValue: "d"),
    file: FileID(rawValue: "f")
  )

  private func calls(of client: Client, _ config: PortalConfig) -> [Call] {
    [
      Call("portal") { _ = try await client.portal(config: config) },
      Call("accounts") { _ = try await client.accounts() },
      Call("account") { _ = try await client.account(id: AccountID(rawValue: "a")) },
      Call("resumeSignIn") { _ = try await client.resumeSignIn() },
      Call("pause") { try await client.pause() },
      Call("resume") { try await client.resume() },
      Call("shutDown") { try await client.shutDown() },
    ]
  }

  private func calls(of account: Account) -> [Call] {
    let two = account.twoFactor
    return [
      Call("features") { _ = try await account.features() },
      Call("held") { _ = try await account.held() },
      Call("incidents") { _ = try await account.incidents() },
      Call("signInAgain") { _ = try await account.signInAgain(method: .browser) },
      Call("stepUp") { _ = try await account.stepUp(method: .browser) },
      Call("signOut") { try await account.signOut() },
      Call("forget") { try await account.forget() },
      Call("join") { _ = try await account.startSync().join() },
      Call("status") { _ = try await two.status() },
      Call("enrol") { _ = try await two.enrol() },
      Call("confirm") { _ = try await two.confirm(enrolment: EnrolmentID(rawValue: "e"), code: "123456") },
      Call("disable") { try await two.disable() },
      Call("newRecoveryCodes") { _ = try await two.newRecoveryCodes() },
    ]
  }

  private func calls(of inbox: Messages) -> [Call] {
    let (thread, message, draft, file) = nobody
    let new = NewMessage(text: "Never", thread: nil, subject: "Never")
    return [
      Call("threads") { _ = try await inbox.threads() },
      Call("archivedThreads") { _ = try await inbox.archivedThreads() },
      Call("thread") { _ = try await inbox.thread(id: thread) },
      Call("messages") { _ = try await inbox.messages(thread: thread) },
      Call("newerMessages") { _ = try await inbox.newerMessages(thread: thread, before: PagePosition(rawValue: "p")) },
      Call("messagesAround") { _ = try await inbox.messagesAround(message: message) },
      Call("message") { _ = try await inbox.message(id: message) },
      Call("formerTexts") { _ = try await inbox.formerTexts(message: message) },
      Call("search") { _ = try await inbox.search(text: "x") },
      Call("state") { _ = try await inbox.state() },
      Call("outbox") { _ = try await inbox.outbox() },
      Call("recipients") { _ = try await inbox.recipients() },
      Call("drafts") { _ = try await inbox.drafts() },
      Call("draft") { _ = try await inbox.draft(thread: thread) },
      Call("saveDraft") { _ = try await inbox.saveDraft(message: new) },
      Call("sendDraft") { _ = try await inbox.sendDraft(draft) },
      Call("discardDraft") { try await inbox.discardDraft(draft) },
      Call("send") { _ = try await inbox.send(message: new) },
      Call("edit") { _ = try await inbox.edit(message: message, text: "x") },
      Call("retry") { _ = try await inbox.retry(message: message) },
      Call("withdraw") { try await inbox.withdraw(message: message) },
      Call("markRead") { try await inbox.markRead(thread: thread) },
      Call("markUnread") { try await inbox.markUnread(thread: thread) },
      Call("archive") { try await inbox.archive(thread: thread) },
      Call("unarchive") { try await inbox.unarchive(thread: thread) },
      Call("download") { _ = try await inbox.download(file: file) },
      Call("openFile") { _ = try await inbox.openFile(file) },
      Call("removeDownload") { try await inbox.removeDownload(file: file) },
    ]
  }

  private func calls(of signIn: SignIn, browser: SignIn) -> [Call] {
    [
      Call("password") { _ = try await signIn.password(user: "ana", password: "x") },
      Call("code") { _ = try await signIn.code("123456") },
      Call("recoveryCode") { _ = try await signIn.recoveryCode("abcd-efgh") },
      Call("authorizationURL") { _ = try await browser.authorizationURL() },
      Call("redirected") {
        _ = try await browser.redirected(to: URL(string: "com.example:/back?code=a&state=b")!)
      },
      Call("finish") { _ = try await signIn.finish() },
      Call("cancel") { try await signIn.cancel() },
    ]
  }

  @Test func aCallOfACancelledTaskBeginsNothing() async throws {
    let world = try await anasWorld()
    let client = try await world.open(keystore: MapKeystore())
    let account = try await world.signInAna(client)
    let inbox = try account.ownMessages()
    let portal = try await client.onlyPortal()
    let signIn = try await portal.signIn(method: .native)
    let browser = try await portal.signIn(method: .browser)
    var all = calls(of: account) + calls(of: inbox) + calls(of: signIn, browser: browser)
    all += [Call("signIn") { _ = try await portal.signIn(method: .native) }]
    all += calls(of: client, world.appPortal)
    let config = world.appConfig
    all += [
      Call("open") { _ = try await Client.open(config: config, keystore: MapKeystore()) },
      Call("erase") { try await Client.erase(directory: config.directory, keystore: MapKeystore()) },
    ]
    for call in all {
      let ending = try await Ending.of(call, after: nil)
      #expect(ending.isPrompt, "\(call.name) \(ending)")
    }
    // Neither sent, nor signed out, nor shut down.
    let waiting = try await inbox.outbox()
    #expect(waiting.isEmpty)
    #expect(account.session == .active)
  }

  @Test func whatWaitsForAStalledPortalEndsAtOnce() async throws {
    let world = try await anasWorld()
    let client = try await world.open(keystore: MapKeystore())
    let account = try await world.signInAna(client)
    let portal = try await client.onlyPortal()
    let browser = try await portal.signIn(method: .browser)
    let signIn = try await portal.signIn(method: .native)
    world.network(state: .stalled)
    let config = world.appPortal
    let two = account.twoFactor
    let all = [
      Call("portal") { _ = try await client.portal(config: config) },
      Call("signInAgain") { _ = try await account.signInAgain(method: .browser) },
      Call("stepUp") { _ = try await account.stepUp(method: .browser) },
      Call("join") { _ = try await account.startSync().join() },
      Call("status") { _ = try await two.status() },
      Call("enrol") { _ = try await two.enrol() },
      Call("newRecoveryCodes") { _ = try await two.newRecoveryCodes() },
      Call("disable") { try await two.disable() },
      Call("password") { _ = try await signIn.password(user: "ana", password: "x") },
      Call("authorizationURL") { _ = try await browser.authorizationURL() },
    ]
    for call in all {
      let ending = try await Ending.of(call, after: .milliseconds(100))
      #expect(ending.isPrompt, "\(call.name) \(ending)")
    }
  }

  @Test func whatWaitsForAKeystoreEndsAtOnce() async throws {
    let world = try await anasWorld()
    let keystore = StuckKeystore()
    keystore.stick()
    // By the façade: the test world's own calls cannot be given up.
    let config = world.appConfig
    let opening = Call("open") { _ = try await Client.open(config: config, keystore: keystore) }
    let ending = try await Ending.of(opening, after: .milliseconds(100))
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
