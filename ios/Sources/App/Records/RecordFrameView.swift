import AppModel
import SwiftUI

/// A screen over records of one person: whose they are, and what it shows or why it cannot.
struct RecordFrameView<Content: Hashable & Sendable, Screen: View>: View {
  let owner: Owner
  let kind: RecordKind
  let title: String
  let shown: Shown<Content>
  let events: any RecordFrameEvents
  @ViewBuilder let screen: (Content) -> Screen
  @Environment(\.dismiss) private var dismiss

  var body: some View {
    Group {
      switch shown {
      case .reading: Color.clear
      case .content(let content):
        screen(content).safeAreaInset(edge: .top, spacing: 0) { ActingStrip(owner: owner) }
      case .shut(let why): shut(why)
      }
    }
    .navigationTitle(title)
    .navigationBarTitleDisplayMode(.inline)
    .background(Palette.background)
  }

  private var clinic: String { owner.clinic.name }

  @ViewBuilder private func shut(_ why: ShutReason) -> some View {
    switch why {
    case .stepUp(let problem):
      NoticeView(
        symbol: Symbol.locked, title: Words.stepUpTitle, text: Words.stepUpRecordsText(clinic: clinic),
        facts: [Fact(symbol: Symbol.messages, title: Words.stepUpElse, text: Words.stepUpElseText)]
      ) {
        if let problem { Banner(symbol: Symbol.failed, title: problem.words(clinic), tone: .warning) }
        Button(Words.signInTitle) { events.stepUp() }.buttonStyle(.primary)
        Button(Words.commonNotNow) { dismiss() }.buttonStyle(.quiet)
      }
    case .off(let since, let quote, let trying):
      NoticeView(
        symbol: Symbol.off, title: kind.switchedOff,
        text: since.map { Words.offTextSince(clinic: clinic, moment: Formats.sentence($0)) }
          ?? Words.recordsOffUnknown(clinic: clinic),
        facts: facts(quote)
      ) {
        Button(Words.leaseTry) { events.tryNow() }.buttonStyle(.primary(busy: trying)).disabled(trying)
        if owner.clinic.phone != nil {
          Button(Words.commonCall(clinic: clinic)) { events.callClinic() }.buttonStyle(.quiet)
        }
      }
    case .failed(let problem):
      NoticeView(symbol: Symbol.failed, title: problem.words(clinic), text: "", facts: []) {
        Button(Words.leaseTry) { events.tryNow() }.buttonStyle(.primary)
      }
    }
  }

  private func facts(_ quote: String?) -> [Fact] {
    let said = quote.map { Fact(symbol: Symbol.notice, title: Words.offSays, text: Words.offSaysQuote(text: $0)) }
    let closed = kind == .labs ? Words.labsOffClosedText : Words.docsOffClosedText
    return [said].compactMap(\.self) + [
      Fact(symbol: Symbol.sent, title: Words.offClosed, text: closed),
      Fact(symbol: Symbol.retry, title: Words.offBack, text: Words.recordsOffBackText),
    ]
  }
}

/// Above the rows of a screen over records. `kind` is nothing where it is over all of them.
struct RecordsBannerView: View {
  let banner: RecordsBanner
  let owner: Owner
  let kind: RecordKind?
  let events: any RecordFrameEvents

  private var clinic: String { owner.clinic.name }

  var body: some View {
    switch banner {
    case .offline(let since):
      Banner(
        symbol: Symbol.offline, title: Words.offlineTitle,
        text: since.map { Words.recordsOfflineText(moment: Formats.sentence($0)) })
    case .off(let since, let quote):
      let when =
        since.map { Words.offTextSince(clinic: clinic, moment: Formats.sentence($0)) } ?? Words.offText(clinic: clinic)
      let said = quote.map { Words.offSaysQuote(text: $0) }
      Banner(
        symbol: Symbol.off, title: (kind ?? .documents).switchedOff,
        text: [when, said].compactMap(\.self).joined(separator: " "), tone: .warning)
    case .stopped:
      Banner(
        symbol: Symbol.refused, title: Words.recordsStopped, text: Words.recordsStoppedText(clinic: clinic),
        tone: .error)
    case .signIn:
      Banner(symbol: Symbol.key, title: Words.inboxSignIn(clinic: clinic), tone: .warning) {
        Button(Words.sealedAgain) { events.signInAgain() }
      }
    case .incomplete:
      Banner(symbol: Symbol.notice, title: Words.recordsIncomplete, text: Words.recordsIncompleteText)
    case .held(let count): Banner(symbol: Symbol.unmatched, title: Words.heldTitle(n: count))
    case .failed(let problem): Banner(symbol: Symbol.failed, title: problem.words(clinic), tone: .warning)
    }
  }
}
