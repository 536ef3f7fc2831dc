import AVFoundation
import SwiftUI
import VisionKit

/// Reads one QR code. Where the camera may not be used, it answers nothing at once.
struct CodeScanner: View {
  let onRead: @MainActor (String?) -> Void
  @State private var isAllowed = false

  var body: some View {
    NavigationStack {
      ZStack {
        Palette.background.ignoresSafeArea()
        if isAllowed { Camera(onRead: onRead).ignoresSafeArea() }
      }
      .navigationTitle(Words.welcomeScan)
      .navigationBarTitleDisplayMode(.inline)
    }
    .task {
      let isGranted = await AVCaptureDevice.requestAccess(for: .video)
      if isGranted, DataScannerViewController.isSupported { isAllowed = true } else { onRead(nil) }
    }
  }
}

private struct Camera: UIViewControllerRepresentable {
  let onRead: @MainActor (String?) -> Void

  func makeUIViewController(context: Context) -> DataScannerViewController {
    let scanner = DataScannerViewController(recognizedDataTypes: [.barcode(symbologies: [.qr])])
    scanner.delegate = context.coordinator
    // It can begin once it is on screen.
    Task { try? scanner.startScanning() }
    return scanner
  }

  func updateUIViewController(_ scanner: DataScannerViewController, context: Context) {}

  static func dismantleUIViewController(_ scanner: DataScannerViewController, coordinator: Coordinator) {
    scanner.stopScanning()
  }

  func makeCoordinator() -> Coordinator { Coordinator(onRead) }

  @MainActor
  final class Coordinator: NSObject, DataScannerViewControllerDelegate {
    private let onRead: @MainActor (String?) -> Void

    init(_ onRead: @escaping @MainActor (String?) -> Void) { self.onRead = onRead }

    func dataScanner(
      _ dataScanner: DataScannerViewController, didAdd addedItems: [RecognizedItem], allItems: [RecognizedItem]
    ) {
      for case .barcode(let code) in addedItems {
        guard let text = code.payloadStringValue else { continue }
        dataScanner.stopScanning()
        return onRead(text)
      }
    }
  }
}
