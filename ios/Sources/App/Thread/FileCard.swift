import AppModel
import Pericard
import SwiftUI

/// A file of a message. Nothing is fetched or opened unasked.
struct FileCard: View {
  let file: FileRow
  let clinic: Clinic
  let events: any ThreadEvents

  var body: some View {
    HStack(spacing: Space.m) {
      Image(systemName: Symbol.file).accessibilityHidden(true)
      VStack(alignment: .leading, spacing: Space.xs) {
        Text(name).font(TypeScale.headline)
        Text(line).font(TypeScale.support)
        if case .downloading(let received, let total?) = file.place, total > 0 {
          ProgressView(value: Double(min(received, total)), total: Double(total))
        }
      }
      .accessibilityElement(children: .combine)
      Spacer(minLength: 0)
      deed
    }
    .padding(Space.s)
    .background(Palette.surface.opacity(0.6), in: RoundedRectangle(cornerRadius: Radius.chip, style: .continuous))
  }

  @ViewBuilder private var deed: some View {
    switch file.place {
    case .remote: icon(Symbol.download, Words.fileGet) { events.download(file.id) }
    case .downloading: icon(Symbol.close, Words.threadStopDownload) { events.stopDownload(file.id) }
    case .stored: icon(Symbol.show, Words.fileOpen(name: name)) { events.openFile(file.id) }
    case .unavailable(let why):
      if why.mayMend { icon(Symbol.retry, Words.fileGet) { events.download(file.id) } }
    }
  }

  private func icon(_ symbol: String, _ label: String, _ action: @escaping @MainActor () -> Void) -> some View {
    Button(action: action) {
      Image(systemName: symbol).frame(minWidth: Touch.least, minHeight: Touch.least)
    }
    .buttonStyle(.plain)
    .accessibilityLabel(label)
  }

  private var name: String { file.name.isEmpty ? Words.fileUnnamed : file.name }

  private var line: String {
    switch file.place {
    case .stored:
      return file.size.map { "\(Formats.size($0)). \(Words.threadOnPhone)" } ?? Words.threadOnPhone
    case .remote: return file.size.map { Formats.size($0) } ?? ""
    case .downloading(let received, let total):
      return total.map { Words.fileProgress(done: Formats.size(received), whole: Formats.size($0)) }
        ?? Formats.size(received)
    case .unavailable(let why): return why.words(clinic.name)
    }
  }
}

extension Pericard.FileProblem {
  /// Asking once more may help.
  fileprivate var mayMend: Bool {
    switch self {
    case .mismatch, .notFound, .refused: true
    case .noSource, .tooLarge, .foreign: false
    }
  }

  fileprivate func words(_ clinic: String) -> String {
    switch self {
    case .noSource: Words.fileNoSource
    case .tooLarge: Words.fileTooLarge
    case .mismatch: Words.fileMismatch
    case .notFound: Words.fileGone(clinic: clinic)
    case .refused: Words.fileRefused(clinic: clinic)
    case .foreign: Words.fileForeign
    }
  }
}
