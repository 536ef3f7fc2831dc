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
            ForEach(state.rows.filter { $0.owner.clinic == clinic }) { row in
              Button {
                events.choose(row.owner)
              } label: {
                label(row)
              }
              .accessibilityAddTraits(row.id == state.chosen ? [.isSelected] : [])
            }
          }
        }
        Section {
          if state.canAdd {
            Button(action: events.addPerson) { Label(Words.peopleAdd, systemImage: Symbol.people) }
          }
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

  private func label(_ row: PersonRow) -> some View {
    HStack {
      PersonAvatar(person: row.owner.person)
      VStack(alignment: .leading) {
        Text(row.owner.name).font(TypeScale.headline).foregroundStyle(Palette.text)
        if let told = told(row) { Text(told).font(TypeScale.support).foregroundStyle(Palette.textSoft) }
      }
      Spacer()
      if row.id == state.chosen { Image(systemName: Symbol.sent).accessibilityHidden(true) }
    }
  }

  private func told(_ row: PersonRow) -> String? {
    let parts = [who(row.owner), news(row)].compactMap(\.self)
    return parts.isEmpty ? nil : parts.joined(separator: ". ")
  }

  /// Where several signed in at one clinic, "You" would be each of them. One number wants the others.
  private func who(_ owner: Owner) -> String? {
    let numbered = state.rows.contains { $0.owner.clinic == owner.clinic && $0.owner.toldApartBy != nil }
    if let number = owner.number, numbered { return Words.peopleAccount(which: number.formatted()) }
    return owner.person.isSelf && owner.number == nil ? Words.peopleYou : nil
  }

  /// What is worth a look: that nothing can be read, else what is new, else what one may not do.
  private func news(_ row: PersonRow) -> String? {
    switch row.standing {
    case .signIn, .signedOut: Words.clinicsSignedOut
    case .lease: Words.clinicsClosed
    case .unusable: Words.clinicsUnusable
    case .active where row.unread > 0: Words.inboxUnreadA11y(n: row.unread)
    case .active: row.owner.person.canWrite ? nil : Words.peopleReadOnly
    }
  }

  private var clinics: [Clinic] {
    state.rows.reduce(into: []) { if !$0.contains($1.owner.clinic) { $0.append($1.owner.clinic) } }
  }
}

#if DEBUG
  #Preview { PeopleSheet(state: .sample, events: Silent()) }
#endif
