import PDFKit
import SwiftUI

/// A PDF from memory. PDFKit runs no script; what a link leads to is not opened.
struct PDFPages: View {
  let bytes: Data
  @State private var zoom: CGFloat = 1

  var body: some View {
    PDFPaper(bytes: bytes, zoom: zoom)
      .overlay(alignment: .bottomTrailing) { Zooming(zoom: $zoom) }
  }
}

/// A picture as large as the screen is wide, and larger by the buttons.
struct PicturePage: View {
  let bytes: Data
  let title: String
  @State private var zoom: CGFloat = 1

  var body: some View {
    GeometryReader { place in
      ScrollView([.horizontal, .vertical]) {
        if let image = UIImage(data: bytes) {
          Image(uiImage: image)
            .resizable()
            .scaledToFit()
            .frame(width: place.size.width * zoom)
            .accessibilityLabel(title)
        } else {
          Emptiness(symbol: Symbol.document, title: Words.docCannot)
        }
      }
    }
    .overlay(alignment: .bottomTrailing) { Zooming(zoom: $zoom) }
  }
}

/// The twin of the pinch for those who do not pinch.
private struct Zooming: View {
  @Binding var zoom: CGFloat

  var body: some View {
    HStack(spacing: 0) {
      button(Symbol.less, Words.docSmaller) { zoom = max(zoom / 1.5, 1) }.disabled(zoom <= 1)
      button(Symbol.add, Words.docLarger) { zoom = min(zoom * 1.5, 4) }.disabled(zoom >= 4)
    }
    .background(Palette.surfaceRaised, in: Capsule())
    .padding(Space.l)
  }

  private func button(_ symbol: String, _ label: String, _ action: @escaping () -> Void) -> some View {
    Button(action: action) { Image(systemName: symbol).frame(width: Touch.least, height: Touch.least) }
      .accessibilityLabel(label)
  }
}

private struct PDFPaper: UIViewRepresentable {
  let bytes: Data
  let zoom: CGFloat

  func makeCoordinator() -> Coordinator { Coordinator() }

  func makeUIView(context: Context) -> PDFView {
    let view = PDFView()
    view.autoScales = true
    view.delegate = context.coordinator
    view.document = PDFDocument(data: bytes)
    return view
  }

  func updateUIView(_ view: PDFView, context: Context) {
    guard context.coordinator.zoom != zoom else { return }
    context.coordinator.zoom = zoom
    view.scaleFactor = view.scaleFactorForSizeToFit * zoom
  }

  final class Coordinator: NSObject, PDFViewDelegate {
    var zoom: CGFloat = 1

    func pdfViewWillClick(onLink sender: PDFView, with url: URL) {}
  }
}
