import AppModel
import SwiftUI

/// The way out of an account: first what goes from this phone with it.
struct LeavingScreen: View {
  let state: LeavingState
  let events: any LeavingEvents

  var body: some View {
    NoticeView(
      symbol: forgets ? Symbol.delete : Symbol.signedOut,
      title: title, text: "", facts: [goes] + waiting + ends + [stays], color: Palette.error
    ) {
      if let problem { WrongLine(text: problem) }
      if state.unsent > 0, state.stuck == 0 {
        Button(Words.forgetSend(n: state.unsent), action: events.sendFirst)
          .buttonStyle(.primary(busy: state.sending))
          .disabled(state.sending || state.going)
      }
      Button(forgets ? Words.forgetDo : Words.privacySignOut, role: .destructive, action: events.go)
        .buttonStyle(.outline)
        .disabled(!state.canGo)
    }
    .navigationBarTitleDisplayMode(.inline)
    .spoken(problem)
  }

  private var clinic: String { state.clinic.name }

  private var forgets: Bool { state.way == .forget }

  private var title: String {
    if let person = state.person { return Words.forgetPersonTitle(name: person.called) }
    return forgets ? Words.forgetTitle(clinic: clinic) : Words.leaveTitle(clinic: clinic)
  }

  private var problem: String? {
    state.problem?.words(clinic) ?? (state.stuck > 0 ? Words.forgetStuck(n: state.stuck) : nil)
  }

  private var goes: Fact {
    Fact(symbol: Symbol.delete, title: Words.forgetGoes, text: gone, color: Palette.error)
  }

  private var gone: String {
    if let person = state.person { return Words.forgetPersonGoes(name: person.called) }
    return state.others.isEmpty
      ? Words.forgetGoesOwn : Words.forgetGoesOthers(names: state.others.formatted(.list(type: .and)))
  }

  private var waiting: [Fact] {
    switch state.waiting {
    case nil: []
    case .counted(let unsent, let drafts):
      (unsent > 0 ? [lost(Symbol.warning, Words.forgetUnsent(n: unsent), Words.forgetUnsentText)] : [])
        + (drafts > 0 ? [lost(Symbol.draft, Words.forgetDrafts(n: drafts), Words.forgetDraftsText)] : [])
    case .unknown: [lost(Symbol.warning, Words.unusableUnsent, Words.forgetClosedText)]
    }
  }

  private func lost(_ symbol: String, _ title: String, _ text: String) -> Fact {
    Fact(symbol: symbol, title: title, text: text, color: Palette.warning)
  }

  /// What becomes of the sign-in. What was granted for another person is given back, as soon as the clinic can be reached.
  private var ends: [Fact] {
    if state.person != nil { return [] }
    if forgets { return [Fact(symbol: Symbol.key, title: Words.forgetUntold, text: Words.forgetUntoldText)] }
    return [
      state.offline
        ? Fact(symbol: Symbol.offline, title: Words.offlineTitle, text: Words.leaveOfflineText)
        : Fact(symbol: Symbol.key, title: Words.leaveEnds, text: Words.leaveEndsText)
    ]
  }

  private var stays: Fact {
    let text = state.person.map { Words.forgetPersonStays(name: $0.called) } ?? Words.forgetStaysText
    return Fact(symbol: Symbol.clinic, title: Words.forgetStays, text: text)
  }
}

#if DEBUG
  #Preview("Leaving") {
    TabView {
      ForEach(LeavingState.samples, id: \.self) { state in
        NavigationStack { LeavingScreen(state: state, events: Silent()) }
      }
    }
    .tabViewStyle(.page(indexDisplayMode: .always))
  }
#endif
