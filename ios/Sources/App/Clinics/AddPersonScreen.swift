import AppModel
import SwiftUI

/// Those for whom the person may act and whose messages are not on this phone.
struct AddPersonScreen: View {
  let state: AddPersonState
  let events: any AddPersonEvents

  var body: some View {
    List {
      if let problem = state.problem { WrongLine(text: problem.words(clinic)) }
      switch state.found {
      case nil where state.problem == nil:
        Label(Words.peopleAddLooking(clinic: clinic), systemImage: Symbol.clinic).foregroundStyle(Palette.textSoft)
      case nil: Section { Button(Words.leaseTry, action: events.lookAgain) }
      case let found? where found.isEmpty: nobody
      case let found?: people(found)
      }
    }
    .navigationTitle(Words.peopleAdd)
    .navigationBarTitleDisplayMode(.inline)
    .spoken(state.problem?.words(clinic))
  }

  private var clinic: String { state.clinic.name }

  private func people(_ found: [FoundRow]) -> some View {
    Section {
      ForEach(found) { row in
        GroupRow(
          title: row.name.isEmpty ? Words.peopleAddChoose : row.name, text: row.relationship, symbol: Symbol.people
        ) { events.add(row) }
      }
    } header: {
      Text(Words.peopleAddText(clinic: clinic))
    } footer: {
      Text(Words.peopleAddFoot)
    }
  }

  private var nobody: some View {
    Section {
      GroupRow(title: Words.peopleAddChoose, symbol: Symbol.key, action: events.chooseThere)
    } header: {
      Text("\(Words.peopleAddNone(clinic: clinic)). \(Words.peopleAddNoneText(clinic: clinic))")
    } footer: {
      Text(Words.peopleAddFoot)
    }
  }
}

#if DEBUG
  #Preview("Adding a person") {
    TabView {
      ForEach(AddPersonState.samples, id: \.self) { state in
        NavigationStack { AddPersonScreen(state: state, events: Silent()) }
      }
    }
    .tabViewStyle(.page(indexDisplayMode: .always))
  }
#endif
