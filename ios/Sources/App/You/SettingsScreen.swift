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
        if let biometry = state.lock.biometry { BiometryRow(setting: biometry, events: events) }
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
          GroupRow(
            title: Words.settingsAuthenticator,
            text: second.on
              ? Words.settingsAuthenticatorOn(clinic: state.clinic.name)
              : Words.settingsAuthenticatorOff(clinic: state.clinic.name),
            symbol: Symbol.key, action: events.openSecondStep)
          if let left = second.codesLeft {
            GroupRow(
              title: Words.settingsCodes,
              text: second.fewLeft == nil ? Words.settingsCodesEnough(n: left) : Words.settingsCodesLeft(n: left),
              symbol: Symbol.document, textColor: second.fewLeft == nil ? Palette.textSoft : Palette.warning,
              action: events.openSecondStep)
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

/// The switch, and why it is off.
private struct BiometryRow: View {
  let setting: BiometrySetting
  let events: any SettingsEvents

  var body: some View {
    VStack(alignment: .leading, spacing: Space.xs) {
      if setting.position == .notEnrolled {
        Text(title)
      } else {
        Toggle(title, isOn: Binding(get: { setting.position == .on }, set: events.biometry))
      }
      if let text { Text(text).font(TypeScale.support).foregroundStyle(Palette.textSoft) }
    }
  }

  private var title: String { Words.lockUnlockIos(biometry: setting.kind.name) }

  private var text: String? {
    if setting.position == .notEnrolled { return Words.settingsBiometrySetUpIos(biometry: setting.kind.name) }
    return switch setting.trouble {
    case .lost: Words.settingsBiometryLost
    case .lockedOut: Words.settingsBiometryLockedOut
    case .notRecognized, .unavailable: Words.settingsBiometryFailed
    case nil: nil
    }
  }
}

#if DEBUG
  #Preview { NavigationStack { SettingsScreen(state: .sample, events: Silent()) } }
#endif
