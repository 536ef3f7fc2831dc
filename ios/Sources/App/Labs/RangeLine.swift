import AppModel
import SwiftUI

/// The usual range on a line with the value in it: ● inside, ◆ outside, with no colour that judges. The sentence under it says the
/// same, so that assistive technology needs no line.
struct RangeLine: View {
  let reading: Reading

  var body: some View {
    let scale = LineScale(reading)
    GeometryReader { place in
      let width = place.size.width
      let middle = place.size.height / 2
      Capsule().fill(Palette.divider).frame(height: 6).position(x: width / 2, y: middle)
      Capsule()
        .fill(Palette.band)
        .overlay(Capsule().strokeBorder(Palette.bandEdge, lineWidth: 1.5))
        .frame(width: max(width * (scale.high - scale.low), 12), height: 12)
        .position(x: width * (scale.low + scale.high) / 2, y: middle)
      Marker(isRound: reading.isInside ?? true)
        .position(x: min(max(width * scale.value, 9), width - 9), y: middle)
    }
    .frame(height: 24)
    .accessibilityHidden(true)
  }
}

/// A filled mark with a rim, so that it stands out from the band.
struct Marker: View {
  let isRound: Bool

  var body: some View {
    Group {
      if isRound {
        Circle().fill(Palette.plot).frame(width: 13, height: 13).padding(2).background(Palette.surface, in: Circle())
      } else {
        Rectangle().fill(Palette.plot).frame(width: 11, height: 11).padding(2).background(Palette.surface)
          .rotationEffect(.degrees(45))
      }
    }
  }
}
