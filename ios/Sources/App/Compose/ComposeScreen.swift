import AppModel
import SwiftUI

/// A new message. Closing keeps the draft.
struct ComposeScreen: View {
  let state: ComposeState
  let events: any ComposeEvents
  @State private var subject = ""
  @State private var text = ""

  var body: some View {
    if state.stepUp {
      StepUpNotice(clinic: state.clinic.name, problem: state.problem, onSignIn: events.stepUp)
    } else {
      form
    }
  }

  private var form: some View {
    Form {
      Section {
        LabeledContent(Words.newFor, value: state.owner.name)
        Button(action: events.chooseRecipients) {
          LabeledContent(Words.newTo) { Text(to).foregroundStyle(Palette.textSoft) }
        }
        if state.missing == .recipient { WrongLine(text: Words.newNeedTo) }
        TextField(Words.newAbout, text: $subject)
      }
      Section {
        TextField(Words.newText, text: $text, axis: .vertical).lineLimit(6...)
        if state.missing == .text { WrongLine(text: Words.newNeedText) }
        if state.missing == .tooLong { WrongLine(text: Words.newTooLong) }
      } footer: {
        UrgentLine(clinic: state.clinic)
      }
      Section {
        ForEach(state.files) { file in NewFileCard(file: file) { events.removeFile(file.id) } }
        HStack {
          AttachButton(onPick: events.attach)
          Text(Words.newSize(used: Formats.megabytes(state.bytes), max: Formats.megabytes(state.mostBytes)))
            .font(TypeScale.support)
            .foregroundStyle(Palette.textSoft)
        }
        if let refused = state.refused { WrongLine(text: refused.words(state.clinic.name)) }
        if let problem = state.problem { WrongLine(text: problem.words(state.clinic.name)) }
      }
    }
    .safeAreaInset(edge: .top, spacing: 0) { ActingStrip(owner: state.owner) }
    .navigationTitle(Words.inboxNew)
    .navigationBarTitleDisplayMode(.inline)
    .toolbar {
      ToolbarItem(placement: .confirmationAction) {
        // It stays on, and says what is missing.
        Button(action: events.send) { Image(systemName: Symbol.send) }
          .accessibilityLabel(Words.threadSend)
          .disabled(state.sending)
      }
    }
    .spoken(missing)
    .onChange(of: subject) { _, typed in events.subject(typed) }
    .onChange(of: text) { _, typed in events.text(typed) }
    .onChange(of: state.revision, initial: true) {
      subject = state.subject
      text = state.text
    }
    .sheet(item: Binding(get: { state.choosing.map(Choosing.init) }, set: { if $0 == nil { events.stopChoosing() } })) {
      RecipientsSheet(state: $0.state, clinic: state.clinic, events: events)
    }
  }

  private var to: String {
    if state.to.isEmpty {
      return state.mayOmitRecipient ? Words.toAnyone(clinic: state.clinic.name) : Words.newChoose
    }
    return state.to.map(\.name).formatted(.list(type: .and))
  }

  private var missing: String? {
    switch state.missing {
    case .recipient: Words.newNeedTo
    case .text: Words.newNeedText
    case .tooLong: Words.newTooLong
    case nil: nil
    }
  }
}

/// One sheet, whatever is chosen and searched in it.
private struct Choosing: Identifiable {
  let state: RecipientsState

  var id: Int { 0 }
}

private struct RecipientsSheet: View {
  let state: RecipientsState
  let clinic: Clinic
  let events: any ComposeEvents

  var body: some View {
    NavigationStack {
      List {
        Section(Words.toAll(clinic: clinic.name)) {
          ForEach(state.found) { recipient in
            Button {
              events.toggleRecipient(recipient.id)
            } label: {
              row(recipient)
            }
            .accessibilityAddTraits(state.chosen.contains(recipient.id) ? [.isSelected] : [])
          }
          if state.found.isEmpty { Text(Words.toNone).foregroundStyle(Palette.textSoft) }
        }
      }
      .searchable(text: Binding(get: { state.search }, set: { events.searchRecipients($0) }), prompt: Words.toSearch)
      .navigationTitle(Words.toTitle)
      .navigationBarTitleDisplayMode(.inline)
      .toolbar {
        ToolbarItem(placement: .confirmationAction) { Button(Words.toDone, action: events.stopChoosing) }
      }
    }
  }

  private func row(_ recipient: RecipientRow) -> some View {
    HStack {
      Avatar(name: recipient.kind == .person ? recipient.name : "")
      VStack(alignment: .leading) {
        Text(recipient.name).font(TypeScale.headline).foregroundStyle(Palette.text)
        if !recipient.role.isEmpty {
          Text(recipient.role).font(TypeScale.support).foregroundStyle(Palette.textSoft)
        }
      }
      Spacer()
      if state.chosen.contains(recipient.id) { Image(systemName: Symbol.sent).accessibilityHidden(true) }
    }
  }
}

#if DEBUG
  #Preview("New message") { NavigationStack { ComposeScreen(state: .sample, events: Silent()) } }

  #Preview("Something is missing") { NavigationStack { ComposeScreen(state: .sampleMissing, events: Silent()) } }

  #Preview("To whom") { NavigationStack { ComposeScreen(state: .sampleChoosing, events: Silent()) } }
#endif
