import AppModel
import SwiftUI

/// The clinic's own page is open in the browser.
struct BrowserStep: View {
  let state: SignInState
  let events: any SignInEvents

  var body: some View {
    StepTitle(text: Words.browserTitle)
    Text(Words.browserText(clinic: state.clinic.name)).font(TypeScale.body).foregroundStyle(Palette.textSoft)
    Button(Words.browserAgain, action: events.openBrowserAgain)
      .buttonStyle(.primary(busy: state.busy))
      .disabled(state.busy)
    Button(Words.browserStop, action: events.stop).buttonStyle(.quiet)
  }
}
