import SwiftUI

/// Lies over everything while the app is not in front, so that the app switcher's picture shows nothing.
struct Cover: View {
  var body: some View {
    Image(systemName: Symbol.locked)
      .font(.system(size: 44))
      .foregroundStyle(Palette.onShield)
      .frame(maxWidth: .infinity, maxHeight: .infinity)
      .background(Palette.shield)
      .ignoresSafeArea()
      .accessibilityHidden(true)
  }
}

#Preview { Cover() }
