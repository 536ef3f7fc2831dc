import AppModel
import UIKit
import UniformTypeIdentifiers

/// New files in a folder that the person chooses in the system's picker: on this device, in iCloud, or with another app.
/// Nothing of them is a file of this app, not even for a moment.
@MainActor
final class FolderDocuments: NSObject, DocumentPlace, UIDocumentPickerDelegate {
  private var waiting: CheckedContinuation<URL?, Never>?

  func create(_ name: String) async throws -> (any NewDocument)? {
    guard let folder = await choose() else { return nil }
    return try FileInFolder(name, in: folder)
  }

  private func choose() async -> URL? {
    guard waiting == nil, let top = UIApplication.shared.frontWindow?.rootViewController?.top else { return nil }
    return await withCheckedContinuation { continuation in
      waiting = continuation
      let picker = UIDocumentPickerViewController(forOpeningContentTypes: [.folder])
      picker.delegate = self
      top.present(picker, animated: true)
    }
  }

  func documentPicker(_ controller: UIDocumentPickerViewController, didPickDocumentsAt urls: [URL]) {
    chosen(urls.first)
  }

  func documentPickerWasCancelled(_ controller: UIDocumentPickerViewController) { chosen(nil) }

  private func chosen(_ folder: URL?) {
    waiting?.resume(returning: folder)
    waiting = nil
  }
}

/// A file in somebody else's folder, which this app may use until it is done.
@MainActor
private final class FileInFolder: NewDocument {
  private let folder: URL
  private let file: URL
  private let handle: FileHandle
  private var isLent: Bool

  init(_ name: String, in folder: URL) throws {
    let isLent = folder.startAccessingSecurityScopedResource()
    let file = Self.free(name, in: folder)
    do {
      try Data().write(to: file, options: .withoutOverwriting)
      handle = try FileHandle(forWritingTo: file)
    } catch {
      if isLent { folder.stopAccessingSecurityScopedResource() }
      throw error
    }
    (self.folder, self.file, self.isLent) = (folder, file, isLent)
  }

  /// That name, or the first with a number behind it that no file there has.
  private static func free(_ name: String, in folder: URL) -> URL {
    let plain = folder.appending(path: name)
    let (stem, type) = (plain.deletingPathExtension().lastPathComponent, plain.pathExtension)
    var number = 1
    var file = plain
    while FileManager.default.fileExists(atPath: file.path(percentEncoded: false)) {
      number += 1
      file = folder.appending(path: "\(stem) \(number).\(type)")
    }
    return file
  }

  var name: String { file.lastPathComponent }

  func write(_ piece: Data) async throws { try await Self.write(piece, to: handle) }

  /// Not on the main actor: a place in a cloud may be slow.
  private nonisolated static func write(_ piece: Data, to handle: FileHandle) async throws {
    try handle.write(contentsOf: piece)
  }

  func finish() async throws {
    try handle.close()
    giveBack()
  }

  func discard() async -> Bool {
    try? handle.close()
    defer { giveBack() }
    return (try? FileManager.default.removeItem(at: file)) != nil
  }

  private func giveBack() {
    if isLent { folder.stopAccessingSecurityScopedResource() }
    isLent = false
  }
}
