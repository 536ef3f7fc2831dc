public import Foundation
public import Pericard

/// The messages of one person at one clinic.
public struct InboxState: Hashable, Sendable, Unprinted {
  public var owner: Owner
  public var body: InboxBody
  /// What concerns all of them; it never hides a row.
  public var banner: InboxBanner?
  /// A sync runs that the person asked for.
  public var refreshing = false
  /// The clinic takes messages.
  public var canWrite = true
}

public enum InboxBody: Hashable, Sendable, Unprinted {
  /// The first sync: what has come can be read already.
  case firstSync(FetchProgress, rows: [ThreadRow])
  case content([ThreadRow])
  case empty
  /// `hits` are those for `text` as far as it was searched; none and not `searching` is `noHits`.
  case searching(text: String, hits: [HitRow], searching: Bool)
  /// Sealed, lease over or unusable: nothing can be read.
  case closed(ClosedReason)
}

/// How many records have come; `total` only where the clinic said it.
public struct FetchProgress: Hashable, Sendable {
  public var done: Int
  public var total: Int?

  /// Never more than the whole.
  public var share: Double? {
    guard let total, total > 0 else { return nil }
    return min(Double(done) / Double(total), 1)
  }
}

/// A conversation in the list, or a message that was begun and belongs to none yet.
public struct ThreadRow: Hashable, Sendable, Identifiable, Unprinted {
  public enum ID: Hashable, Sendable {
    case thread(ThreadID)
    case draft(DraftID)
  }

  public var id: ID
  /// Who wrote, or to whom the person writes; empty where the clinic names nobody.
  public var who: String
  public var subject: String
  public var preview: String
  public var at: Moment
  public var unread = 0
  public var mark = RowMark.none
}

/// Where the last message of a row stands. What waits, failed or is a draft rises to the top of the list.
public enum RowMark: Hashable, Sendable, CaseIterable {
  case none, sent, waiting, sending, failed, unsure, draft
}

/// A message that was found.
public struct HitRow: Hashable, Sendable, Identifiable, Unprinted {
  public var id: MessageID
  public var thread: ThreadID
  public var subject: String
  public var who: String
  public var at: Moment
  /// The pieces that hit are marked and bold.
  public var snippet: [SnippetPart]

  /// Nothing of its text is marked: its subject, who wrote it, or a file's name is what was found. Which of them, the core
  /// does not say, and its normal form of words is not the app's to repeat.
  public var isElsewhere: Bool { !snippet.contains(where: \.hit) }
}

public enum InboxBanner: Hashable, Sendable {
  /// Nothing where no sync has ended yet.
  case offline(since: Date?)
  /// Switched off by the clinic.
  case off
  /// The clinic takes no messages just now; its own still come.
  case readOnly
  /// It has no messages for apps, as it says itself.
  case notOffered
  /// The clinic delivered another person's record; updates are stopped.
  case stopped(IncidentID)
  case stepUp
  /// The clinic asks for a new sign-in; the session has not ended.
  case signIn
  case held(Int)
  /// The copy on this phone was damaged, and begun anew. It goes once its notice was opened.
  case begunAnew(IncidentID)
  case incomplete(at: Date)
  case rateLimited(until: Date)
  /// What the clinic's clock says, where it said it.
  case clockWrong(clinicTime: Date?)
  /// `least` is the version that the clinic asks for; nothing where a newer version wrote on this phone.
  case updateRequired(least: String?)
  /// The clinic has ended the access to somebody's records, and they are gone from this phone. It is said until the person
  /// knows.
  case accessEnded(name: String)
  case failed(Problem)
}
