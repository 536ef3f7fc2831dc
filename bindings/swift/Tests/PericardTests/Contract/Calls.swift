import Foundation
import Pericard
import PericardTestWorld

extension Call {
  /// Every call of every object, and everything else that waits. `ContractTests` sees that none is left out.
  static let all = ofClients + ofAccounts + ofSignIns + ofMessages + ofRecords + ofFiles + ofStreams

  private static let ofClients: [Call] = [
    Call("Client.open", .lifecycle) { s in
      _ = try await Client.open(config: s.world.appConfig, keystore: MapKeystore())
    },
    Call("Client.erase", .lifecycle) { s in
      try await Client.erase(directory: s.world.appConfig.directory, keystore: MapKeystore())
    },
    Call("Client.startLogging", .memory) { _ in Client.startLogging(level: .error) },
    Call("Client.personLeft", .memory) { s in s.client.personLeft() },
    Call("Client.personReturned", .memory) { s in s.client.personReturned() },
    Call("Client.pause", .lifecycle) { s in try await s.client.pause() },
    Call("Client.resume", .lifecycle) { s in try await s.client.resume() },
    Call("Client.shutDown", .lifecycle) { s in try await s.client.shutDown() },
    Call("Client.portals", .memory) { s in _ = s.client.portals },
    Call("Client.portal", .portal) { s in _ = try await s.client.onlyPortal() },
    Call("Client.accounts", .disk) { s in _ = try await s.client.accounts() },
    Call("Client.account", .disk) { s in _ = try await s.client.account(id: s.account.id) },
    Call("Client.supportReport", .disk) { s in _ = try await s.client.supportReport() },
    Call("Client.resumeSignIn", .disk) { s in _ = try await s.client.resumeSignIn() },
    Call("Portal.base", .memory) { s in _ = s.portal.base },
    Call("Portal.capabilities", .memory) { s in _ = s.portal.capabilities },
    Call("Portal.findings", .memory) { s in _ = s.portal.findings },
    Call("Portal.page", .memory) { s in _ = s.portal.page(.account) },
    Call("Portal.signIn", .disk) { s in _ = try await s.portal.signIn(method: .native) },
  ]

  private static let ofAccounts: [Call] = [
    Call("Account.id", .memory) { s in _ = s.account.id },
    Call("Account.portal", .memory) { s in _ = s.account.portal },
    Call("Account.portalConfig", .memory) { s in _ = try s.account.portalConfig() },
    Call("Account.session", .memory) { s in _ = s.account.session },
    Call("Account.sessions", .memory) { s in _ = s.account.sessions },
    Call("Account.people", .memory) { s in _ = s.account.people },
    Call("Account.documents", .memory) { s in _ = try s.account.documents(person: PersonID(rawValue: "nobody")) },
    Call("Account.labs", .memory) { s in _ = try s.account.labs(person: PersonID(rawValue: "nobody")) },
    Call("Account.messages", .memory) { s in _ = try s.account.messages(person: PersonID(rawValue: "nobody")) },
    Call("Account.changes", .memory) { s in _ = s.account.changes },
    Call("Account.twoFactor", .memory) { s in _ = s.account.twoFactor },
    Call("Account.held", .disk) { s in _ = try await s.account.held() },
    Call("Account.incidents", .disk) { s in _ = try await s.account.incidents() },
    Call("Account.features", .disk) { s in _ = try await s.account.features() },
    Call("Account.accessLog", .disk) { s in _ = try await s.account.accessLog() },
    Call("Account.checkAccessLog", .disk) { s in _ = try await s.account.checkAccessLog() },
    Call("Account.exportAccessLog", .disk) { s in _ = try await s.account.exportAccessLog() },
    Call("Account.export", .disk) { s in
      _ = try await s.account.export(person: PersonID(rawValue: "nobody"), format: .html)
    },
    Call("Export.read", .disk) { s in _ = try await s.export.read() },
    Call("Account.policy", .memory) { s in _ = try s.account.policy() },
    Call("Account.checkPolicy", .portal) { s in _ = try await s.account.checkPolicy() },
    Call("Account.startSync", .portal) { s in try await s.account.startSync().join() },
    Call("Account.signInAgain", .portal) { s in _ = try await s.account.signInAgain(method: .native) },
    Call("Account.findPeople", .portal) { s in _ = try await s.account.findPeople() },
    Call("Account.addPerson", .portal) { s in _ = try await s.account.addPerson(method: .native) },
    Call("Account.forgetPerson", .disk) { s in
      try await s.account.forgetPerson(PersonID(rawValue: "nobody"))
    },
    Call("Account.stepUp", .portal) { s in _ = try await s.account.stepUp(method: .native) },
    Call("Account.signOut", .ending) { s in try await s.account.signOut() },
    Call("Account.forget", .ending) { s in try await s.account.forget() },
    Call("Account.lock", .memory) { s in _ = s.account.lock },
    Call("AccountLock.state", .memory) { s in _ = try s.account.lock.state() },
    Call("AccountLock.autoLock", .memory) { s in _ = try s.account.lock.autoLock() },
    Call("AccountLock.setAutoLock", .disk) { s in try await s.account.lock.setAutoLock(after: .seconds(60)) },
    Call("AccountLock.lock", .lifecycle) { s in try await s.account.lock.lock() },
    Call("AccountLock.unlock", .disk) { s in try await s.account.lock.unlock(pin: "270419") },
    Call("AccountLock.unlockWithKey", .disk) { s in
      try await s.account.lock.unlockWithKey(Data(repeating: 7, count: 32))
    },
    Call("AccountLock.setPin", .disk) { s in try await s.account.lock.setPin(current: nil, pin: "270419") },
    Call("AccountLock.addKey", .disk) { s in _ = try await s.account.lock.addKey(current: "270419") },
    Call("AccountLock.removeKey", .disk) { s in try await s.account.lock.removeKey() },
    Call("AccountLock.removePin", .disk) { s in try await s.account.lock.removePin(current: "270419") },
    Call("TwoFactor.status", .portal) { s in _ = try await s.account.twoFactor.status() },
    Call("TwoFactor.enrol", .portal) { s in _ = try await s.account.twoFactor.enrol() },
    Call("TwoFactor.confirm", .portal) { s in
      _ = try await s.account.twoFactor.confirm(enrolment: EnrolmentID(rawValue: "none"), code: "123456")
    },
    Call("TwoFactor.newRecoveryCodes", .portal) { s in _ = try await s.account.twoFactor.newRecoveryCodes() },
    Call("TwoFactor.disable", .portal) { s in try await s.account.twoFactor.disable() },
  ]

