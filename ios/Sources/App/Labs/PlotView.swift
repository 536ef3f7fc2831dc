import AppModel
import Charts
import SwiftUI

/// Values over time. Each point is an element of its own for assistive technology, and the system offers the whole as sound.
struct PlotView: View {
  let plot: Plot

  var body: some View {
    let scale = PlotScale(plot.points)
    Chart {
      ForEach(Array(scale.bands.enumerated()), id: \.offset) { _, band in
        RectangleMark(
          xStart: .value("", band.from), xEnd: .value("", band.to), yStart: .value("", band.low ?? scale.least),
          yEnd: .value("", band.high ?? scale.most)
        )
        .foregroundStyle(Palette.band)
        .accessibilityHidden(true)
      }
      ForEach(Array(scale.lines.enumerated()), id: \.offset) { number, line in
        ForEach([line.0, line.1]) { point in
          LineMark(x: .value("", point.at.at), y: .value("", point.value), series: .value("", number))
            .foregroundStyle(Palette.plot)
            .accessibilityHidden(true)
        }
      }
      ForEach(plot.points) { point in
        PointMark(x: .value("", point.at.at), y: .value("", point.value))
          .symbol { Marker(isRound: point.isInside ?? true) }
          .annotation(position: .bottom) { if point.isThis { Text(point.text).font(TypeScale.label).bold() } }
          .accessibilityLabel(Formats.date(point.at))
          .accessibilityValue(([("\(point.text) \(plot.unit)")] + point.notes).joined(separator: ", "))
      }
    }
    .chartYScale(domain: scale.least...scale.most)
    .chartXAxis {
      AxisMarks(values: .automatic(desiredCount: 4)) { AxisValueLabel(format: .dateTime.month().year(.twoDigits)) }
    }
    // Time runs from left to right in every language.
    .environment(\.layoutDirection, .leftToRight)
    .frame(height: 240)
  }
}
