import AppModel
import SwiftUI

/// Lies over everything while the app is locked, and while a PIN is chosen.
struct LockScreen: View {
  let over: AppLock
  let events: any LockEvents

  var body: some View {
    switch over {
    case .pin(let question):
      PinPad(
        title: Words.pinTitle, trouble: trouble(question), attempt: question.attempt, isEnabled: !question.checking,
        onPin: events.pin
      ) {
        if question.optional {
          Button(Words.commonCancel, action: events.cancel).buttonStyle(.quiet(Palette.onShield))
        } else {
          Button(Words.pinForgot, action: events.forgotPin).buttonStyle(.quiet(Palette.onShield))
        }
      }
    case .choose(let attempt, let again, let problem):
      PinPad(
        title: again ? Words.pinAgain : Words.pinChoose, trouble: problem.map(words).map { [$0] } ?? [],
        attempt: attempt, isEnabled: true, onPin: events.pin
      ) {
        Button(Words.commonCancel, action: events.cancel).buttonStyle(.quiet(Palette.onShield))
      }
    case .forgot(let clinic, let going): ForgottenPin(clinic: clinic, going: going, events: events)
    }
  }

  /// From this many tries left on, the screen says what happens after the last.
  private static let warnFrom = 5

  private func trouble(_ question: PinQuestion) -> [String] {
    guard let left = question.attemptsLeft else { return [] }
    let wrong = Words.pinWrong(n: left)
    return left > Self.warnFrom ? [wrong] : [wrong, Words.pinWarning(clinic: question.clinic)]
  }

  private func words(_ problem: PinProblem) -> String {
    switch problem {
    case .differ: Words.pinDiffer
    case .easy: Words.pinEasy
    case .failed: Words.unusableUnavailable
    }
  }
}

/// What goes when the PIN is forgotten.
private struct ForgottenPin: View {
  let clinic: String
  let going: Bool
  let events: any LockEvents

  var body: some View {
    ScrollView {
      VStack(spacing: Space.l) {
        Text(Words.forgetTitle(clinic: clinic))
          .font(TypeScale.title)
          .accessibilityAddTraits(.isHeader)
        Text(Words.pinForgotText).font(TypeScale.body)
        Button(Words.forgetDo, role: .destructive, action: events.forget)
          .buttonStyle(.primary(busy: going))
          .disabled(going)
        Button(Words.commonCancel, action: events.cancel).buttonStyle(.quiet(Palette.onShield))
      }
      .foregroundStyle(Palette.onShield)
      .multilineTextAlignment(.center)
      .padding(Space.gutter)
      .frame(maxWidth: Space.readMax)
      .frame(maxWidth: .infinity)
    }
    .background(Palette.shield)
  }
}

#if DEBUG
  #Preview("Lock") {
    TabView {
      ForEach(AppLock.samples, id: \.self) { over in LockScreen(over: over, events: Silent()) }
    }
    .tabViewStyle(.page(indexDisplayMode: .always))
  }
#endif
