import SwiftUI

/// What a banner is about: information, something that is well, something to look at, something that failed.
enum Tone {
  case plain, ok, warning, error

  var paper: Color {
    switch self {
    case .plain: Palette.surfaceSunken
    case .ok: Palette.okContainer
    case .warning: Palette.warningContainer
    case .error: Palette.errorContainer
    }
  }

  var ink: Color {
    switch self {
    case .plain: Palette.text
    case .ok: Palette.onOkContainer
    case .warning: Palette.onWarningContainer
    case .error: Palette.onErrorContainer
    }
  }
}

/// A line above the content, with what can be done about it.
struct Banner<Deeds: View>: View {
  let symbol: String
  let title: String
  var text: String?
  var tone = Tone.plain
  @ViewBuilder let deeds: Deeds

  var body: some View {
    VStack(alignment: .leading, spacing: Space.xs) {
      Label {
        VStack(alignment: .leading, spacing: Space.xs) {
          Text(title).font(TypeScale.headline)
          if let text { Text(text).font(TypeScale.support) }
        }
      } icon: {
        Image(systemName: symbol).accessibilityHidden(true)
      }
      .accessibilityElement(children: .combine)
      HStack(spacing: Space.l) { deeds }
        .buttonStyle(.quiet(tone.ink))
        .frame(maxWidth: .infinity, alignment: .trailing)
    }
    .foregroundStyle(tone.ink)
    .padding(Space.m)
    .frame(maxWidth: .infinity, alignment: .leading)
    .background(tone.paper, in: RoundedRectangle(cornerRadius: Radius.card, style: .continuous))
  }
}

extension Banner where Deeds == EmptyView {
  init(symbol: String, title: String, text: String? = nil, tone: Tone = .plain) {
    self.init(symbol: symbol, title: title, text: text, tone: tone) { EmptyView() }
  }
}

/// What went wrong, under what the person did.
struct WrongLine: View {
  let text: String
  var hint: String?

  var body: some View {
    Label {
      VStack(alignment: .leading, spacing: Space.xs) {
        Text(text).font(TypeScale.support).foregroundStyle(Palette.error)
        if let hint { Text(hint).font(TypeScale.support).foregroundStyle(Palette.textSoft) }
      }
    } icon: {
      Image(systemName: Symbol.failed).foregroundStyle(Palette.error).accessibilityHidden(true)
    }
    .accessibilityElement(children: .combine)
  }
}

/// Speaks `text` when it appears and each time that it changes.
struct Spoken: ViewModifier {
  let text: String?

  func body(content: Content) -> some View {
    content.onChange(of: text, initial: true) { _, text in
      if let text { AccessibilityNotification.Announcement(text).post() }
    }
  }
}

extension View {
  func spoken(_ text: String?) -> some View { modifier(Spoken(text: text)) }
}
