import AppModel
import SwiftUI

/// Whom to ask, and what this app is.
struct HelpScreen: View {
  let state: HelpState
  let events: any HelpEvents

  var body: some View {
    List {
      if state.clinic.phone != nil {
        Section(Words.youUrgent) {
          UrgentLine(clinic: state.clinic)
          Button(action: events.call) {
            Label(Words.commonCall(clinic: state.clinic.name), systemImage: Symbol.phone)
          }
        }
      }
      Section { Button(action: events.write) { Label(Words.heldWrite, systemImage: Symbol.write) } }
      Section(Words.youAbout) { LabeledContent("Pericard", value: Words.youVersion(version: state.version)) }
    }
    .navigationTitle(Words.youHelp)
  }
}

#if DEBUG
  #Preview { NavigationStack { HelpScreen(state: .sample, events: Silent()) } }
#endif