  private static let ofSignIns: [Call] = [
    Call("SignIn.step", .memory) { s in _ = try s.signIn.step() },
    Call("SignIn.password", .portal) { s in _ = try await s.signIn.password(user: "ana", password: "wrong") },
    Call("SignIn.authorizationURL", .portal) { s in _ = try await s.browser.authorizationURL() },
    Call("SignIn.code", .disk) { s in _ = try await s.signIn.code("123456") },
    Call("SignIn.recoveryCode", .disk) { s in _ = try await s.signIn.recoveryCode("abcd-efgh") },
    Call("SignIn.redirected", .disk) { s in
      _ = try await s.browser.redirected(to: URL(string: "com.example:/back?code=a&state=b")!)
    },
    Call("SignIn.finish", .disk) { s in _ = try await s.signIn.finish() },
    Call("SignIn.cancel", .ending) { s in try await s.signIn.cancel() },
    Call("QRCode.init", .memory) { _ in _ = try QRCode(text: "text") },
    Call("QRCode.side", .memory) { _ in _ = try QRCode(text: "text").side },
    Call("QRCode.modules", .memory) { _ in _ = try QRCode(text: "text").modules },
    Call("QRCode.svg", .memory) { _ in _ = try QRCode(text: "text").svg },
    Call("QRCode.terminal", .memory) { _ in _ = try QRCode(text: "text").terminal },
  ]

  private static let ofMessages: [Call] = [
    Call("Messages.threads", .disk) { s in _ = try await s.inbox.threads() },
    Call("Messages.archivedThreads", .disk) { s in _ = try await s.inbox.archivedThreads() },
    Call("Messages.thread", .disk) { s in _ = try await s.inbox.thread(id: s.thread) },
    Call("Messages.messages", .disk) { s in _ = try await s.inbox.messages(thread: s.thread) },
    Call("Messages.newerMessages", .disk) { s in
      _ = try await s.inbox.newerMessages(thread: s.thread, before: PagePosition(rawValue: "none"))
    },
    Call("Messages.messagesAround", .disk) { s in _ = try await s.inbox.messagesAround(message: s.queued.id) },
    Call("Messages.message", .disk) { s in _ = try await s.inbox.message(id: s.queued.id) },
    Call("Messages.formerTexts", .disk) { s in _ = try await s.inbox.formerTexts(message: s.queued.id) },
    Call("Messages.search", .disk) { s in _ = try await s.inbox.search(text: "hello") },
    Call("Messages.state", .disk) { s in _ = try await s.inbox.state() },
    Call("Messages.outbox", .disk) { s in _ = try await s.inbox.outbox() },
    Call("Messages.recipients", .disk) { s in _ = try await s.inbox.recipients() },
    Call("Messages.drafts", .disk) { s in _ = try await s.inbox.drafts() },
    Call("Messages.draft", .disk) { s in _ = try await s.inbox.draft(thread: s.thread) },
    Call("Messages.saveDraft", .disk) { s in _ = try await s.inbox.saveDraft(message: Stage.letter) },
    Call("Messages.sendDraft", .disk) { s in _ = try await s.inbox.sendDraft(DraftID(rawValue: "none")) },
    Call("Messages.discardDraft", .disk) { s in try await s.inbox.discardDraft(DraftID(rawValue: "none")) },
    Call("Messages.send", .disk) { s in _ = try await s.inbox.send(message: Stage.letter) },
    Call("Messages.edit", .disk) { s in _ = try await s.inbox.edit(message: s.queued.id, text: "Anew") },
    Call("Messages.retry", .disk) { s in _ = try await s.inbox.retry(message: MessageID(rawValue: "none")) },
    Call("Messages.withdraw", .disk) { s in try await s.inbox.withdraw(message: MessageID(rawValue: "none")) },
    Call("Messages.markRead", .disk) { s in try await s.inbox.markRead(thread: s.thread) },
    Call("Messages.markUnread", .disk) { s in try await s.inbox.markUnread(thread: s.thread) },
    Call("Messages.archive", .disk) { s in try await s.inbox.archive(thread: s.thread) },
    Call("Messages.unarchive", .disk) { s in try await s.inbox.unarchive(thread: s.thread) },
  ]

