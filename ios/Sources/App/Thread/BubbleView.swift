import AppModel
import SwiftUI

/// A message, with where it stands and what can be done about that.
struct BubbleView: View {
  let bubble: Bubble
  let clinic: Clinic
  let events: any ThreadEvents

  var body: some View {
    VStack(alignment: .leading, spacing: Space.s) {
      if !bubble.outgoing, !bubble.from.isEmpty {
        Text(bubble.from).font(TypeScale.label).foregroundStyle(soft).accessibilityHidden(true)
      }
      if bubble.urgent { note(Words.threadImportant, Symbol.warning) }
      if !bubble.text.isEmpty {
        Text(bubble.text).font(TypeScale.body).textSelection(.enabled).accessibilityLabel(spoken)
      }
      ForEach(bubble.files) { file in FileCard(file: file, clinic: clinic, events: events) }
      if bubble.edited { note(Words.threadChanged(clinic: clinic.name), Symbol.draft) }
      standing
    }
    .foregroundStyle(ink)
    .padding(Space.m)
    .background(paper, in: shape)
    .overlay { if bubble.delivery == .queued { shape.strokeBorder(Palette.outline) } }
    .frame(maxWidth: 560, alignment: bubble.outgoing ? .trailing : .leading)
    .frame(maxWidth: .infinity, alignment: bubble.outgoing ? .trailing : .leading)
    .padding(bubble.outgoing ? .leading : .trailing, Space.xxl)
    .contextMenu {
      if !bubble.text.isEmpty { Button(Words.commonCopy) { events.copy(bubble.id) } }
    }
    .accessibilityElement(children: .contain)
    .accessibilityActions { actions }
  }

  @ViewBuilder private var standing: some View {
    switch bubble.delivery {
    case .failed:
      trouble(Words.stateFailed, Words.stateFailedWhy(clinic: clinic.name), Symbol.failed)
      HStack(spacing: Space.l) {
        Button(action: { events.withdraw(bubble.id) }) { Label(Words.threadRemove, systemImage: Symbol.delete) }
        Button(action: { events.retry(bubble.id) }) { Label(Words.threadSendAgain, systemImage: Symbol.retry) }
      }
      .buttonStyle(.quiet(ink))
    case .unknown:
      trouble(Words.stateUnknown, Words.stateUnknownWhy, Symbol.unsure)
      Button(action: { events.decide(bubble.id) }) { Label(Words.threadWhatCanIDo, systemImage: Symbol.notice) }
        .buttonStyle(.quiet(ink))
    case .received: Text(Formats.clock(bubble.at)).font(TypeScale.caption).foregroundStyle(soft)
    case .queued: note(Words.stateQueued, Symbol.queued)
    case .sending: note(Words.stateSending, Symbol.sending)
    case .sent: note(Words.stateSent(time: Formats.clock(bubble.at)), Symbol.sent)
    }
  }

  @ViewBuilder private var actions: some View {
    if !bubble.text.isEmpty { Button(Words.commonCopy) { events.copy(bubble.id) } }
    switch bubble.delivery {
    case .failed:
      Button(Words.threadSendAgain) { events.retry(bubble.id) }
      Button(Words.threadRemove) { events.withdraw(bubble.id) }
    case .unknown: Button(Words.threadWhatCanIDo) { events.decide(bubble.id) }
    case .received, .queued, .sending, .sent: EmptyView()
    }
  }

  private func note(_ text: String, _ symbol: String) -> some View {
    Label(text, systemImage: symbol).font(TypeScale.caption).foregroundStyle(soft)
  }

  private func trouble(_ what: String, _ why: String, _ symbol: String) -> some View {
    Label {
      Text(what).bold() + Text(verbatim: " ") + Text(why)
    } icon: {
      Image(systemName: symbol).accessibilityHidden(true)
    }
    .font(TypeScale.support)
  }

  private var spoken: String {
    let who = bubble.outgoing ? Words.threadYou : bubble.from
    return who.isEmpty ? bubble.text : "\(who). \(bubble.text)"
  }

  private var shape: RoundedRectangle { RoundedRectangle(cornerRadius: Radius.bubble, style: .continuous) }

  private var paper: Color {
    switch bubble.delivery {
    case .received: Palette.bubbleIn
    case .queued: Palette.background
    case .sending, .sent: Palette.bubbleOut
    case .failed: Palette.errorContainer
    case .unknown: Palette.warningContainer
    }
  }

  private var ink: Color {
    switch bubble.delivery {
    case .received: Palette.onBubbleIn
    case .queued: Palette.text
    case .sending, .sent: Palette.onBubbleOut
    case .failed: Palette.onErrorContainer
    case .unknown: Palette.onWarningContainer
    }
  }

  private var soft: Color {
    switch bubble.delivery {
    case .received, .queued: Palette.textSoft
    case .sending, .sent: Palette.onBubbleOutSoft
    case .failed: Palette.onErrorContainer
    case .unknown: Palette.onWarningContainer
    }
  }
}
