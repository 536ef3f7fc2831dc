import AppModel
import SwiftUI

/// One document: as text, or page by page. What would act by itself is off, and nothing leaves the app without a warning.
struct DocumentScreen: View {
  let state: DocumentState
  let events: any DocumentEvents
  let frame: any RecordFrameEvents

  var body: some View {
    RecordFrameView(
      owner: state.owner, kind: .documents, title: state.title.isEmpty ? Words.fileUnnamed : state.title,
      shown: state.shown, events: frame
    ) { body in
      VStack(spacing: 0) {
        notes
        content(body)
        dock(body)
      }
    }
    .toolbar {
      if state.canShare {
        Button(action: events.askToShare) { Image(systemName: Symbol.shareOut) }.accessibilityLabel(Words.docShare)
      }
    }
    .sheet(isPresented: Binding(get: { state.sharing != nil }, set: { if !$0 { events.stopSharing() } })) {
      if let sharing = state.sharing { SharingSheet(sharing: sharing, events: events) }
    }
  }

  /// What one has to know before reading on.
  @ViewBuilder private var notes: some View {
    VStack(spacing: Space.s) {
      switch state.saved {
      case .done: Banner(symbol: Symbol.check, title: Words.docSaved, tone: .ok)
      case .not: Banner(symbol: Symbol.failed, title: Words.docNotSaved, tone: .warning)
      case .notWhole:
        Banner(symbol: Symbol.failed, title: Words.docNotSaved, text: Words.docNotSavedLeft, tone: .warning)
      case nil: EmptyView()
      }
      if !state.marks.isEmpty {
        Banner(symbol: Symbol.notice, title: state.marks.map(\.words).joined(separator: ". "))
      }
      if case .pdf(_, let caution?) = state.shown.content {
        Banner(symbol: Symbol.notice, title: caution == .active ? Words.docActive : Words.docHidden)
      }
    }
    .padding(.horizontal, Space.gutter)
  }

  @ViewBuilder private func content(_ body: DocumentBody) -> some View {
    let clinic = state.owner.clinic
    switch body {
    case .text(let paragraphs, _): TextPaper(paragraphs: paragraphs, formats: state.formats, events: events)
    case .pdf(let bytes, _): PDFPages(bytes: bytes)
    case .picture(let bytes): PicturePage(bytes: bytes, title: state.title)
    case .getting(let received, let total):
      empty(Words.docGetting, progress(received, total)) {
        if let total, total > 0 { ProgressView(value: min(Double(received) / Double(total), 1)).tint(Palette.primary) }
        Button(Words.threadStopDownload, action: events.stop).buttonStyle(.quiet)
      }
    case .notHere(let problem):
      empty(Words.docNotHere, problem?.words(clinic.name) ?? "") {
        Button(Words.fileGet, action: events.download).buttonStyle(.primary)
      }
    case .unavailable(let why):
      empty(Words.docCannot, why.words(clinic)) {
        if why.mayMend { Button(Words.fileGet, action: events.download).buttonStyle(.primary) }
      }
    case .noFile: empty(Words.docNoFile, "") {}
    case .cannotShow:
      empty(Words.docCannot, Words.docCannotText) {
        Button(Words.docShare, action: events.askToShare).buttonStyle(.primary)
        Button(Words.docRemove, action: events.remove).buttonStyle(.quiet)
      }
    case .anotherType(let claimed, let found):
      empty(
        Words.docAnother,
        found.map { Words.docAnotherText(clinic: clinic.name, claimed: claimed, found: $0) }
          ?? Words.docAnotherUnknown(clinic: clinic.name, claimed: claimed)
      ) { Button(Words.docRemove, action: events.remove).buttonStyle(.quiet) }
    }
  }

  private func progress(_ received: Int, _ total: Int?) -> String {
    total.map { Words.fileProgress(done: Formats.megabytes(received), whole: Formats.size($0)) }
      ?? Formats.size(received)
  }

  private func empty<Deeds: View>(_ title: String, _ text: String, @ViewBuilder deeds: () -> Deeds) -> some View {
    ScrollView {
      VStack(spacing: Space.l) {
        Emptiness(symbol: Symbol.document, title: title, text: text)
        deeds()
      }
      .padding(Space.gutter)
    }
  }

  /// That it was noted, and what was left out.
  @ViewBuilder private func dock(_ body: DocumentBody) -> some View {
    switch body {
    case .text, .pdf, .picture:
      VStack(alignment: .leading, spacing: Space.xs) {
        if case .text(_, cleaned: true) = body { Label(Words.docAsText, systemImage: Symbol.document) }
        Label(Words.docLogged, systemImage: Symbol.log)
        Button(Words.docRemove, action: events.remove).buttonStyle(.quiet)
      }
      .font(TypeScale.support)
      .foregroundStyle(Palette.textSoft)
      .frame(maxWidth: .infinity, alignment: .leading)
      .padding(.horizontal, Space.gutter)
      .padding(.vertical, Space.s)
    default: EmptyView()
    }
  }
}

/// The document's own words; they can be selected.
private struct TextPaper: View {
  let paragraphs: [String]
  let formats: [DocumentFormat]
  let events: any DocumentEvents

  var body: some View {
    ScrollView {
      VStack(alignment: .leading, spacing: Space.m) {
        ForEach(Array(paragraphs.enumerated()), id: \.offset) { _, text in
          Text(text).font(TypeScale.body).foregroundStyle(Palette.text).textSelection(.enabled)
        }
        if formats.count > 1 {
          Text(Words.docFormats).font(TypeScale.label).foregroundStyle(Palette.textSoft)
          ForEach(formats.filter { !$0.chosen }) { format in
            Button(format.name) { events.choose(format.id) }.buttonStyle(.quiet)
          }
        }
      }
      .frame(maxWidth: Space.readMax, alignment: .leading)
      .padding(Space.xl)
      .background(Palette.surface, in: RoundedRectangle(cornerRadius: Radius.chip, style: .continuous))
      .padding(Space.gutter)
    }
  }
}

/// Before a copy leaves the app: what that means.
private struct SharingSheet: View {
  let sharing: Sharing
  let events: any DocumentEvents

  var body: some View {
    ScrollView {
      VStack(alignment: .leading, spacing: Space.l) {
        Text(Words.docShareTitle).font(TypeScale.title).foregroundStyle(Palette.text).accessibilityAddTraits(.isHeader)
        Text(Words.docShareText).font(TypeScale.body).foregroundStyle(Palette.textSoft)
        if sharing.active { Banner(symbol: Symbol.warning, title: Words.docShareActive, tone: .warning) }
        Button(Words.docShareWhere, action: events.share).buttonStyle(.primary)
        Button(Words.commonCancel, action: events.stopSharing).buttonStyle(.quiet).frame(maxWidth: .infinity)
      }
      .padding(Space.gutter)
    }
    .presentationDetents([.medium, .large])
    .background(Palette.surfaceRaised)
  }
}

#if DEBUG
  #Preview("A document") {
    TabView {
      ForEach(DocumentState.samples, id: \.self) { state in
        NavigationStack { DocumentScreen(state: state, events: SilentRecords(), frame: SilentRecords()) }
      }
    }
    .tabViewStyle(.page(indexDisplayMode: .always))
  }
#endif
