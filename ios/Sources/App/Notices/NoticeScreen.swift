import AppModel
import SwiftUI

/// A notice, and what can be done about it.
struct NoticeScreen: View {
  let state: NoticeState
  let events: any NoticeEvents

  var body: some View {
    switch state.notice {
    case .off(let since, let quote):
      switched(
        Words.offTitle, switchedOff(by: clinic, since),
        Fact.said(quote) + [
          Fact(symbol: Symbol.messages, title: Words.offRead, text: Words.offReadText),
          Fact(symbol: Symbol.retry, title: Words.offBack, text: Words.offBackText),
        ])
    case .readOnly(let since, let quote):
      switched(
        Words.readOnlyTitle(clinic: clinic),
        since.map { Words.readOnlyTextSince(moment: Formats.sentence($0)) } ?? Words.readOnlyBanner,
        Fact.said(quote) + [
          Fact(symbol: Symbol.messages, title: Words.offRead, text: Words.readOnlyReadText),
          Fact(symbol: Symbol.retry, title: Words.offBack, text: Words.offBackText),
        ])
    case .incident(let id, let at): incident(id.rawValue, at)
    case .held(let count, let canWrite): held(count, canWrite)
    case .begunAnew: begunAnew
    case .clockWrong(let phoneTime, let clinicTime): clock(phoneTime, clinicTime)
    case .update(let least): update(least)
    }
  }

  private func switched(_ title: String, _ text: String, _ facts: [Fact]) -> some View {
    NoticeView(symbol: Symbol.off, title: title, text: text, facts: facts) {
      if state.clinic.phone != nil {
        Button(Words.commonCall(clinic: clinic), action: events.call).buttonStyle(.tonal)
      }
      Button(Words.offReadMine, action: events.readMessages).buttonStyle(.quiet)
    }
  }

  private func incident(_ id: String, _ at: Date) -> some View {
    NoticeView(
      symbol: Symbol.refused, title: Words.incidentTitle, text: Words.incidentText(clinic: clinic),
      facts: [
        Fact(symbol: Symbol.whole, title: Words.incidentSafe, text: Words.incidentSafeText),
        Fact(symbol: Symbol.off, title: Words.incidentPaused, text: Words.incidentPausedText),
        Fact(
          symbol: Symbol.phone, title: Words.incidentDo,
          text: Words.incidentDoText(id: id, moment: Formats.sentence(at))),
      ]
    ) {
      if state.clinic.phone != nil {
        Button(Words.commonCall(clinic: clinic), action: events.call).buttonStyle(.primary)
        Button(Words.incidentCopy, action: events.copyReport).buttonStyle(.quiet)
      } else {
        Button(Words.incidentCopy, action: events.copyReport).buttonStyle(.primary)
      }
    }
  }

  private func held(_ count: Int, _ canWrite: Bool) -> some View {
    NoticeView(
      symbol: Symbol.unmatched, title: Words.heldTitle(n: count), text: Words.heldText(clinic: clinic),
      facts: [
        Fact(symbol: Symbol.messages, title: Words.heldElse, text: Words.heldElseText(n: count)),
        Fact(symbol: Symbol.retry, title: Words.heldCome, text: Words.heldComeText),
        Fact(symbol: Symbol.phone, title: Words.heldMissing, text: Words.heldMissingText),
      ]
    ) {
      if canWrite { Button(Words.heldWrite, action: events.write).buttonStyle(.tonal) }
      Button(Words.commonOk, action: events.close).buttonStyle(.quiet)
    }
  }

  private var begunAnew: some View {
    NoticeView(
      symbol: Symbol.download, title: Words.anewTitle, text: Words.anewText(clinic: clinic),
      facts: [
        Fact(symbol: Symbol.messages, title: Words.anewCome, text: Words.anewComeText),
        Fact(symbol: Symbol.write, title: Words.anewWrote, text: Words.anewWroteText),
        Fact(symbol: Symbol.devices, title: Words.anewAgain, text: Words.anewAgainText),
      ]
    ) {
      Button(Words.offReadMine, action: events.readMessages).buttonStyle(.tonal)
    }
  }

  private func clock(_ phoneTime: Date, _ clinicTime: Date?) -> some View {
    var facts = [Fact(symbol: Symbol.devices, title: Words.clockPhone, text: Formats.full(phoneTime))]
    if let clinicTime {
      facts.append(
        Fact(symbol: Symbol.clinic, title: Words.clockClinic(clinic: clinic), text: Formats.full(clinicTime)))
    }
    facts.append(Fact(symbol: Symbol.settings, title: Words.clockHow, text: Words.clockHowIos))
    return NoticeView(symbol: Symbol.clock, title: Words.clockTitle, text: Words.clockText, facts: facts) {
      Button(Words.clockDone, action: events.close).buttonStyle(.primary)
    }
  }

  private func update(_ least: String?) -> some View {
    let waits = Fact(symbol: Symbol.queued, title: Words.updateWait, text: Words.updateWaitText)
    let reads = Fact(symbol: Symbol.messages, title: Words.offRead, text: Words.updateReadText)
    return NoticeView(
      symbol: Symbol.update, title: Words.updateTitle,
      text: least.map { Words.updateText(clinic: clinic, min: $0, have: state.version) } ?? Words.updateTextUnknown,
      facts: least == nil ? [waits] : [reads, waits]
    ) {
      Button(Words.updateIos, action: events.openStore).buttonStyle(.primary)
      Button(Words.commonLater, action: events.close).buttonStyle(.quiet)
    }
  }

  private var clinic: String { state.clinic.name }
}

/// That the clinic switched messages off, and when where it says so.
func switchedOff(by clinic: String, _ since: Date?) -> String {
  since.map { Words.offTextSince(clinic: clinic, moment: Formats.sentence($0)) } ?? Words.offText(clinic: clinic)
}

extension Fact {
  /// The clinic's own words; nothing where it says none.
  static func said(_ quote: String?) -> [Fact] {
    quote.map { [Fact(symbol: Symbol.notice, title: Words.offSays, text: Words.offSaysQuote(text: $0))] } ?? []
  }
}

#if DEBUG
  #Preview("Notice") {
    TabView {
      ForEach(NoticeState.samples, id: \.self) { state in NoticeScreen(state: state, events: Silent()) }
    }
    .tabViewStyle(.page(indexDisplayMode: .always))
  }
#endif
