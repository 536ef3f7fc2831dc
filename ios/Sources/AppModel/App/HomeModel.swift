import Observation

/// The tabs: the inbox of one person, and what concerns them.
@MainActor @Observable
public final class HomeModel {
  public enum Tab: Hashable, Sendable {
    case messages, records, you
  }

  public var tab = Tab.messages
  public let inbox: InboxModel
  public let records: RecordsModel
  public let you: YouModel
  let account: AccountModel

  init(inbox: InboxModel, records: RecordsModel, you: YouModel, account: AccountModel) {
    self.inbox = inbox
    self.records = records
    self.you = you
    self.account = account
  }

  public var announcement: Announcement? { account.announcement }

  /// What is here of the person whose inbox it is can be read.
  var isReadable: Bool { account.isReadable(inbox.owner) }

  func close() {
    inbox.close()
    records.close()
  }
}
