internal import PericardCore

/// The state of an account's session now, then each other state, until the account is signed out or forgotten, or the
/// client is shut down.
///
/// It can be looped over again, and by many at a time. Cancelling its task ends a loop at once.
public struct AccountSessions: AsyncSequence, Sendable {
  public typealias Element = SessionState
  fileprivate let account: Account

  /// One loop.
  public final class Iterator: AsyncIteratorProtocol {
    private let account: Account
    private let changes: AccountChanges.Iterator
    private var last: SessionState?

    fileprivate init(_ account: Account) {
      self.account = account
      // Before the state is read, so that none falls in between.
      changes = account.changes.makeAsyncIterator()
    }

    /// The state at the first call, then each other one; nothing at the end and for a cancelled task.
    public func next() async -> SessionState? {
      while !Task.isCancelled {
        let now = account.session
        if now != last {
          last = now
          return now
        }
        if await changes.next() == nil {
          // What the end was may still be news.
          let end = account.session
          guard end != last, !Task.isCancelled else { return nil }
          last = end
          return end
        }
      }
      return nil
    }
  }

  public func makeAsyncIterator() -> Iterator {
    Iterator(account)
  }
}

extension Account {
  /// The state of the session, and how it changes: `for await session in account.sessions { … }`. Memory only.
  public var sessions: AccountSessions {
    AccountSessions(account: self)
  }
}
