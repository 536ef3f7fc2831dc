import Foundation
import Pericard
import PericardTesting
import Testing

@testable import AppModel

/// Lab results, with an account in memory.
@MainActor @Suite struct LabsTests {
  private func report(_ name: String, _ clinic: FakeClinic) async throws -> ReportContent {
    let all = try await clinic.fake.labs.labs.reports().reports
    let id = try #require(all.first { $0.name == name }).id
    let model = LabReportModel(id, of: clinic.owner, at: clinic.account, navigate: clinic.went.go)
    try await until("the report") { model.state.shown.content != nil }
    return try #require(model.state.shown.content)
  }

  @Test func aReportHasTheLaboratorysWordsAndItsResultsWithWhereTheyLie() async throws {
    let content = try await report("Blood count", FakeClinic())
    #expect(content.conclusion == "The leukocytes are slightly raised.")
    #expect(content.results.map(\.measured.reading?.place) == [.inside, .littleAbove, .inside])
    #expect(content.results.first?.measured.value == .amount("13.1", unit: "g/dL"))
  }

  @Test func whatIsPreliminaryOrCorrectedIsCalledSo() async throws {
    let clinic = FakeClinic()
    let labs = LabsModel(clinic.owner, of: clinic.account)
    try await until("the reports") { labs.state.shown.content != nil }
    let rows = try #require(labs.state.shown.content)
    #expect(rows.first { $0.name == "Urine culture" }?.standing == .preliminary)
    #expect(rows.first { $0.name == "Thyroid" }?.standing == .corrected)
  }

  @Test func aResultSaysHowItDevelopedAndHasTheSameAsAList() async throws {
    let clinic = FakeClinic()
    let id = try #require(try await report("Kidney function", clinic).results.first).id
    let model = LabResultModel(id, of: clinic.owner, at: clinic.account, navigate: clinic.went.go)
    try await until("the result") { model.state.shown.content != nil }
    let content = try #require(model.state.shown.content)
    #expect(content.development?.to == .higher && content.development?.before == "0.94 mg/dL")
    let points = try #require(content.plots.first).points
    #expect(points.map(\.value) == [0.82, 0.85, 0.88, 0.94, 1.02])
    #expect(points.map(\.isInside) == [true, true, true, false, false] && points.last?.isThis == true)
    model.asList(true)
    #expect(model.state.asList)
    model.ask("My result: Creatinine")
    #expect(clinic.went.to == [.ask("My result: Creatinine")])
  }

  private func quantity(_ value: String, _ unit: String = "mmol/L", _ comparator: LabComparator = .equal) -> LabQuantity
  {
    LabQuantity(comparator: comparator, value: value, number: Double(value), unit: unit, ucum: unit)
  }

  private func range(_ low: String?, _ high: String?, _ unit: String = "mmol/L") -> LabRange {
    LabRange(low: low.map { quantity($0, unit) }, high: high.map { quantity($0, unit) }, text: "", appliesTo: "")
  }

  private func place(_ value: LabQuantity, _ ranges: LabRange..., flag: LabFlag? = nil) -> Reading.Place? {
    Reading(
      LabMeasurement(
        name: "", code: nil, value: .quantity(quantity: value), absent: "",
        interpretations: flag.map { [LabInterpretation(flag: $0, text: "")] } ?? [], ranges: ranges))?.place
  }

  @Test func aValueIsReadByTheOneRangeThatWasGivenForIt() {
    let usual = range("3.5", "5.5")
    #expect(place(quantity("3.5"), usual) == .inside)
    #expect(place(quantity("6.0"), usual) == .littleAbove)
    #expect(place(quantity("3.0"), usual) == .littleBelow)
    #expect(place(quantity("9.0"), usual) == .far)
    #expect(place(quantity("6.0"), usual, flag: .criticallyHigh) == .far)
    #expect(place(quantity("2.9"), range(nil, "3.0")) == .inside)
    #expect(place(quantity("3.7"), range(nil, "3.0")) == .far)
  }

  @Test func nobodyGuessesWhichRangeIsThePersonsOrWhatASignLeavesOpen() {
    #expect(place(quantity("4.0"), range("3.5", "5.5"), range("3.0", "5.0")) == nil)
    #expect(place(quantity("4.0"), range("63", "99", "mg/dL")) == nil)
    #expect(place(quantity("4.0"), range("5.5", "3.5")) == nil)
    #expect(place(quantity("4.0")) == nil)
    #expect(place(quantity("5.0", "mmol/L", .less), range("3.5", "5.5")) == nil)
    #expect(place(quantity("0.01", "mmol/L", .less), range("0.4", "4")) == .far)
    #expect(place(quantity("0.1", "mmol/L", .less), range(nil, "0.5")) == .inside)
  }

  private func point(_ days: Double, _ value: Double, _ low: Double? = nil, _ high: Double? = nil) -> PlotPoint {
    PlotPoint(
      id: LabResultID(rawValue: "\(days)"), at: Moment(at: Date(timeIntervalSince1970: days * 86_400)), value: value,
      text: figure(value), low: low, high: high)
  }

  @Test func noLineIsDrawnThroughAGapOfMoreThanTwoYears() {
    let scale = PlotScale([point(0, 1), point(730, 2), point(1_465, 3)])
    #expect(scale.lines.map { [$0.0.value, $0.1.value] } == [[1, 2]] && scale.hasGap)
  }

  @Test func aRangeThatWasNotGivenIsNotDrawn() {
    #expect(PlotScale([point(0, 1), point(300, 2)]).bands.isEmpty)
    let bands = PlotScale([point(0, 1), point(300, 1, 0.5, 2), point(600, 2, 0.5, 2)]).bands
    #expect(bands.count == 1 && bands.first?.from == Date(timeIntervalSince1970: 150 * 86_400))
  }

  @Test func figuresAreShortAndHaveAPoint() {
    #expect([0.82, 1.1000000001, 120, 12_346, 0.00123456].map(figure) == ["0.82", "1.1", "120", "12350", "0.001235"])
  }
}