  private static let ofRecords: [Call] = [
    Call("Labs.reports", .disk) { s in _ = try await s.labs.reports() },
    Call("Labs.report", .disk) { s in _ = try await s.labs.report(id: LabReportID(rawValue: "none")) },
    Call("Labs.result", .disk) { s in _ = try await s.labs.result(id: LabResultID(rawValue: "none")) },
    Call("Labs.trend", .disk) { s in _ = try await s.labs.trend(result: LabResultID(rawValue: "none")) },
    Call("Labs.markRead", .disk) { s in try await s.labs.markRead(report: LabReportID(rawValue: "none")) },
    Call("Labs.state", .disk) { s in _ = try await s.labs.state() },
    Call("Documents.documents", .disk) { s in _ = try await s.documents.documents() },
    Call("Documents.document", .disk) { s in _ = try await s.documents.document(id: DocumentID(rawValue: "none")) },
    Call("Documents.download", .disk) { s in _ = try await s.documents.download(file: FileID(rawValue: "none")) },
    Call("Documents.openFile", .disk) { s in _ = try await s.documents.openFile(FileID(rawValue: "none")) },
    Call("Documents.view", .disk) { s in _ = try await s.documents.view(file: FileID(rawValue: "none")) },
    Call("Documents.keepOffline", .disk) { s in
      try await s.documents.keepOffline(id: DocumentID(rawValue: "none"), keep: true)
    },
    Call("Documents.removeDownload", .disk) { s in
      try await s.documents.removeDownload(file: FileID(rawValue: "none"))
    },
    Call("Documents.state", .disk) { s in _ = try await s.documents.state() },
  ]

  private static let ofFiles: [Call] = [
    Call("Messages.download", .disk) { s in _ = try await s.inbox.download(file: s.queued.files[0].id) },
    Call("Messages.openFile", .disk) { s in _ = try await s.inbox.openFile(s.queued.files[0].id) },
    Call("Messages.removeDownload", .disk) { s in try await s.inbox.removeDownload(file: s.queued.files[0].id) },
    Call("FileReader.size", .memory) { s in _ = s.reader.size },
    Call("FileReader.seek", .memory) { s in s.reader.seek(position: 0) },
    Call("FileReader.pieces", .memory) { s in _ = s.reader.pieces() },
    Call("FileReader.read", .disk) { s in _ = try await s.reader.read() },
    Call("FilePieces.Iterator.next", .event) { s in for try await _ in s.reader.pieces(of: 4) {} },
    Call("FileDownload.cancel", .event) { s in try await s.download().cancel() },
    Call("FileDownload.progress", .event) { s in _ = try await s.download().progress },
    Call("FileDownload.join", .event) { s in try await s.download().join() },
    Call("FileProgressSequence.Iterator.next", .event) { s in for try await _ in try await s.download().progress {} },
  ]

  private static let ofStreams: [Call] = [
    Call("SyncRun.news", .memory) { s in _ = s.run.news },
    Call("SyncRun.cancel", .memory) { s in s.run.cancel() },
    Call("SyncRun.outcome", .memory) { s in _ = s.run.outcome },
    Call("SyncRun.progress", .memory) { s in _ = s.run.progress },
    Call("SyncRun.join", .event) { s in try await s.run.join() },
    Call("SyncProgressSequence.Iterator.next", .event) { s in for try await _ in s.run.progress {} },
    Call("AccountChanges.Iterator.next", .event) { s in for await _ in s.account.changes {} },
    Call("AccountSessions.Iterator.next", .event) { s in for await _ in s.account.sessions {} },
  ]
}

extension Stage {
  fileprivate func download() async throws -> FileDownload {
    try await inbox.download(file: queued.files[0].id)
  }
}
