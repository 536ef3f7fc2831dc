import AppModel
import SwiftUI

/// A PIN on keys of the app's own, so that no keyboard learns it. A new `attempt` empties the dots.
struct PinPad<Foot: View>: View {
  let title: String
  let trouble: [String]
  let attempt: Int
  let isEnabled: Bool
  var biometry: BiometryKind?
  var onBiometry: () -> Void = {}
  let onPin: (String) -> Void
  @ViewBuilder let foot: Foot

  @State private var typed = ""
  @ScaledMetric(relativeTo: .title2) private var key: CGFloat = 68
  @AccessibilityFocusState private var hearsTrouble: Bool

  private static var digits: Int { 6 }

  var body: some View {
    ScrollView {
      VStack(spacing: Space.l) {
        Image(systemName: Symbol.locked)
          .font(.system(size: 32))
          .foregroundStyle(Palette.shieldHeart)
          .accessibilityHidden(true)
        Text(title)
          .font(TypeScale.title)
          .foregroundStyle(Palette.onShield)
          .accessibilityAddTraits(.isHeader)
        if !trouble.isEmpty {
          Text(trouble.joined(separator: " "))
            .font(TypeScale.label)
            .foregroundStyle(Palette.shieldHeart)
            .accessibilityFocused($hearsTrouble)
        }
        dots
        // Keys stay left to right in every language.
        keys.environment(\.layoutDirection, .leftToRight)
        foot
      }
      .multilineTextAlignment(.center)
      .padding(Space.gutter)
      .frame(maxWidth: .infinity)
    }
    .background(Palette.shield)
    .onChange(of: attempt) {
      typed = ""
      hearsTrouble = !trouble.isEmpty
    }
  }

  /// Says how many digits were typed, never which.
  private var dots: some View {
    HStack(spacing: Space.l) {
      ForEach(0..<Self.digits, id: \.self) { at in
        Circle()
          .strokeBorder(at < typed.count ? Palette.onShield : Palette.shieldLine, lineWidth: 2)
          .background(Circle().fill(at < typed.count ? Palette.onShield : .clear))
          .frame(width: 14, height: 14)
      }
    }
    .accessibilityElement(children: .ignore)
    .accessibilityLabel(Words.pinA11y(n: typed.count))
  }

  private var keys: some View {
    VStack(spacing: Space.m) {
      ForEach([[1, 2, 3], [4, 5, 6], [7, 8, 9]], id: \.self) { row in
        HStack(spacing: Space.xl) { ForEach(row, id: \.self) { digit($0) } }
      }
      HStack(spacing: Space.xl) {
        if let biometry {
          Button(action: onBiometry) { Image(systemName: biometry.symbol).frame(width: key, height: key) }
            .accessibilityLabel(Words.lockUnlockIos(biometry: biometry.name))
        } else {
          Color.clear.frame(width: key, height: key)
        }
        digit(0)
        Button {
          typed = String(typed.dropLast())
        } label: {
          Image(systemName: Symbol.backspace).frame(width: key, height: key)
        }
        .accessibilityLabel(Words.pinDelete)
      }
    }
    .foregroundStyle(Palette.onShield)
    .buttonStyle(.plain)
  }

  private func digit(_ digit: Int) -> some View {
    Button {
      type(digit)
    } label: {
      Text(digit, format: .number)
        .font(TypeScale.code)
        .frame(width: key, height: key)
        .background(Palette.shieldRaised, in: Circle())
    }
  }

  private func type(_ digit: Int) {
    guard isEnabled, typed.count < Self.digits else { return }
    typed += String(digit)
    if typed.count == Self.digits { onPin(typed) }
  }
}
