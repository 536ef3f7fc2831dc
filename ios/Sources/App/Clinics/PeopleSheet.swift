import AppModel
import SwiftUI

/// Everybody whose messages are on this phone, by clinic.
struct PeopleSheet: View {
  let state: PeopleState
  let events: any PeopleEvents
  @Environment(\.dismiss) private var dismiss

  var body: some View {
    NavigationStack {
      List {
        ForEach(clinics) { clinic in
          Section(clinic.name) {
            ForEach(state.owners.filter { $0.clinic == clinic }) { owner in
              Button {
                events.choose(owner)
              } label: {
                row(owner)
              }
              .accessibilityAddTraits(owner.id == state.chosen ? [.isSelected] : [])
            }
          }
        }
        Section {
          Button(action: events.addClinic) { Label(Words.clinicsAdd, systemImage: Symbol.add) }
        } footer: {
          Text(Words.peopleFoot)
        }
      }
      .navigationTitle(Words.peopleTitle)
      .navigationBarTitleDisplayMode(.inline)
      .toolbar {
        ToolbarItem(placement: .cancellationAction) { Button(Words.commonClose) { dismiss() } }
      }
    }
    .presentationDetents([.medium, .large])
  }

  private func row(_ owner: Owner) -> some View {
    HStack {
      PersonAvatar(person: owner.person)
      VStack(alignment: .leading) {
        Text(owner.name).font(TypeScale.headline).foregroundStyle(Palette.text)
        if let told = told(owner) { Text(told).font(TypeScale.support).foregroundStyle(Palette.textSoft) }
      }
      Spacer()
      if owner.id == state.chosen { Image(systemName: Symbol.sent).accessibilityHidden(true) }
    }
  }

  /// Where several signed in at one clinic, "You" would be each of them. One number wants the others.
  private func told(_ owner: Owner) -> String? {
    let numbered = state.owners.contains { $0.clinic == owner.clinic && $0.toldApartBy != nil }
    if let number = owner.number, numbered { return Words.peopleAccount(which: number.formatted()) }
    return owner.person.isSelf && owner.number == nil ? Words.peopleYou : nil
  }

  private var clinics: [Clinic] {
    state.owners.reduce(into: []) { if !$0.contains($1.clinic) { $0.append($1.clinic) } }
  }
}

#if DEBUG
  #Preview { PeopleSheet(state: .sample, events: Silent()) }
#endif
