import AppModel
import SwiftUI

/// Where one writes.
struct Dock: View {
  let state: ThreadState
  let events: any ThreadEvents
  @State private var text = ""

  var body: some View {
    VStack(alignment: .leading, spacing: Space.s) {
      if state.canWrite {
        ForEach(state.draft.files) { file in NewFileCard(file: file) { events.removeFile(file.id) } }
        if let refused = state.refused { WrongLine(text: refused.words(state.clinic.name)) }
        HStack(alignment: .bottom, spacing: Space.s) {
          AttachButton(onPick: events.attach)
          TextField(Words.threadWrite, text: $text, axis: .vertical)
            .lineLimit(1...6)
            .boxed()
          Button(action: events.send) {
            Image(systemName: Symbol.send).font(.largeTitle).frame(minWidth: Touch.least, minHeight: Touch.least)
          }
          .foregroundStyle(Palette.primary)
          .accessibilityLabel(Words.threadSend)
        }
        if state.draft.kept {
          Label(Words.threadDraftKept, systemImage: Symbol.draft)
            .font(TypeScale.caption)
            .foregroundStyle(Palette.textSoft)
        }
      } else {
        Text(Words.threadNoWriting(clinic: state.clinic.name)).font(TypeScale.support)
      }
    }
    .padding(Space.m)
    .background(.bar)
    .onChange(of: text) { _, typed in events.write(typed) }
    // The model fills the field with what was kept, and empties it when it was sent.
    .onChange(of: state.draft.revision, initial: true) { text = state.draft.text }
  }
}

extension FileRefusal {
  func words(_ clinic: String) -> String {
    switch self {
    case .tooLarge(let most): Words.newTooLarge(clinic: clinic, max: Formats.megabytes(most))
    case .tooMany: Words.newTooMany
    }
  }
}
