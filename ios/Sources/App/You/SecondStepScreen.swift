import AppModel
import SwiftUI

/// The second step at one clinic, and what can be done about it.
struct SecondStepScreen: View {
  let state: SecondStepPageState
  let events: any SecondStepEvents

  var body: some View {
    List {
      if let problem { WrongLine(text: problem) }
      if state.asking != nil {
        banner {
          Banner(symbol: Symbol.key, title: Words.secondStepUp, text: Words.secondStepUpText, tone: .warning) {
            Button(Words.sealedAgain, action: events.signInAgain)
          }
          .spoken(Words.secondStepUp)
        }
      }
      if let step = state.step {
        if step.on { on(step) } else { off }
      } else if problem == nil {
        Text(Words.secondLooking(clinic: clinic)).foregroundStyle(Palette.textSoft)
      } else {
        Button(Words.exportAgain, action: events.lookAgain)
      }
    }
    .navigationTitle(Words.enrolTitle)
    .navigationBarTitleDisplayMode(.inline)
    .disabled(state.busy)
    .spoken(problem)
    .alert(
      Words.secondOffTitle, isPresented: Binding(get: { state.turningOff }, set: { if !$0 { events.keepOn() } })
    ) {
      Button(Words.secondOff, role: .destructive, action: events.turnOff)
      Button(Words.secondKeep, role: .cancel, action: events.keepOn)
    } message: {
      Text(Words.secondOffText)
    }
  }

  private var clinic: String { state.clinic.name }

  private var problem: String? { state.problem?.words(clinic) }

  private func banner(_ banner: () -> some View) -> some View {
    Section(content: banner).listRowInsets(EdgeInsets()).listRowBackground(Color.clear)
  }

  @ViewBuilder private func on(_ step: SecondStepState) -> some View {
    banner {
      Banner(symbol: Symbol.whole, title: Words.secondOn, text: Words.secondOnText(clinic: clinic), tone: .ok)
    }
    Section {
      GroupRow(
        title: Words.secondMove, text: Words.secondMoveText, symbol: Symbol.devices, action: events.setUp)
      GroupRow(
        title: Words.secondNewCodes,
        text: step.fewLeft.map { "\(Words.secondFew(n: $0)) \(Words.secondNewCodesText)" } ?? Words.secondNewCodesText,
        symbol: Symbol.document, textColor: step.fewLeft == nil ? Palette.textSoft : Palette.warning,
        action: events.newCodes)
    }
    Section {
      GroupRow(
        title: Words.secondOff, symbol: Symbol.off, color: Palette.error, titleColor: Palette.error, leads: nil,
        action: events.askToTurnOff)
    } footer: {
      Text(Words.secondFoot)
    }
  }

  @ViewBuilder private var off: some View {
    banner {
      Banner(symbol: Symbol.warning, title: Words.secondIsOff, text: Words.enrolText, tone: .warning)
    }
    Section {
      GroupRow(title: Words.secondTurnOn, symbol: Symbol.key, action: events.setUp)
    } footer: {
      Text(Words.secondFootOff)
    }
  }
}

#if DEBUG
  #Preview("Second step") {
    TabView {
      ForEach(SecondStepPageState.samples, id: \.self) { state in
        NavigationStack { SecondStepScreen(state: state, events: Silent()) }
      }
    }
    .tabViewStyle(.page(indexDisplayMode: .always))
  }
#endif
