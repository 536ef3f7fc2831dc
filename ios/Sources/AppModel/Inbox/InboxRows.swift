import Foundation
import Pericard

/// The rows of an inbox out of its three lists.
struct InboxRows {
  var threads: [MessageThread] = []
  var waiting: [Message] = []
  var drafts: [Draft] = []

  /// Newest first; what waits, failed or is a draft before everything else.
  var all: [ThreadRow] {
    let rows = begun + threads.map(row)
    return rows.filter(\.mark.rises) + rows.filter { !$0.mark.rises }
  }

  private var begun: [ThreadRow] {
    drafts.filter { $0.thread == nil }.map { draft in
      ThreadRow(
        id: .draft(draft.id), who: "", subject: draft.subject, preview: draft.text, at: Moment(at: draft.changedAt),
        mark: .draft)
    }
  }

  private func row(_ thread: MessageThread) -> ThreadRow {
    var row = ThreadRow(
      id: .thread(thread.id), who: thread.participants.first ?? "", subject: thread.subject, preview: thread.lastText,
      at: Moment(at: thread.lastAt, precision: thread.lastPrecision), unread: thread.unread,
      mark: thread.lastOutgoing ? .sent : .none)
    if !thread.lastOutgoing, !thread.lastFrom.isEmpty { row.who = thread.lastFrom }
    // The weightiest of what has not gone, then what is being written.
    if let worst = waiting.filter({ $0.thread == thread.id }).max(by: { $0.state.weight < $1.state.weight }) {
      row.mark = worst.state.mark
      row.preview = worst.text
    } else if let draft = drafts.first(where: { $0.thread == thread.id }) {
      row.mark = .draft
      row.preview = draft.text
    }
    return row
  }
}

extension RowMark {
  var rises: Bool {
    switch self {
    case .none, .sent: false
    case .waiting, .sending, .failed, .unsure, .draft: true
    }
  }
}

extension MessageState {
  fileprivate var mark: RowMark {
    switch self {
    case .received: .none
    case .queued: .waiting
    case .sending: .sending
    case .sent: .sent
    case .failed: .failed
    case .unknown: .unsure
    }
  }

  fileprivate var weight: Int {
    switch self {
    case .received, .sent: 0
    case .queued: 1
    case .sending: 2
    case .unknown: 3
    case .failed: 4
    }
  }
}

extension SearchHit {
  var row: HitRow {
    HitRow(
      id: message.id, thread: message.thread, subject: subject, who: message.from,
      at: Moment(at: message.at, precision: message.precision), snippet: snippet)
  }
}
