import AppModel
import SwiftUI

/// The hits as one types, newest first.
struct SearchResults: View {
  let text: String
  let hits: [HitRow]
  let searching: Bool
  let events: any InboxEvents

  var body: some View {
    if !text.isEmpty, !searching || !hits.isEmpty {
      Text(count).font(TypeScale.support).foregroundStyle(Palette.textSoft).spoken(said)
    }
    ForEach(Array(hits.enumerated()), id: \.element.id) { index, hit in
      Button {
        events.open(hit)
      } label: {
        HitRowView(hit: hit)
      }
      .buttonStyle(.plain)
      .onAppear { events.shown(index) }
    }
  }

  private var count: String {
    hits.isEmpty ? Words.searchNone(text: text) : Words.searchCount(n: hits.count)
  }

  private var said: String? { searching ? nil : Words.sayResults(n: hits.count) }
}

private struct HitRowView: View {
  let hit: HitRow

  var body: some View {
    VStack(alignment: .leading, spacing: Space.xs) {
      HStack(alignment: .firstTextBaseline) {
        Text(hit.subject.isEmpty ? Words.inboxNoSubject : hit.subject)
          .font(TypeScale.headline)
          .foregroundStyle(Palette.text)
        Spacer(minLength: Space.s)
        Text(Formats.row(hit.at)).font(TypeScale.caption).foregroundStyle(Palette.textSoft)
      }
      if !hit.who.isEmpty { Text(hit.who).font(TypeScale.support).foregroundStyle(Palette.textSoft) }
      if hit.isElsewhere {
        Label(Words.searchElsewhere, systemImage: Symbol.search)
          .font(TypeScale.support)
          .foregroundStyle(Palette.textSoft)
      }
      Text(snippet).font(TypeScale.support).foregroundStyle(Palette.text)
    }
    .padding(.vertical, Space.xs)
    .contentShape(Rectangle())
    .accessibilityElement(children: .combine)
    .accessibilityAddTraits(.isButton)
  }

  /// What hit is bold and marked: a colour alone would be no sign.
  private var snippet: AttributedString {
    var text = AttributedString()
    for piece in hit.snippet {
      var part = AttributedString(piece.text)
      if piece.hit {
        part.inlinePresentationIntent = .stronglyEmphasized
        part.swiftUI.backgroundColor = Palette.mark
        part.swiftUI.foregroundColor = Palette.onMark
      }
      text += part
    }
    return text
  }
}
