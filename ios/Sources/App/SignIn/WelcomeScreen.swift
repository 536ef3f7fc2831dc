import AppModel
import SwiftUI

/// First run, and adding a place.
struct WelcomeScreen: View {
  let state: WelcomeState
  let events: any WelcomeEvents
  @State private var isScanning = false

  var body: some View {
    List {
      Section {
        VStack(alignment: .leading, spacing: Space.s) {
          Text(Words.welcomeTitle).font(TypeScale.screenTitle).accessibilityAddTraits(.isHeader)
          Text(Words.welcomeText).font(TypeScale.body).foregroundStyle(Palette.textSoft)
        }
        .listRowBackground(Color.clear)
      }
      if !state.places.isEmpty {
        Section(Words.welcomeWhere) {
          ForEach(state.places) { place in PlaceRow(place: place, opening: state.opening) { events.choose(place.id) } }
          if let problem = state.problem { WrongLine(text: problem.words("")) }
        }
      }
      Section {
        Button {
          isScanning = true
        } label: {
          Label(Words.welcomeScan, systemImage: Symbol.scan)
        }
        if state.address.open {
          AddressField(state: state.address, events: events)
        } else {
          Button(action: events.openAddress) { Label(Words.welcomeAddress, systemImage: Symbol.language) }
        }
      } header: {
        Text(Words.welcomeElse)
      } footer: {
        Text(Words.welcomeFoot)
      }
    }
    .sheet(isPresented: $isScanning) {
      CodeScanner { text in
        isScanning = false
        events.scanned(text)
      }
    }
  }
}

private struct PlaceRow: View {
  let place: Place
  let opening: Clinic.ID?
  let onChoose: @MainActor () -> Void

  var body: some View {
    Button(action: onChoose) {
      HStack {
        Label {
          VStack(alignment: .leading) {
            Text(place.clinic.name).font(TypeScale.headline).foregroundStyle(Palette.text)
            Text(place.native ? Words.welcomeNative : Words.welcomeBrowser)
              .font(TypeScale.support)
              .foregroundStyle(Palette.textSoft)
          }
        } icon: {
          Image(systemName: place.clinic.symbol)
        }
        Spacer()
        if opening == place.id {
          ProgressView()
        } else {
          Image(systemName: Symbol.forward).foregroundStyle(Palette.textSoft).accessibilityHidden(true)
        }
      }
    }
    .disabled(opening != nil)
  }
}

private struct AddressField: View {
  let state: AddressState
  let events: any WelcomeEvents

  var body: some View {
    VStack(alignment: .leading, spacing: Space.s) {
      TextField(
        Words.welcomeAddress, text: Binding(get: { state.text }, set: { events.typeAddress($0) }),
        prompt: Text(Words.welcomeAddressHint)
      )
      .keyboardType(.URL)
      .textContentType(.URL)
      .textInputAutocapitalization(.never)
      .autocorrectionDisabled()
      .submitLabel(.go)
      .onSubmit { events.submitAddress() }
      if let problem = state.problem { WrongLine(text: problem.words) }
      Button(state.checking ? Words.welcomeChecking : Words.welcomeAddressGo, action: events.submitAddress)
        .buttonStyle(.primary(busy: state.checking))
        .disabled(state.checking)
    }
    .spoken(state.problem?.words)
  }
}

extension AddressProblem {
  fileprivate var words: String {
    switch self {
    case .notAPortal: Words.welcomeNotPortal
    case .notHttps: Words.welcomeNotHttps
    case .noCamera: Words.welcomeCameraOff
    case .other(let problem): problem.words("")
    }
  }
}

extension Clinic {
  var symbol: String {
    switch kind {
    case .clinic: Symbol.clinic
    case .pharmacy: Symbol.pharmacy
    case .laboratory: Symbol.lab
    }
  }
}

#if DEBUG
  #Preview { WelcomeScreen(state: .sample, events: Silent()) }

  #Preview("No portal") { WelcomeScreen(state: .sampleNotAPortal, events: Silent()) }
#endif
