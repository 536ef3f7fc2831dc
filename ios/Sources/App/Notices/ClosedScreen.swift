import AppModel
import SwiftUI

/// Why an account's messages cannot be read now, and what opens them.
struct ClosedScreen: View {
  let owner: Owner
  let reason: ClosedReason
  let events: any ClosedEvents

  var body: some View {
    switch reason {
    case .refused:
      NoticeView(
        symbol: Symbol.locked, title: Words.sealedTitle(clinic: clinic), text: Words.sealedText,
        facts: [kept, Fact(symbol: Symbol.notice, title: Words.sealedWhy, text: Words.sealedWhyText)] + notThem
      ) { signIn }
    case .identityChanged:
      NoticeView(
        symbol: Symbol.locked, title: Words.sealedIdentity(clinic: clinic), text: Words.sealedIdentityText,
        facts: [kept] + notThem
      ) { signIn }
    case .lease(let days, let trying):
      NoticeView(
        symbol: Symbol.offline, title: Words.leaseTitle, text: Words.leaseText(clinic: clinic, n: days),
        facts: [
          Fact(symbol: Symbol.key, title: Words.leaseNoPassword, text: Words.leaseNoPasswordText),
          Fact(symbol: Symbol.sent, title: Words.sealedKept, text: Words.leaseKeptText),
        ]
      ) {
        Button(Words.leaseTry, action: events.tryNow).buttonStyle(.primary(busy: trying)).disabled(trying)
      }
    case .off(let since, let quote, let trying):
      NoticeView(
        symbol: Symbol.off, title: since == nil ? Words.leaseTitle : Words.offTitle,
        text: since == nil ? Words.offUnknownText(clinic: clinic) : switchedOff(by: clinic, since),
        facts: Fact.said(quote) + [
          Fact(symbol: Symbol.sent, title: Words.offClosed, text: Words.offClosedText),
          Fact(symbol: Symbol.retry, title: Words.offBack, text: Words.offBackClosedText),
        ]
      ) {
        Button(Words.leaseTry, action: events.tryNow).buttonStyle(.primary(busy: trying)).disabled(trying)
        if owner.clinic.phone != nil {
          Button(Words.commonCall(clinic: clinic), action: events.callClinic).buttonStyle(.quiet)
        }
      }
    case .stepUp(let problem): StepUpNotice(clinic: clinic, problem: problem, onSignIn: events.stepUp)
    case .unavailable:
      NoticeView(
        symbol: Symbol.failed, title: Words.unusableUnavailable, text: Words.unusableUnavailableText, facts: []
      ) { Button(Words.leaseTry, action: events.tryNow).buttonStyle(.primary) }
    case .configuration:
      NoticeView(
        symbol: Symbol.notice, title: Words.unusableConfiguration(clinic: clinic),
        text: Words.unusableConfigurationText,
        facts: [kept]
      ) { signIn }
    case .destroyed:
      NoticeView(
        symbol: Symbol.warning, title: Words.unusableDestroyed, text: Words.pinDestroyed,
        facts: [Fact(symbol: Symbol.warning, title: Words.unusableUnsent, text: Words.unusableUnsentText)]
      ) { signIn }
    case .keyLost, .damaged:
      NoticeView(
        symbol: Symbol.warning, title: reason == .keyLost ? Words.unusableKeyLost : Words.unusableDamaged,
        text: Words.unusableKeyLostText(clinic: clinic),
        facts: [Fact(symbol: Symbol.warning, title: Words.unusableUnsent, text: Words.unusableUnsentText)]
      ) { signIn }
    }
  }

  private var clinic: String { owner.clinic.name }

  private var kept: Fact { Fact(symbol: Symbol.sent, title: Words.sealedKept, text: Words.sealedKeptText) }

  private var notThem: [Fact] {
    let name = owner.person.name
    return name.isEmpty
      ? [] : [Fact(symbol: Symbol.people, title: Words.sealedNot(name: name), text: Words.sealedNotText)]
  }

  @ViewBuilder private var signIn: some View {
    Button(Words.sealedAgain, action: events.signInAgain).buttonStyle(.primary)
    Button(Words.sealedOther, action: events.useAnotherAccount).buttonStyle(.quiet)
  }
}

#if DEBUG
  #Preview("Closed") {
    TabView {
      ForEach(InboxState.closedSamples, id: \.self) { state in
        NavigationStack { InboxScreen(state: state, events: Silent()) }
      }
    }
    .tabViewStyle(.page(indexDisplayMode: .always))
  }
#endif
