import Foundation
import Pericard

extension DocumentRow {
  init(_ document: Document, _ places: [FileID: FilePlace]) {
    id = document.id
    title = document.title
    from = document.from
    at = Moment(at: document.at, precision: document.precision)
    sort =
      switch document.kind {
      case .laboratory: .laboratory
      case .imaging: .picture
      case .discharge, .visit, .procedure, .summary, .consent, .other: .letter
      }
    file = document.files.first.map { FileRow($0, places[$0.id]) }
    marks = document.marks
  }
}

extension FileRow {
  fileprivate init(_ file: DocumentFile, _ place: FilePlace?) {
    id = file.id
    name = file.name
    type = file.contentType
    size = file.size
    self.place = place ?? FilePlace(file.state, size: file.size)
  }
}

extension Document {
  var from: String { author.isEmpty ? custodian : author }

  var marks: [DocumentMark] {
    [superseded ? .superseded : nil, preliminary ? .preliminary : nil, restricted ? .restricted : nil].compactMap(
      \.self)
  }

  func formats(_ chosen: DocumentFile) -> [DocumentFormat] {
    files.map { DocumentFormat(id: $0.id, name: shortType($0.contentType) ?? $0.name, chosen: $0.id == chosen.id) }
  }
}

/// PDF; nothing where a MIME type says no more than that it is a file.
func shortType(_ contentType: String) -> String? {
  let type = contentType.prefix { $0 != ";" }.lowercased().trimmed
  switch type {
  case "text/plain": return "TXT"
  case "image/jpeg": return "JPEG"
  case "application/octet-stream": return nil
  default: break
  }
  guard let slash = type.firstIndex(of: "/") else { return nil }
  let short = type[type.index(after: slash)...].uppercased()
  return (2...5).contains(short.count) ? short : nil
}

/// A name for a copy: what it ends with says what is in it, whatever the clinic called it.
func copyName(_ fileName: String, _ contentType: String) -> String {
  let endings = [
    "application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/webp": "webp",
    "text/html": "html", "text/plain": "txt", "application/rtf": "rtf", "application/xml": "xml",
  ]
  let own = fileName.lastIndex(of: ".").map { String(fileName[..<$0]) } ?? fileName
  return "\(own.isEmpty ? fileName : own).\(endings[contentType] ?? "bin")"
}

/// The parts of a text between empty lines.
func paragraphs(_ text: String) -> [String] {
  var all = [[Substring]()]
  for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
    if line.allSatisfy(\.isWhitespace) { all.append([]) } else { all[all.count - 1].append(line) }
  }
  return all.map { $0.joined(separator: "\n").trimmed }.filter { !$0.isEmpty }
}
