import AppModel
import SwiftUI

struct PasswordStep: View {
  let state: SignInState
  let step: Step.Password
  let events: any SignInEvents
  @State private var password = ""
  @State private var isShown = false
  @FocusState private var focus: Field?

  private enum Field {
    case name, password
  }

  var body: some View {
    StepTitle(text: Words.signInTitle)
    VStack(alignment: .leading, spacing: Space.xs) {
      Text(Words.signInUser).font(TypeScale.label).accessibilityHidden(true)
      TextField(Words.signInUser, text: Binding(get: { state.userName }, set: { events.typeUserName($0) }))
        .textContentType(.username)
        .textInputAutocapitalization(.never)
        .autocorrectionDisabled()
        .submitLabel(.next)
        .focused($focus, equals: .name)
        .onSubmit { focus = .password }
        .boxed()
    }
    VStack(alignment: .leading, spacing: Space.xs) {
      Text(Words.signInPassword).font(TypeScale.label).accessibilityHidden(true)
      HStack {
        Group {
          if isShown {
            TextField(Words.signInPassword, text: $password)
              .textInputAutocapitalization(.never)
              .autocorrectionDisabled()
          } else {
            SecureField(Words.signInPassword, text: $password)
          }
        }
        .textContentType(.password)
        .submitLabel(.go)
        .focused($focus, equals: .password)
        .onSubmit { submit() }
        Toggle(isOn: $isShown) { Image(systemName: isShown ? Symbol.hide : Symbol.show) }
          .toggleStyle(.button)
          .accessibilityLabel(Words.signInShowPassword)
      }
      .boxed()
      if let wrong { WrongLine(text: wrong) }
    }
    .spoken(wrong)
    // A new answer empties the field that was wrong.
    .onChange(of: step.attempt) {
      password = ""
      focus = .password
    }
    if step.canReset {
      Button(Words.signInForgot, action: events.forgotPassword).buttonStyle(.quiet)
    }
    Button(Words.signInTitle, action: submit).buttonStyle(.primary(busy: state.busy)).disabled(state.busy)
    Button(action: events.useBrowser) { Label(Words.signInUseBrowser, systemImage: Symbol.browser) }
      .buttonStyle(.quiet)
      .disabled(state.busy)
    Text(Words.signInFoot(clinic: state.clinic.name)).font(TypeScale.support).foregroundStyle(Palette.textSoft)
  }

  private var wrong: String? {
    step.wrong.map { $0.attemptsLeft.map { Words.signInWrong(n: $0) } ?? Words.signInWrongUnknown }
  }

  private func submit() {
    events.password(userName: state.userName, password: password)
  }
}

extension View {
  /// The box around a field.
  func boxed() -> some View {
    padding(.horizontal, Space.m)
      .frame(minHeight: Space.rowMin)
      .background(Palette.surface, in: RoundedRectangle(cornerRadius: Radius.field, style: .continuous))
      .overlay {
        RoundedRectangle(cornerRadius: Radius.field, style: .continuous).strokeBorder(Palette.outline, lineWidth: 1.5)
      }
  }
}
