import AppModel
import SwiftUI

/// What concerns the person and not one conversation.
struct YouScreen: View {
  let state: YouState
  let events: any YouEvents

  var body: some View {
    List {
      Section {
        Button(action: events.choosePerson) {
          HStack {
            PersonAvatar(person: state.owner.person)
            VStack(alignment: .leading) {
              Text(state.owner.name).font(TypeScale.headline).foregroundStyle(Palette.text)
              Text(second).font(TypeScale.support).foregroundStyle(Palette.textSoft)
            }
          }
          .accessibilityElement(children: .combine)
        }
      }
      Section {
        row(Words.youNotices, Symbol.bell, events.openNotices).badge(state.newNotices)
        row(Words.clinicsTitle, Symbol.clinic, events.openClinics)
        if state.needSignIn > 0 {
          Text(Words.youNeedSignIn(n: state.needSignIn)).font(TypeScale.support).foregroundStyle(Palette.warning)
        }
        row(Words.youPrivacy, Symbol.whole, events.openPrivacy)
        row(Words.youSettings, Symbol.settings, events.openSettings)
        row(Words.youHelp, Symbol.help, events.openHelp)
      } footer: {
        Text(Words.youVersion(version: state.version))
      }
    }
    .navigationTitle(Words.tabYou)
  }

  private var second: String {
    state.actingFor.isEmpty
      ? state.owner.clinic.name : Words.youActing(names: state.actingFor.formatted(.list(type: .and)))
  }

  private func row(_ title: String, _ symbol: String, _ action: @escaping @MainActor () -> Void) -> some View {
    Button(action: action) {
      Label(title, systemImage: symbol).foregroundStyle(Palette.text)
    }
  }
}

#if DEBUG
  #Preview { NavigationStack { YouScreen(state: .sample, events: Silent()) } }
#endif
