import AppModel
import SwiftUI

/// The field for a code. Where the number of its digits is known, a complete code is sent by itself once.
struct CodeField: View {
  let attempt: Int
  let digits: Int?
  @Binding var code: String
  let onCode: @MainActor (String) -> Void
  @FocusState private var isFocused: Bool
  @State private var sent = ""

  private static let most = 8

  var body: some View {
    TextField(label, text: $code)
      .font(TypeScale.code)
      .keyboardType(.numberPad)
      .textContentType(.oneTimeCode)
      .environment(\.layoutDirection, .leftToRight)
      .focused($isFocused)
      .boxed()
      .accessibilityLabel(label)
      .onAppear { isFocused = true }
      .onChange(of: attempt) {
        code = ""
        isFocused = true
      }
      .onChange(of: code) { _, typed in
        // A pasted code may have spaces and dashes, or the digits of another script.
        let plain = String(typed.compactMap(\.wholeNumberValue).map(String.init).joined().prefix(digits ?? Self.most))
        if plain != typed { code = plain }
        if plain.count == digits, plain != sent {
          sent = plain
          onCode(plain)
        }
      }
  }

  private var label: String {
    digits.map { Words.codeA11y(digits: $0) } ?? Words.codeA11yUnknown
  }
}

extension Wrong {
  var codeWords: String { attemptsLeft.map { Words.codeWrong(n: $0) } ?? Words.codeWrongUnknown }
}

struct CodeStep: View {
  let state: SignInState
  let step: Step.Code
  let events: any SignInEvents
  @State private var code = ""

  var body: some View {
    StepTitle(text: Words.codeTitle)
    Text(Words.codeTextUnknown(clinic: state.clinic.name)).font(TypeScale.body).foregroundStyle(Palette.textSoft)
    CodeField(attempt: step.attempt, digits: nil, code: $code, onCode: events.code)
    if let wrong = step.wrong { WrongLine(text: wrong.codeWords, hint: Words.codeWrongHint) }
    Button(Words.codeSend) { events.code(code) }
      .buttonStyle(.primary(busy: state.busy))
      .disabled(state.busy || code.count < 6)
      .spoken(step.wrong?.codeWords)
    if step.recovery {
      Button(Words.codeUseRecovery, action: events.useRecoveryCode).buttonStyle(.quiet)
    }
  }
}

struct RecoveryCodeStep: View {
  let state: SignInState
  let step: Step.RecoveryCode
  let events: any SignInEvents
  @State private var code = ""

  var body: some View {
    StepTitle(text: Words.codeRecoveryTitle)
    Text(Words.codeRecoveryText).font(TypeScale.body).foregroundStyle(Palette.textSoft)
    TextField(Words.codeRecoveryField, text: $code)
      .font(TypeScale.body.monospaced())
      .textInputAutocapitalization(.characters)
      .autocorrectionDisabled()
      .environment(\.layoutDirection, .leftToRight)
      .submitLabel(.go)
      .onSubmit { events.recoveryCode(code) }
      .boxed()
      .onChange(of: step.attempt) { code = "" }
      .spoken(wrong)
    if let wrong { WrongLine(text: wrong) }
    Button(Words.codeSend) { events.recoveryCode(code) }
      .buttonStyle(.primary(busy: state.busy))
      .disabled(state.busy)
    Button(Words.codeUseApp, action: events.useAppCode).buttonStyle(.quiet)
  }

  private var wrong: String? {
    step.unreadable ? Words.codeRecoveryBad : step.wrong?.codeWords
  }
}
