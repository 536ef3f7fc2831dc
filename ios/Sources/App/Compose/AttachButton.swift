import AppModel
import PhotosUI
import SwiftUI
import UniformTypeIdentifiers

/// Adds a photo or a file. The system's own pickers need no permission, and hand over what was chosen and nothing else.
struct AttachButton: View {
  let onPick: @MainActor (PickedFile) -> Void
  @State private var choosesPhoto = false
  @State private var choosesFile = false
  @State private var photo: PhotosPickerItem?

  var body: some View {
    Menu {
      Button {
        choosesPhoto = true
      } label: {
        Label(Words.attachPhoto, systemImage: Symbol.photo)
      }
      Button {
        choosesFile = true
      } label: {
        Label(Words.fileUnnamed, systemImage: Symbol.file)
      }
    } label: {
      Image(systemName: Symbol.attach).frame(minWidth: Touch.least, minHeight: Touch.least)
    }
    .menuStyle(.button)
    .buttonStyle(.plain)
    .accessibilityLabel(Words.threadAttach)
    .photosPicker(isPresented: $choosesPhoto, selection: $photo, matching: .images)
    .fileImporter(isPresented: $choosesFile, allowedContentTypes: [.item]) { result in
      if let url = try? result.get(), let file = PickedFile(reading: url) { onPick(file) }
    }
    .onChange(of: photo) { _, item in
      guard let item else { return }
      photo = nil
      Task {
        guard let bytes = try? await item.loadTransferable(type: Data.self) else { return }
        if let file = PickedFile(photo: bytes) { onPick(file) }
      }
    }
  }
}

extension PickedFile {
  /// A file that the system's picker gave.
  fileprivate init?(reading url: URL) {
    let isScoped = url.startAccessingSecurityScopedResource()
    defer { if isScoped { url.stopAccessingSecurityScopedResource() } }
    guard let bytes = try? Data(contentsOf: url) else { return nil }
    let type = UTType(filenameExtension: url.pathExtension)?.preferredMIMEType ?? ""
    self.init(name: url.lastPathComponent, type: type, bytes: bytes)
  }

  /// A photo, drawn anew as a JPEG: neither where it was taken nor by which camera stays in it.
  fileprivate init?(photo bytes: Data) {
    guard let image = UIImage(data: bytes), let plain = image.jpegData(compressionQuality: 0.85) else { return nil }
    self.init(name: "Photo.jpg", type: "image/jpeg", bytes: plain)
  }
}

/// A file that goes with a message that is being written.
struct NewFileCard: View {
  let file: NewFileRow
  let onRemove: @MainActor () -> Void

  var body: some View {
    HStack(spacing: Space.m) {
      Image(systemName: file.type.hasPrefix("image/") ? Symbol.image : Symbol.file).accessibilityHidden(true)
      VStack(alignment: .leading) {
        Text(file.name).font(TypeScale.headline)
        Text(Formats.size(file.size)).font(TypeScale.support).foregroundStyle(Palette.textSoft)
      }
      .accessibilityElement(children: .combine)
      Spacer(minLength: 0)
      Button(action: onRemove) {
        Image(systemName: Symbol.close).frame(minWidth: Touch.least, minHeight: Touch.least)
      }
      .buttonStyle(.plain)
      .accessibilityLabel(Words.fileRemove(name: file.name))
    }
    .padding(Space.s)
    .background(Palette.surfaceSunken, in: RoundedRectangle(cornerRadius: Radius.chip, style: .continuous))
  }
}
