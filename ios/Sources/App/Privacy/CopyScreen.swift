import AppModel
import SwiftUI

/// A copy of one person's messages, for them to keep.
struct CopyScreen: View {
  let state: CopyState
  let events: any CopyEvents

  var body: some View {
    step
      .navigationBarTitleDisplayMode(.inline)
      .navigationBarBackButtonHidden(isWriting)
  }

  @ViewBuilder private var step: some View {
    switch state.step {
    case .choosing(let problem): CopyChoice(state: state, problem: problem?.words(state.clinic.name), events: events)
    case .stepUp:
      NoticeView(symbol: Symbol.key, title: Words.exportStepUp, text: Words.exportStepUpText, facts: []) {
        Button(Words.sealedAgain, action: events.signInAgain).buttonStyle(.primary)
        Button(Words.commonNotNow, action: events.again).buttonStyle(.quiet)
      }
    case .writing(let bytes):
      NoticeView(
        symbol: Symbol.export, title: Words.exportWriting, text: Words.exportWritingText(size: Formats.size(bytes)),
        facts: []
      ) {
        Button(Words.syncStop, action: events.stop).buttonStyle(.tonal)
      }
    case .done(let name, let bytes):
      NoticeView(
        symbol: Symbol.sent, title: Words.exportDone,
        text: Words.exportDoneText(name: name, size: Formats.size(bytes)),
        facts: [
          Fact(
            symbol: Symbol.warning, title: Words.exportOpen, text: Words.exportOpenText, color: Palette.warning)
        ], color: Palette.ok
      ) {
        Button(Words.toDone, action: events.leave).buttonStyle(.primary)
      }
      .spoken(Words.exportDone)
    case .unfinished(let trouble, let left): unfinished(trouble, left)
    }
  }

  private func unfinished(_ trouble: CopyTrouble?, _ left: String?) -> some View {
    let title = trouble == nil ? Words.exportStopped : Words.exportFailed
    return NoticeView(
      symbol: trouble == nil ? Symbol.export : Symbol.failed, title: title,
      text: trouble?.words(state.clinic.name) ?? "", facts: [rest(left)],
      color: trouble == nil ? Palette.primary : Palette.error
    ) {
      Button(Words.exportAgain, action: events.again).buttonStyle(.primary)
      Button(Words.commonNotNow, action: events.leave).buttonStyle(.quiet)
    }
    .spoken(title)
  }

  /// What became of the part that was written.
  private func rest(_ left: String?) -> Fact {
    guard let left else {
      return Fact(symbol: Symbol.delete, title: Words.exportDeleted, text: Words.exportDeletedText)
    }
    return Fact(
      symbol: Symbol.warning, title: Words.exportLeft, text: Words.exportLeftText(name: left), color: Palette.warning)
  }

  private var isWriting: Bool { if case .writing = state.step { true } else { false } }
}

private struct CopyChoice: View {
  let state: CopyState
  let problem: String?
  let events: any CopyEvents

  var body: some View {
    List {
      Section {
        Text(Words.exportText(name: state.person.name.isEmpty ? state.clinic.name : state.person.name))
          .font(TypeScale.body)
          .foregroundStyle(Palette.text)
      }
      .listRowBackground(Color.clear)
      Section {
        Picker(Words.exportKind, selection: Binding(get: { state.kind }, set: { events.choose($0) })) {
          kind(Words.exportPage, Words.exportPageText).tag(CopyKind.page)
          kind(Words.exportData, Words.exportDataText).tag(CopyKind.data)
        }
        .pickerStyle(.inline)
        .labelsHidden()
      } header: {
        Text(Words.exportKind)
      } footer: {
        Text(state.hasPin ? Words.exportAsksPin : Words.exportAsksSignIn)
      }
      Section {
        Banner(symbol: Symbol.warning, title: Words.exportOpen, text: Words.exportOpenText, tone: .warning)
      }
      .listRowInsets(EdgeInsets())
      .listRowBackground(Color.clear)
      Section {
        if let problem { WrongLine(text: problem) }
        Button(Words.exportDo, action: events.begin).buttonStyle(.primary)
      }
      .listRowInsets(EdgeInsets())
      .listRowBackground(Color.clear)
    }
    .navigationTitle(Words.privacyExport)
    .spoken(problem)
  }

  private func kind(_ title: String, _ text: String) -> some View {
    VStack(alignment: .leading, spacing: Space.xs) {
      Text(title).font(TypeScale.body).foregroundStyle(Palette.text)
      Text(text).font(TypeScale.support).foregroundStyle(Palette.textSoft)
    }
  }
}

extension CopyTrouble {
  /// Why a file was not written, in words.
  func words(_ clinic: String) -> String {
    switch self {
    case .full: Words.exportFull
    case .notWritten: Words.exportNotWritten
    case .locked: Words.exportLocked
    case .other(let problem): problem.words(clinic)
    }
  }
}

#if DEBUG
  #Preview("A copy") {
    TabView {
      ForEach(CopyState.samples, id: \.self) { state in
        NavigationStack { CopyScreen(state: state, events: Silent()) }
      }
    }
    .tabViewStyle(.page(indexDisplayMode: .always))
  }
#endif
