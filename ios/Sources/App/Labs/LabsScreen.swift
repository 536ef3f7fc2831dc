import AppModel
import SwiftUI

/// Reports by month.
struct LabsScreen: View {
  let state: LabsState
  let events: any LabsEvents
  let frame: any RecordFrameEvents

  var body: some View {
    RecordFrameView(owner: state.owner, kind: .labs, title: Words.recordsLabs, shown: state.shown, events: frame) {
      rows in
      List {
        if let banner = state.banner {
          RecordsBannerView(banner: banner, owner: state.owner, kind: .labs, events: frame).aside()
        }
        if rows.isEmpty {
          Emptiness(
            symbol: Symbol.lab, title: Words.labsEmpty, text: Words.labsEmptyText(clinic: state.owner.clinic.name)
          ).aside()
        }
        ForEach(Months(rows, at: \.at).all) { month in
          Section(month.name) {
            ForEach(month.rows, id: \.element.id) { index, row in
              ReportRowView(row: row) { events.open(row.id) }.onAppear { events.shown(index) }
            }
          }
        }
      }
      .refreshable { await events.refresh() }
    }
  }
}

private struct ReportRowView: View {
  let row: ReportRow
  let action: @MainActor () -> Void

  var body: some View {
    Button(action: action) {
      HStack {
        Label {
          VStack(alignment: .leading, spacing: Space.xs) {
            Text(row.name.isEmpty ? Words.labLoose : row.name).font(TypeScale.headline).foregroundStyle(Palette.text)
            Text(line).font(TypeScale.support).foregroundStyle(Palette.textSoft)
            Marks(standing: row.standing, isNew: row.isNew)
          }
        } icon: {
          Image(systemName: Symbol.lab).foregroundStyle(Palette.primary)
        }
        Spacer()
        Image(systemName: Symbol.forward).foregroundStyle(Palette.textSoft).accessibilityHidden(true)
      }
      .accessibilityElement(children: .combine)
    }
  }

  private var line: String {
    [row.laboratory.isEmpty ? nil : row.laboratory, Formats.row(row.at)].compactMap(\.self).joined(separator: ". ")
  }
}

/// What is said of a report or a result beside its name.
struct Marks: View {
  let standing: LabStanding
  var isNew = false

  var body: some View {
    if isNew || standing != .final {
      HStack(spacing: Space.s) {
        if isNew { pill(Words.labNew, Palette.onPrimaryContainer, Palette.primaryContainer) }
        if let words = standing.words { pill(words, Palette.text, Palette.surfaceSunken) }
      }
    }
  }

  private func pill(_ text: String, _ ink: Color, _ paper: Color) -> some View {
    Text(text)
      .font(TypeScale.label)
      .foregroundStyle(ink)
      .padding(.horizontal, Space.m)
      .padding(.vertical, Space.xs)
      .background(paper, in: Capsule())
  }
}

#if DEBUG
  #Preview("Lab results") {
    NavigationStack { LabsScreen(state: .sample, events: SilentRecords(), frame: SilentRecords()) }
  }
#endif
