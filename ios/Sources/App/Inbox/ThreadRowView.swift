import AppModel
import SwiftUI

/// A conversation in the list: one element for assistive technology.
struct ThreadRowView: View {
  let row: ThreadRow
  @Environment(\.dynamicTypeSize) private var typeSize

  var body: some View {
    HStack(alignment: .top, spacing: Space.m) {
      if !typeSize.isAccessibilitySize { Avatar(name: row.who) }
      VStack(alignment: .leading, spacing: Space.xs) {
        if typeSize.isAccessibilitySize {
          who
          time
        } else {
          HStack(alignment: .firstTextBaseline) {
            who
            Spacer(minLength: Space.s)
            time
          }
        }
        Text(subject)
          .font(row.unread > 0 ? TypeScale.headline : TypeScale.body)
          .foregroundStyle(Palette.text)
        HStack(alignment: .firstTextBaseline, spacing: Space.xs) {
          if let symbol = row.mark.symbol { Image(systemName: symbol).foregroundStyle(row.mark.color) }
          Text(preview)
            .font(TypeScale.support)
            .foregroundStyle(row.mark.color)
            .lineLimit(typeSize.isAccessibilitySize ? nil : 2)
          Spacer(minLength: 0)
          if row.unread > 0 {
            Text(row.unread, format: .number)
              .font(TypeScale.label)
              .foregroundStyle(Palette.onHeart)
              .padding(.horizontal, Space.s)
              .padding(.vertical, Space.xs)
              .background(Palette.heart, in: Capsule())
          }
        }
      }
    }
    .padding(.vertical, Space.xs)
    .contentShape(Rectangle())
    .accessibilityElement(children: .ignore)
    .accessibilityLabel(spoken)
    .accessibilityAddTraits(.isButton)
  }

  private var who: some View {
    Text(row.who.isEmpty ? subject : row.who).font(TypeScale.headline).foregroundStyle(Palette.text)
  }

  private var time: some View {
    Text(Formats.row(row.at))
      .font(TypeScale.caption)
      .foregroundStyle(row.unread > 0 ? Palette.heart : Palette.textSoft)
  }

  private var subject: String { row.subject.isEmpty ? Words.inboxNoSubject : row.subject }

  private var preview: String {
    let text = row.preview.isEmpty ? Words.inboxNoText : row.preview
    return switch row.mark {
    case .none: text
    case .sent: Words.inboxYou(text: text)
    case .waiting: Words.inboxWaiting(text: text)
    case .sending: Words.inboxSending(text: text)
    case .failed: Words.inboxFailed(text: text)
    case .unsure: Words.inboxUnsure(text: text)
    case .draft: "\(Words.inboxDraft) \(text)"
    }
  }

  private var spoken: String {
    let line = Words.inboxRowA11y(sender: row.who, subject: subject, preview: preview, time: Formats.row(row.at))
    return row.unread > 0 ? "\(Words.inboxUnreadA11y(n: row.unread)). \(line)" : line
  }
}

extension RowMark {
  fileprivate var symbol: String? {
    switch self {
    case .none: nil
    case .sent: Symbol.sent
    case .waiting: Symbol.queued
    case .sending: Symbol.sending
    case .failed: Symbol.failed
    case .unsure: Symbol.unsure
    case .draft: Symbol.draft
    }
  }

  fileprivate var color: Color {
    switch self {
    case .failed: Palette.error
    case .unsure: Palette.warning
    case .none, .sent, .waiting, .sending, .draft: Palette.textSoft
    }
  }
}
