import AppModel
import SwiftUI

/// What a clinic offers, as plain yes and no.
struct ClinicScreen: View {
  let clinic: Clinic
  /// As it said last; nothing until it has answered.
  let state: ClinicPageState?
  let problem: Problem?
  let events: any ClinicPageEvents

  var body: some View {
    List {
      if let problem { WrongLine(text: problem.words(clinic.name)) }
      if let state {
        Section(Words.clinicCan) {
          Offer(title: Words.clinicRead, offered: state.canRead)
          Offer(title: Words.clinicWrite, offered: state.canWrite)
          Offer(title: Words.clinicOnce, offered: state.sendsOnce, no: Words.clinicOnceNot)
          Offer(title: Words.clinicSecondStep, offered: state.secondStep)
        }
        Section(Words.clinicSafe) {
          if state.native {
            Offer(title: Words.clinicHere, offered: true, yes: Words.clinicHereText)
          } else {
            Offer(title: Words.clinicOwnPage, offered: true, yes: Words.clinicOwnPageText)
          }
          Offer(title: Words.clinicProves, offered: state.provesWho)
          Offer(title: Words.clinicTied, offered: state.tiedToPhone, no: Words.clinicTiedNot)
          Offer(title: Words.clinicRevokes, offered: state.revokes)
        }
        if state.accountPage {
          Section {
            Button(Words.clinicAccount(clinic: clinic.name), action: events.openAccountPage)
          } footer: {
            Text(Words.clinicAccountText)
          }
        }
      } else if problem == nil {
        Label(Words.welcomeChecking, systemImage: Symbol.clinic).foregroundStyle(Palette.textSoft)
      }
      Section {
        Button(Words.privacySignOut, role: .destructive, action: events.signOut)
      } footer: {
        Text(Words.privacySignOutText)
      }
    }
    .navigationTitle(clinic.name)
  }
}

private struct Offer: View {
  let title: String
  let offered: Bool
  var yes: String?
  var no = Words.clinicNotOffered

  var body: some View {
    Label {
      VStack(alignment: .leading) {
        Text(title).font(TypeScale.body).foregroundStyle(Palette.text)
        if let text = offered ? yes : no {
          Text(text).font(TypeScale.support).foregroundStyle(Palette.textSoft)
        }
      }
    } icon: {
      Image(systemName: offered ? Symbol.check : Symbol.radioOff)
        .foregroundStyle(offered ? Palette.ok : Palette.textSoft)
    }
    .accessibilityElement(children: .combine)
    .accessibilityValue(offered ? Words.clinicYesA11y : Words.clinicNoA11y)
  }
}

#if DEBUG
  #Preview { NavigationStack { ClinicScreen(clinic: .sample, state: .sample, problem: nil, events: Silent()) } }
#endif
