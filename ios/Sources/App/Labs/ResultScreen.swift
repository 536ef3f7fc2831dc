import AppModel
import SwiftUI

/// One result: what somebody writes about it, then the value and where it lies, then how it developed.
struct ResultScreen: View {
  let state: ResultState
  let events: any ResultEvents
  let frame: any RecordFrameEvents

  var body: some View {
    RecordFrameView(owner: state.owner, kind: .labs, title: state.name, shown: state.shown, events: frame) { result in
      ScrollView {
        VStack(alignment: .leading, spacing: Space.l) {
          if !result.comments.isEmpty { Writes(texts: result.comments) }
          StandingBanner(standing: state.standing)
          value(result)
          if !result.parts.isEmpty { parts(result.parts) }
          if result.plots.reduce(0, { $0 + $1.points.count }) > 1 { trend(result.plots) }
          if state.canAsk {
            Button {
              events.ask(Words.labAbout(name: state.name))
            } label: {
              Label(Words.labAsk, systemImage: Symbol.write)
            }
            .buttonStyle(.tonal)
          }
        }
        .padding(Space.gutter)
        .frame(maxWidth: Space.readMax)
        .frame(maxWidth: .infinity)
      }
    }
  }

  private var clinic: String { state.owner.clinic.name }

  private func value(_ result: ResultContent) -> some View {
    VStack(alignment: .leading, spacing: Space.s) {
      VStack(alignment: .leading) {
        (Text(result.measured.value.words(clinic)).font(TypeScale.number)
          + Text(result.measured.value.unit.isEmpty ? "" : " \(result.measured.value.unit)").font(TypeScale.body)
          .foregroundColor(Palette.textSoft))
        if let at = state.at { Text(Formats.date(at)).font(TypeScale.support).foregroundStyle(Palette.textSoft) }
      }
      .accessibilityElement(children: .combine)
      if let reading = result.measured.reading { RangeLine(reading: reading) }
      ForEach(Array(result.measured.sentences.enumerated()), id: \.offset) { at, text in
        Text(text)
          .font(at == 0 ? TypeScale.headline : TypeScale.support)
          .foregroundStyle(at == 0 ? Palette.text : Palette.textSoft)
      }
      if let development = result.development {
        Text(development.words).font(TypeScale.support).foregroundStyle(Palette.text)
      }
    }
  }

  private func parts(_ parts: [Measured]) -> some View {
    VStack(alignment: .leading, spacing: Space.s) {
      Text(Words.labTogether).font(TypeScale.label).foregroundStyle(Palette.textSoft).accessibilityAddTraits(.isHeader)
      ForEach(parts, id: \.self) { part in
        VStack(alignment: .leading, spacing: Space.xs) {
          Text(part.name).font(TypeScale.support).foregroundStyle(Palette.textSoft)
          ValueText(value: part.value, clinic: clinic)
          if let reading = part.reading { RangeLine(reading: reading) }
          ForEach(part.sentences, id: \.self) { Text($0).font(TypeScale.support).foregroundStyle(Palette.textSoft) }
        }
        .accessibilityElement(children: .combine)
      }
    }
    .card()
  }

  @ViewBuilder private func trend(_ plots: [Plot]) -> some View {
    Picker(Words.labTrend, selection: Binding(get: { state.asList }, set: { events.asList($0) })) {
      Text(Words.labChart).tag(false)
      Text(Words.labList).tag(true)
    }
    .pickerStyle(.segmented)
    ForEach(plots, id: \.self) { plot in
      VStack(alignment: .leading, spacing: Space.s) {
        if plots.count > 1 {
          Text(plot.unit.isEmpty ? Words.labTrendUnitless : Words.labTrendIn(unit: plot.unit))
            .font(TypeScale.label).foregroundStyle(Palette.textSoft).accessibilityAddTraits(.isHeader)
        }
        if state.asList { Values(plot: plot, clinic: clinic) } else { Drawn(plot: plot) }
      }
      .card()
    }
  }
}

extension View {
  fileprivate func card() -> some View {
    padding(Space.l)
      .frame(maxWidth: .infinity, alignment: .leading)
      .background(Palette.surface, in: RoundedRectangle(cornerRadius: Radius.card, style: .continuous))
  }
}

/// The chart, and what its marks mean.
private struct Drawn: View {
  let plot: Plot

  var body: some View {
    PlotView(plot: plot)
    if PlotScale(plot.points).hasGap {
      Text(Words.labTrendGap).font(TypeScale.caption).foregroundStyle(Palette.textSoft)
    }
    if plot.points.contains(where: { $0.isInside != nil }) {
      HStack(spacing: Space.l) {
        key(Words.labLegendIn, isRound: true)
        if plot.points.contains(where: { $0.isInside == false }) { key(Words.labLegendOut, isRound: false) }
      }
    }
  }

  private func key(_ text: String, isRound: Bool) -> some View {
    HStack {
      Marker(isRound: isRound).accessibilityHidden(true)
      Text(text).font(TypeScale.caption).foregroundStyle(Palette.textSoft)
    }
  }
}

/// The same as a list, newest first.
private struct Values: View {
  let plot: Plot
  let clinic: String

  var body: some View {
    ForEach(plot.points.reversed()) { point in
      HStack(alignment: .firstTextBaseline) {
        VStack(alignment: .leading) {
          Text(Formats.date(point.at)).font(TypeScale.body).foregroundStyle(Palette.text)
          ForEach(point.notes, id: \.self) { Text($0).font(TypeScale.support).foregroundStyle(Palette.textSoft) }
        }
        Spacer()
        ValueText(value: .amount(point.text, unit: plot.unit), clinic: clinic)
      }
      .frame(minHeight: Touch.least)
      .accessibilityElement(children: .combine)
    }
  }
}

#if DEBUG
  #Preview("A result") {
    NavigationStack { ResultScreen(state: .sample, events: SilentRecords(), frame: SilentRecords()) }
  }
#endif
