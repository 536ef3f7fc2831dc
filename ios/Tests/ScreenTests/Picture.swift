import SwiftUI
import UIKit
import XCTest

@testable import PericardApp

/// A way to look at a screen.
enum Look: String, CaseIterable {
  case light, dark, large

  var style: UIUserInterfaceStyle { self == .dark ? .dark : .light }
  var textSize: DynamicTypeSize { self == .large ? .accessibility2 : .large }
}

/// A screen as the system draws it, in a window of its own over the app's: `ImageRenderer` leaves out lists, bars and fields.
@MainActor
func picture(of screen: some View, _ look: Look) async throws -> UIImage {
  let scenes = UIApplication.shared.connectedScenes
  let scene = try XCTUnwrap(scenes.lazy.compactMap { $0 as? UIWindowScene }.first)
  let window = UIWindow(windowScene: scene)
  window.frame = CGRect(x: 0, y: 0, width: 390, height: 844)
  window.overrideUserInterfaceStyle = look.style
  window.rootViewController = UIHostingController(
    rootView: screen.tint(Palette.primary).dynamicTypeSize(look.textSize))
  window.makeKeyAndVisible()
  defer { window.isHidden = true }
  // Lists and bars are laid out in the turns of the run loop that follow.
  try await Task.sleep(for: .milliseconds(300))
  return UIGraphicsImageRenderer(bounds: window.bounds).image { _ in
    window.drawHierarchy(in: window.bounds, afterScreenUpdates: true)
  }
}

extension UIImage {
  /// How many colours are in it, as far as that is asked: a screen that drew nothing has one.
  func colors(most: Int) throws -> Int {
    let image = try XCTUnwrap(cgImage)
    let bytes = try XCTUnwrap(image.dataProvider?.data as Data?)
    let pixel = image.bitsPerPixel / 8
    var found: Set<Data> = []
    for y in 0..<image.height where found.count < most {
      let row = y * image.bytesPerRow
      for x in 0..<image.width { found.insert(bytes[row + x * pixel..<row + (x + 1) * pixel]) }
    }
    return found.count
  }
}
