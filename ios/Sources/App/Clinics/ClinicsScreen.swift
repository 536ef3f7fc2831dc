import AppModel
import SwiftUI

/// Every account on this phone.
struct ClinicsScreen: View {
  let state: ClinicsState
  let events: any ClinicsEvents

  var body: some View {
    List {
      ForEach(state.accounts) { account in
        Section {
          Button {
            events.open(account.id)
          } label: {
            card(account)
          }
          if account.standing == .signIn || account.standing == .signedOut {
            Button(Words.sealedAgain) { events.signInAgain(account.id) }
          }
        }
      }
      Section {
        Button(action: events.add) { Label(Words.clinicsAdd, systemImage: Symbol.add) }
      } footer: {
        Text(Words.clinicsFoot)
      }
    }
    .navigationTitle(Words.clinicsTitle)
  }

  private func card(_ account: AccountCard) -> some View {
    HStack {
      Label {
        VStack(alignment: .leading, spacing: Space.xs) {
          Text(account.clinic.name).font(TypeScale.headline).foregroundStyle(Palette.text)
          if let own = account.people.first(where: \.isSelf), !own.name.isEmpty {
            Text(Words.clinicsSignedInAs(name: own.name)).font(TypeScale.support).foregroundStyle(Palette.textSoft)
          } else if let number = account.number {
            Text(Words.peopleAccount(which: number.formatted()))
              .font(TypeScale.support)
              .foregroundStyle(Palette.textSoft)
          }
          if account.people.count > 1 {
            Text(Words.clinicsPeople(n: account.people.count)).font(TypeScale.support).foregroundStyle(Palette.textSoft)
          }
          Label(account.standing.words, systemImage: account.standing.symbol)
            .font(TypeScale.support)
            .foregroundStyle(account.standing.color)
        }
      } icon: {
        Image(systemName: account.clinic.symbol)
      }
      Spacer()
      Image(systemName: Symbol.forward).foregroundStyle(Palette.textSoft).accessibilityHidden(true)
    }
    .accessibilityElement(children: .combine)
  }
}

extension Standing {
  fileprivate var words: String {
    switch self {
    case .active(nil): Words.clinicsNever
    case .active(let at?):
      Calendar.autoupdatingCurrent.isDateInToday(at)
        ? Words.clinicsUpToDate(time: Formats.time(at)) : Words.clinicsLastAt(moment: Formats.sentence(at))
    case .signIn, .signedOut: Words.clinicsSignedOut
    case .lease: Words.clinicsClosed
    case .unusable: Words.clinicsUnusable
    }
  }

  fileprivate var symbol: String {
    switch self {
    case .active: Symbol.sent
    case .signIn, .signedOut: Symbol.locked
    case .lease: Symbol.offline
    case .unusable: Symbol.failed
    }
  }

  fileprivate var color: Color {
    switch self {
    case .active: Palette.ok
    case .signIn, .signedOut, .lease: Palette.warning
    case .unusable: Palette.error
    }
  }
}

#if DEBUG
  #Preview { NavigationStack { ClinicsScreen(state: .sample, events: Silent()) } }
#endif
