import AppModel
import SwiftUI

/// The tab of records: each kind that the clinic has, with what is new.
struct RecordsScreen: View {
  let state: RecordsState
  let events: any RecordsEvents

  var body: some View {
    Group {
      if case .closed(let reason) = state.body {
        ClosedScreen(owner: state.owner, reason: reason, events: events)
      } else {
        list
      }
    }
    .navigationTitle(Words.tabRecords)
    .toolbar {
      ToolbarItem(placement: .topBarLeading) { OwnerChip(owner: state.owner, onChoose: events.choosePerson) }
    }
  }

  private var list: some View {
    List {
      if let banner = state.banner {
        RecordsBannerView(banner: banner, owner: state.owner, kind: nil, events: events).aside()
      }
      switch state.body {
      case .kinds(let rows): Section { ForEach(rows) { row($0) } }
      case .none:
        Emptiness(
          symbol: Symbol.records, title: Words.recordsNone,
          text: Words.recordsNoneText(clinic: state.owner.clinic.name)
        ).aside()
      case .notYet:
        Emptiness(
          symbol: Symbol.records, title: Words.recordsNothing,
          text: Words.recordsNotYetText(clinic: state.owner.clinic.name)
        ).aside()
      case .closed: EmptyView()
      }
    }
    .safeAreaInset(edge: .top, spacing: 0) { ActingStrip(owner: state.owner) }
    .refreshable { await events.refresh() }
  }

  private func row(_ row: KindRow) -> some View {
    GroupRow(
      title: row.kind.title, text: row.line.words(state.owner.clinic.name),
      symbol: row.kind == .labs ? Symbol.lab : Symbol.document
    ) { events.open(row.kind) }
    .badge(row.news)
    .accessibilityValue(row.news > 0 ? Words.recordsNewA11y(n: row.news) : "")
  }
}

extension View {
  /// In a list, and no row of it.
  func aside() -> some View {
    listRowSeparator(.hidden).listRowBackground(Color.clear)
  }
}

extension RecordKind {
  var title: String { self == .labs ? Words.recordsLabs : Words.recordsDocs }

  var switchedOff: String { self == .labs ? Words.labsOffTitle : Words.docsOffTitle }
}

extension KindLine {
  fileprivate func words(_ clinic: String) -> String {
    switch self {
    case .new(let count, let from): Words.recordsLabsNew(n: count, date: Formats.date(from))
    case .newest(let at): Words.recordsLabsNewest(date: Formats.date(at))
    case .count(let count, more: true): Words.recordsDocsMany(n: count)
    case .count(let count, more: false): Words.recordsDocsCount(n: count)
    case .nothing: Words.recordsNothing
    case .coming: Words.recordsComing
    case .off(closed: true): Words.recordsOffClosed(clinic: clinic)
    case .off(closed: false): Words.recordsOff(clinic: clinic)
    case .stepUp: Words.stepUpTitle
    }
  }
}

/// A place where something will be.
struct Emptiness: View {
  let symbol: String
  let title: String
  var text = ""

  var body: some View {
    VStack(spacing: Space.m) {
      Image(systemName: symbol).font(.largeTitle).foregroundStyle(Palette.textSoft).accessibilityHidden(true)
      Text(title).font(TypeScale.title).foregroundStyle(Palette.text).accessibilityAddTraits(.isHeader)
      if !text.isEmpty { Text(text).font(TypeScale.body).foregroundStyle(Palette.textSoft) }
    }
    .multilineTextAlignment(.center)
    .frame(maxWidth: .infinity)
    .padding(.vertical, Space.xxl)
  }
}

#if DEBUG
  #Preview("Records") {
    TabView {
      ForEach(RecordsState.samples, id: \.self) { state in
        NavigationStack { RecordsScreen(state: state, events: SilentRecords()) }
      }
    }
    .tabViewStyle(.page(indexDisplayMode: .always))
  }
#endif
