import AppModel
import Pericard
import SwiftUI

/// Documents by month. An arrow fetches one that is not on this phone; opening one fetches it, too.
struct DocumentsScreen: View {
  let state: AppModel.DocumentsState
  let events: any DocumentsEvents
  let frame: any RecordFrameEvents

  var body: some View {
    RecordFrameView(
      owner: state.owner, kind: .documents, title: Words.recordsDocs, shown: state.shown, events: frame
    ) { rows in
      List {
        if let banner = state.banner {
          RecordsBannerView(banner: banner, owner: state.owner, kind: .documents, events: frame).aside()
        }
        if rows.isEmpty {
          Emptiness(
            symbol: Symbol.document, title: Words.docsEmpty, text: Words.docsEmptyText(clinic: state.owner.clinic.name)
          ).aside()
        }
        ForEach(Months(rows, at: \.at).all) { month in
          Section(month.name) {
            ForEach(month.rows, id: \.element.id) { index, row in
              DocumentRowView(row: row, clinic: state.owner.clinic, events: events).onAppear { events.shown(index) }
            }
          }
        }
        if rows.contains(where: \.isAtClinic) {
          Section {
          } footer: {
            Text(Words.docsFoot)
          }
        }
      }
      .refreshable { await events.refresh() }
    }
  }
}

extension DocumentRow {
  fileprivate var isAtClinic: Bool { if case .remote = file?.place { true } else { false } }
}

/// Rows under their months, in their order.
struct Months<Row> {
  struct Month: Identifiable {
    let name: String
    var rows: [(offset: Int, element: Row)]

    var id: String { name }
  }

  private(set) var all: [Month] = []

  init(_ rows: [Row], at: (Row) -> Moment) {
    for (index, row) in rows.enumerated() {
      let name = Formats.month(at(row))
      if all.last?.name != name { all.append(Month(name: name, rows: [])) }
      all[all.count - 1].rows.append((index, row))
    }
  }
}

private struct DocumentRowView: View {
  let row: DocumentRow
  let clinic: Clinic
  let events: any DocumentsEvents

  var body: some View {
    HStack {
      Button {
        events.open(row.id)
      } label: {
        Label {
          VStack(alignment: .leading, spacing: Space.xs) {
            Text(row.title.isEmpty ? Words.fileUnnamed : row.title).font(TypeScale.headline).foregroundStyle(
              Palette.text)
            ForEach(lines, id: \.self) { Text($0).font(TypeScale.support).foregroundStyle(Palette.textSoft) }
            if case .downloading(let received, let total?) = row.file?.place, total > 0 {
              ProgressView(value: min(Double(received) / Double(total), 1)).tint(Palette.primary)
            }
          }
        } icon: {
          Image(systemName: symbol).foregroundStyle(isHere ? Palette.primary : Palette.textSoft)
        }
        .accessibilityElement(children: .combine)
      }
      .buttonStyle(.plain)
      Spacer()
      deed
    }
  }

  @ViewBuilder private var deed: some View {
    switch row.file?.place {
    case .remote:
      Button {
        events.download(row.id)
      } label: {
        Image(systemName: Symbol.download)
      }
      .buttonStyle(.borderless)
      .frame(minWidth: Touch.least, minHeight: Touch.least)
      .accessibilityLabel(Words.fileGet)
    case .downloading:
      Button {
        events.stop(row.id)
      } label: {
        Image(systemName: Symbol.close)
      }
      .buttonStyle(.borderless)
      .frame(minWidth: Touch.least, minHeight: Touch.least)
      .accessibilityLabel(Words.threadStopDownload)
    case .stored, .unavailable, nil:
      Image(systemName: Symbol.forward).foregroundStyle(Palette.textSoft).accessibilityHidden(true)
    }
  }

  private var isHere: Bool { row.file?.place == .stored }

  private var symbol: String {
    switch row.sort {
    case .letter: Symbol.document
    case .laboratory: Symbol.lab
    case .picture: Symbol.image
    }
  }

  private var lines: [String] { [line] + row.marks.map(\.words) }

  /// Cardiology. 3 Nov. 1.2 MB; while it comes, how much of it; where it cannot be had, why.
  private var line: String {
    switch row.file?.place {
    case .downloading(let received, let total?):
      Words.fileProgress(done: Formats.megabytes(received), whole: Formats.size(total))
    case .downloading(let received, nil): Formats.size(received)
    case .unavailable(let why): why.words(clinic)
    case .remote: parts(row.file?.size.map(Formats.size))
    case .stored, nil: parts(nil)
    }
  }

  private func parts(_ size: String?) -> String {
    [row.from.isEmpty ? nil : row.from, Formats.row(row.at), size].compactMap(\.self).joined(separator: ". ")
  }
}

extension DocumentMark {
  var words: String {
    switch self {
    case .superseded: Words.docsSuperseded
    case .preliminary: Words.docsPreliminary
    case .restricted: Words.docsRestricted
    }
  }
}

extension FileProblem {
  /// Why the file of a document cannot be had.
  func words(_ clinic: Clinic) -> String {
    switch self {
    case .noSource: Words.docNoSource
    case .tooLarge: Words.fileTooLarge
    case .mismatch: Words.fileMismatch
    case .notFound: Words.fileGone(clinic: clinic.name)
    case .refused: Words.fileRefused(clinic: clinic.name)
    case .foreign: Words.fileForeign
    }
  }

  /// It may go well another time.
  var mayMend: Bool { self == .mismatch || self == .notFound || self == .refused }
}

#if DEBUG
  #Preview("Documents") {
    NavigationStack { DocumentsScreen(state: .sample, events: SilentRecords(), frame: SilentRecords()) }
  }
#endif
