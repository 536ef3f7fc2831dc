import AppModel
import SwiftUI

/// What can be set for one account. Notifications and the language are the system's.
struct SettingsScreen: View {
  let state: SettingsState
  let events: any SettingsEvents

  var body: some View {
    List {
      Section(Words.settingsLock) {
        Button(action: events.changePin) {
          LabeledContent(Words.settingsPin) {
            Text(state.lock.hasPin ? Words.settingsPinChange : Words.settingsPinSet)
          }
        }
        if state.lock.hasPin {
          Picker(
            Words.settingsLockAfter, selection: Binding(get: { state.lock.minutes }, set: events.lockAfter(minutes:))
          ) {
            ForEach([0, 1, 5, 15], id: \.self) { minutes in
              Text(minutes == 0 ? Words.settingsLockAfterNow : Words.settingsLockAfterMinutes(n: minutes)).tag(minutes)
            }
          }
        }
      }
      if let second = state.secondStep {
        Section(Words.enrolTitle) {
          LabeledContent(Words.settingsAuthenticator) {
            Text(
              second.on
                ? Words.settingsAuthenticatorOn(clinic: state.clinic.name)
                : Words.settingsAuthenticatorOff(clinic: state.clinic.name))
          }
          if let left = second.codesLeft {
            LabeledContent(Words.settingsCodes) {
              Text(left < 3 ? Words.settingsCodesLeft(n: left) : Words.settingsCodesEnough(n: left))
            }
          }
        }
      }
      if let problem = state.problem { WrongLine(text: problem.words(state.clinic.name)) }
      Section {
        Button(Words.settingsNotifications, action: events.openSystemSettings)
        Button(Words.settingsLanguage, action: events.openSystemSettings)
      } footer: {
        Text("\(Words.settingsNotifyText) \(Words.settingsCoverIos)")
      }
    }
    .navigationTitle(Words.youSettings)
  }
}

#if DEBUG
  #Preview { NavigationStack { SettingsScreen(state: .sample, events: Silent()) } }
#endif
