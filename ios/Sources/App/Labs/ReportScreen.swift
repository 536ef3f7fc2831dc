import AppModel
import SwiftUI

/// One report: what the laboratory writes comes before any value.
struct ReportScreen: View {
  let state: ReportState
  let events: any ReportEvents
  let frame: any RecordFrameEvents

  var body: some View {
    RecordFrameView(
      owner: state.owner, kind: .labs, title: state.name.isEmpty ? Words.labLoose : state.name, shown: state.shown,
      events: frame
    ) { report in
      List {
        if !about.isEmpty { Text(about).font(TypeScale.support).foregroundStyle(Palette.textSoft).aside() }
        if !report.conclusion.isEmpty { Writes(texts: [report.conclusion], who: state.laboratory).aside() }
        StandingBanner(standing: state.standing).aside()
        Section {
          ForEach(report.results) { row in
            Button {
              events.open(row.id)
            } label: {
              ResultRowView(row: row, clinic: state.owner.clinic.name)
            }
          }
        } footer: {
          if report.missing > 0 { Text(Words.labMissing(n: report.missing)) }
        }
        if !report.narrative.isEmpty {
          Section(Words.labReportText) { Text(report.narrative).font(TypeScale.body).textSelection(.enabled) }
        }
      }
    }
  }

  private var about: String {
    [state.at.map(Formats.date), state.laboratory.isEmpty ? nil : state.laboratory].compactMap(\.self)
      .joined(separator: ", ")
  }
}

/// What the doctor or the laboratory writes, before anything else.
struct Writes: View {
  let texts: [String]
  var who = ""

  var body: some View {
    Label {
      VStack(alignment: .leading, spacing: Space.xs) {
        Text(who.isEmpty ? Words.labWritesLab : Words.labWrites(who: who)).font(TypeScale.headline)
        ForEach(texts, id: \.self) { Text(Words.offSaysQuote(text: $0)).font(TypeScale.body) }
      }
    } icon: {
      Image(systemName: Symbol.lab).accessibilityHidden(true)
    }
    .foregroundStyle(Palette.onPrimaryContainer)
    .padding(Space.l)
    .frame(maxWidth: .infinity, alignment: .leading)
    .background(Palette.primaryContainer, in: RoundedRectangle(cornerRadius: Radius.card, style: .continuous))
    .accessibilityElement(children: .combine)
  }
}

struct StandingBanner: View {
  let standing: LabStanding

  var body: some View {
    if let title = standing.words { Banner(symbol: Symbol.notice, title: title, text: standing.explained) }
  }
}

/// Name and value, the line with its range, and one sentence.
private struct ResultRowView: View {
  let row: ResultRow
  let clinic: String

  var body: some View {
    VStack(alignment: .leading, spacing: Space.s) {
      ViewThatFits(in: .horizontal) {
        HStack(alignment: .firstTextBaseline) {
          name
          Spacer(minLength: Space.m)
          ValueText(value: row.measured.value, clinic: clinic)
        }
        VStack(alignment: .leading) {
          name
          ValueText(value: row.measured.value, clinic: clinic)
        }
      }
      if let reading = row.measured.reading { RangeLine(reading: reading) }
      ForEach(row.measured.sentences, id: \.self) { Text($0).font(TypeScale.support).foregroundStyle(Palette.textSoft) }
      Marks(standing: row.standing)
    }
    .padding(.vertical, Space.xs)
    .accessibilityElement(children: .combine)
  }

  private var name: some View {
    Text(row.measured.name).font(TypeScale.headline).foregroundStyle(Palette.text)
  }
}

/// A value with its unit, the figure standing out.
struct ValueText: View {
  let value: MeasuredValue
  let clinic: String

  var body: some View {
    let figure = Text(value.words(clinic)).font(TypeScale.headline).bold().foregroundColor(Palette.text)
    let unit = Text(value.unit.isEmpty ? "" : " \(value.unit)").font(TypeScale.support).foregroundColor(
      Palette.textSoft)
    figure + unit
  }
}

#if DEBUG
  #Preview("A report") {
    NavigationStack { ReportScreen(state: .sample, events: SilentRecords(), frame: SilentRecords()) }
  }
#endif
