import SwiftUI

/// The one next step.
struct PrimaryButtonStyle: ButtonStyle {
  var busy = false
  @Environment(\.isEnabled) private var isEnabled

  func makeBody(configuration: Configuration) -> some View {
    ZStack {
      configuration.label.opacity(busy ? 0 : 1)
      if busy { ProgressView().tint(Palette.onPrimary) }
    }
    .font(TypeScale.headline)
    .frame(maxWidth: .infinity, minHeight: Touch.least)
    .padding(.horizontal, Space.l)
    .foregroundStyle(Palette.onPrimary)
    .background(Palette.primary.opacity(isEnabled ? (configuration.isPressed ? 0.8 : 1) : 0.4), in: Capsule())
    .contentShape(Capsule())
  }
}

/// Another step that is as good.
struct TonalButtonStyle: ButtonStyle {
  func makeBody(configuration: Configuration) -> some View {
    configuration.label
      .font(TypeScale.headline)
      .frame(maxWidth: .infinity, minHeight: Touch.least)
      .padding(.horizontal, Space.l)
      .foregroundStyle(Palette.onPrimaryContainer)
      .background(Palette.primaryContainer.opacity(configuration.isPressed ? 0.7 : 1), in: Capsule())
      .contentShape(Capsule())
  }
}

/// A step aside.
struct QuietButtonStyle: ButtonStyle {
  var color = Palette.primary

  func makeBody(configuration: Configuration) -> some View {
    configuration.label
      .font(TypeScale.headline)
      .frame(minHeight: Touch.least)
      .foregroundStyle(color)
      .opacity(configuration.isPressed ? 0.6 : 1)
      .contentShape(Rectangle())
  }
}

/// A step that cannot be undone, beside a better one.
struct OutlineButtonStyle: ButtonStyle {
  var color = Palette.error
  @Environment(\.isEnabled) private var isEnabled

  func makeBody(configuration: Configuration) -> some View {
    configuration.label
      .font(TypeScale.headline)
      .frame(maxWidth: .infinity, minHeight: Touch.least)
      .padding(.horizontal, Space.l)
      .foregroundStyle(color)
      .overlay(Capsule().strokeBorder(Palette.outline))
      .opacity(isEnabled ? (configuration.isPressed ? 0.6 : 1) : 0.4)
      .contentShape(Capsule())
  }
}

extension ButtonStyle where Self == PrimaryButtonStyle {
  static var primary: PrimaryButtonStyle { PrimaryButtonStyle() }

  static func primary(busy: Bool) -> PrimaryButtonStyle { PrimaryButtonStyle(busy: busy) }
}

extension ButtonStyle where Self == TonalButtonStyle {
  static var tonal: TonalButtonStyle { TonalButtonStyle() }
}

extension ButtonStyle where Self == QuietButtonStyle {
  static var quiet: QuietButtonStyle { QuietButtonStyle() }

  static func quiet(_ color: Color) -> QuietButtonStyle { QuietButtonStyle(color: color) }
}

extension ButtonStyle where Self == OutlineButtonStyle {
  static var outline: OutlineButtonStyle { OutlineButtonStyle() }
}
