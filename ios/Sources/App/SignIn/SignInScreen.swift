import AppModel
import SwiftUI

/// A sign-in, at the step that it asks for now.
struct SignInScreen: View {
  let state: SignInState
  let events: any SignInEvents

  var body: some View {
    ScrollView {
      VStack(alignment: .leading, spacing: Space.l) {
        ClinicHead(clinic: state.clinic)
        step
        if let problem { WrongLine(text: problem) }
      }
      .padding(Space.gutter)
      .frame(maxWidth: Space.readMax, alignment: .leading)
      .frame(maxWidth: .infinity)
    }
    .background(Palette.surface)
    .scrollDismissesKeyboard(.interactively)
    .spoken(problem)
    .navigationBarBackButtonHidden()
    .toolbar {
      if canStop {
        ToolbarItem(placement: .cancellationAction) { Button(Words.commonCancel, action: events.stop) }
      }
    }
    .interactiveDismissDisabled()
  }

  @ViewBuilder private var step: some View {
    switch state.step {
    case .password(let step): PasswordStep(state: state, step: step, events: events)
    case .browser: BrowserStep(state: state, events: events)
    case .code(let step): CodeStep(state: state, step: step, events: events)
    case .recoveryCode(let step): RecoveryCodeStep(state: state, step: step, events: events)
    case .enrol(let step): EnrolStep(state: state, step: step, events: events)
    case .recoveryCodes(let codes, let kept): RecoveryCodesStep(codes: codes, kept: kept, events: events)
    case .wait(let wait): WaitStep(clinic: state.clinic, wait: wait, events: events)
    }
  }

  /// The codes are shown once: they have to be kept first.
  private var canStop: Bool {
    if case .recoveryCodes = state.step { false } else { true }
  }

  private var problem: String? { state.problem?.words(state.clinic.name) }
}

/// Where the person signs in: its name and its address, so that nobody types a password at another place.
private struct ClinicHead: View {
  let clinic: Clinic

  var body: some View {
    Label {
      VStack(alignment: .leading) {
        Text(clinic.name).font(TypeScale.headline).foregroundStyle(Palette.text)
        Text(clinic.host).font(TypeScale.support).foregroundStyle(Palette.textSoft)
      }
    } icon: {
      Image(systemName: clinic.symbol).foregroundStyle(Palette.primary).accessibilityHidden(true)
    }
    .accessibilityElement(children: .combine)
  }
}

struct StepTitle: View {
  let text: String

  var body: some View {
    Text(text).font(TypeScale.title).foregroundStyle(Palette.text).accessibilityAddTraits(.isHeader)
  }
}

#if DEBUG
  #Preview("Sign in") {
    TabView {
      ForEach(SignInState.samples, id: \.self) { state in
        NavigationStack { SignInScreen(state: state, events: Silent()) }
      }
    }
    .tabViewStyle(.page(indexDisplayMode: .always))
  }
#endif
