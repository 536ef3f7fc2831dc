import AppModel
import SwiftUI

/// What a clinic offers, as plain yes and no.
struct ClinicScreen: View {
  let clinic: Clinic
  /// As it said last; nothing until it has answered.
  let state: ClinicPageState?
  let problem: Problem?
  var leaving: LeavingState?
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
        Button(Words.privacySignOut, role: .destructive, action: events.askToSignOut)
      } footer: {
        Text(Words.privacySignOutText)
      }
    }
    .navigationTitle(clinic.name)
    .confirmationDialog(
      Words.forgetTitle(clinic: clinic.name),
      isPresented: Binding(get: { leaving != nil }, set: { if !$0 { events.stay() } }), titleVisibility: .visible
    ) {
      Button(Words.privacySignOut, role: .destructive) { events.signOut() }
      Button(Words.commonCancel, role: .cancel) { events.stay() }
    } message: {
      if let leaving, leaving.unsent > 0 {
        Text("\(Words.forgetUnsent(n: leaving.unsent)). \(Words.forgetUnsentText)")
      } else {
        Text(Words.forgetStaysText)
      }
    }
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
  #Preview("Signing out") {
    NavigationStack {
      ClinicScreen(clinic: .sample, state: .sample, problem: nil, leaving: .sample, events: Silent())
    }
  }

  #Preview { NavigationStack { ClinicScreen(clinic: .sample, state: .sample, problem: nil, events: Silent()) } }
#endif
