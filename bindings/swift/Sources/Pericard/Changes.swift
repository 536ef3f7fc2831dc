internal import PericardCore

/// What changes in an account, as it changes, until the account is signed out or forgotten, or the client is shut down.
///
/// It can be looped over again, and by many at a time: each loop hears of everything from its beginning on. Changes that
/// come while a loop is busy are merged into one set; none is lost. Cancelling its task ends a loop at once. So that
/// nothing is missed, let the loop begin before what it keeps up to date is read:
///
/// ```swift
/// var changes = account.changes.makeAsyncIterator()
/// var threads = try await inbox.threads()
/// while await changes.next() != nil { threads = try await inbox.threads() }
/// ```
public struct AccountChanges: AsyncSequence, Sendable {
  public typealias Element = ChangeSet
  fileprivate let account: PericardCore.Account

  /// One loop, from when it was made.
  public final class Iterator: AsyncIteratorProtocol {
    /// Nothing where the account is of no use any more.
    private let stream: PericardCore.Changes?

    fileprivate init(_ account: PericardCore.Account) {
      stream = try? account.changes()
    }

    deinit {
      stream?.stop()
    }

    /// What has changed since the last call, as soon as there is something; nothing at the end and for a cancelled task.
    public func next() async -> ChangeSet? {
      guard let stream, !Task.isCancelled else { return nil }
      // The call cannot fail, so it is not given up: the stream is stopped.
      return await withTaskCancellationHandler {
        await stream.next()?.fromCore()
      } onCancel: {
        stream.stop()
      }
    }
  }

  public func makeAsyncIterator() -> Iterator {
    Iterator(account)
  }
}

extension Account {
  /// What changes in this account: `for await change in account.changes { … }`. Memory only.
  public var changes: AccountChanges {
    AccountChanges(account: core)
  }
}
