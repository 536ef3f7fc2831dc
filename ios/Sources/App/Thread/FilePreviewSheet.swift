import AppModel
import PDFKit
import SwiftUI

/// A file as it is looked at in the app: pictures, documents and plain text, from memory. Anything else is not run or
/// opened here.
struct FilePreviewSheet: View {
  let preview: FilePreview
  @Environment(\.dismiss) private var dismiss

  var body: some View {
    NavigationStack {
      content
        .navigationTitle(preview.name.isEmpty ? Words.fileUnnamed : preview.name)
        .navigationBarTitleDisplayMode(.inline)
        .toolbar {
          ToolbarItem(placement: .cancellationAction) { Button(Words.commonClose) { dismiss() } }
        }
    }
  }

  @ViewBuilder private var content: some View {
    if preview.type == "application/pdf" {
      DocumentView(bytes: preview.bytes)
    } else if preview.type.hasPrefix("image/"), let image = UIImage(data: preview.bytes) {
      ScrollView([.horizontal, .vertical]) { Image(uiImage: image) }
        .accessibilityLabel(preview.name.isEmpty ? Words.fileUnnamed : preview.name)
    } else if preview.type.hasPrefix("text/"), let text = String(data: preview.bytes, encoding: .utf8) {
      ScrollView { Text(text).font(TypeScale.body).textSelection(.enabled).padding(Space.gutter) }
    } else {
      ContentUnavailableView {
        Label(preview.type, systemImage: Symbol.file)
      } description: {
        Text(Formats.size(preview.bytes.count))
      }
    }
  }
}

private struct DocumentView: UIViewRepresentable {
  let bytes: Data

  func makeUIView(context: Context) -> PDFView {
    let view = PDFView()
    view.autoScales = true
    view.document = PDFDocument(data: bytes)
    return view
  }

  func updateUIView(_ view: PDFView, context: Context) {}
}
