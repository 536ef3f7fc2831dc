import AppModel
import SwiftUI

/// The codes, which are shown this once.
struct RecoveryCodesStep: View {
  let codes: [String]
  let kept: Bool
  let events: any SignInEvents

  var body: some View {
    StepTitle(text: Words.recoveryTitle)
    Text(Words.recoveryText).font(TypeScale.body).foregroundStyle(Palette.textSoft)
    LazyVGrid(columns: [GridItem(.adaptive(minimum: 140))], alignment: .leading, spacing: Space.m) {
      ForEach(codes, id: \.self) { code in Text(code).font(TypeScale.body.monospaced()) }
    }
    .environment(\.layoutDirection, .leftToRight)
    .padding(Space.l)
    .background(Palette.surfaceSunken, in: RoundedRectangle(cornerRadius: Radius.card, style: .continuous))
    .privacySensitive()
    .accessibilityElement(children: .contain)
    .accessibilityLabel(Words.recoveryListA11y)
    ViewThatFits {
      HStack(spacing: Space.l) { deeds }
      VStack(alignment: .leading) { deeds }
    }
    Text(Words.recoveryHint).font(TypeScale.support).foregroundStyle(Palette.textSoft)
    Toggle(Words.recoveryKept, isOn: Binding(get: { kept }, set: { events.keptCodes($0) })).font(TypeScale.body)
    Button(Words.recoveryFinish, action: events.finishSignIn).buttonStyle(.primary).disabled(!kept)
  }

  @ViewBuilder private var deeds: some View {
    Button(action: events.saveCodes) { Label(Words.commonSave, systemImage: Symbol.save) }.buttonStyle(.quiet)
    Button(action: events.printCodes) { Label(Words.commonPrint, systemImage: Symbol.print) }.buttonStyle(.quiet)
    Button(action: events.copyCodes) { Label(Words.commonCopy, systemImage: Symbol.copy) }.buttonStyle(.quiet)
  }
}
