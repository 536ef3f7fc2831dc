import AppModel
import SwiftUI

/// Lies over everything while the app is locked, and while a PIN is chosen.
struct LockScreen: View {
  let over: AppLock
  let events: any LockEvents

  var body: some View {
    switch over {
    case .locked(let question): LockedView(question: question, events: events)
    case .pin(let question):
      PinPad(
        title: Words.pinTitle, trouble: trouble(question), attempt: question.attempt, isEnabled: !question.checking,
        biometry: question.biometry, onBiometry: events.unlock, onPin: events.pin
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
    guard let left = question.attemptsLeft else { return question.trouble.map { [$0.words] } ?? [] }
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

/// Waits for the finger or face that the phone knows, which it asks for once by itself.
private struct LockedView: View {
  let question: BiometryQuestion
  let events: any LockEvents
  @Environment(\.scenePhase) private var phase
  @ScaledMetric(relativeTo: .title2) private var ring: CGFloat = 144

  var body: some View {
    VStack(spacing: Space.l) {
      Spacer()
      Image(systemName: Symbol.locked)
        .font(.system(size: ring * 0.4))
        .foregroundStyle(Palette.shieldHeart)
        .frame(width: ring, height: ring)
        .overlay(Circle().strokeBorder(Palette.shieldAccent, lineWidth: 6))
        .accessibilityHidden(true)
      Text(Words.lockTitle).font(TypeScale.title).accessibilityAddTraits(.isHeader)
      Text(question.trouble?.words ?? Words.lockText)
        .font(TypeScale.body)
        .foregroundStyle(question.trouble == nil ? Palette.onShieldSoft : Palette.shieldHeart)
      Spacer()
      Button(action: events.unlock) {
        Label(Words.lockUnlockIos(biometry: question.kind.name), systemImage: question.kind.symbol)
      }
      .buttonStyle(.primary)
      Button(Words.lockUsePin, action: events.usePin).buttonStyle(.quiet(Palette.onShield))
    }
    .foregroundStyle(Palette.onShield)
    .multilineTextAlignment(.center)
    .padding(Space.gutter)
    .frame(maxWidth: Space.readMax)
    .frame(maxWidth: .infinity, maxHeight: .infinity)
    .background(Palette.shield)
    .spoken(question.trouble?.words)
    // The system's own sheet makes the window inactive, too; the model asks once.
    .onChange(of: phase, initial: true) { _, phase in if phase == .active { events.appeared() } }
    .onChange(of: question.turn) { if phase == .active { events.appeared() } }
  }
}

extension BiometryKind {
  /// The system's names are the same in every language.
  var name: String {
    switch self {
    case .faceID: "Face ID"
    case .touchID: "Touch ID"
    case .opticID: "Optic ID"
    }
  }

  var symbol: String {
    switch self {
    case .faceID: Symbol.face
    case .touchID: Symbol.finger
    case .opticID: Symbol.face
    }
  }
}

extension BiometryTrouble {
  fileprivate var words: String {
    switch self {
    case .notRecognized: Words.lockNotRecognized
    case .lockedOut: Words.lockTooMany
    case .lost: Words.lockLost
    case .unavailable: Words.lockUnavailable
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
