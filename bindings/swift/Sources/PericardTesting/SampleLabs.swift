public import Foundation
import Pericard

extension FakeLabs {
  /// Lab results as a patient has them: a blood count with a value that is too high, creatinine over two years, a culture
  /// that is preliminary, and a thyroid value that was corrected. `now` is when they are looked at.
  public static func sample(now: Date = Date()) -> FakeLabs {
    func ago(_ days: Int) -> Date { now.addingTimeInterval(-Double(days) * 86_400) }
    let blood = [
      measured("718-7", "Haemoglobin", "13.1", "g/dL", "g/dL", ("12.0", "16.0"), .normal),
      measured("6690-2", "Leukocytes", "12.4", "10³/µL", "10*3/uL", ("4.0", "10.0"), .high),
      measured("777-3", "Platelets", "245", "10³/µL", "10*3/uL", ("150", "400"), .normal),
    ]
    let values = [(730, "0.82"), (540, "0.85"), (360, "0.88"), (180, "0.94"), (20, "1.02")]
    let creatinine = values.map { days, value in
      let flag: LabFlag = (Double(value) ?? 0) > 0.9 ? .high : .normal
      let one = measured("2160-0", "Creatinine", value, "mg/dL", "mg/dL", ("0.50", "0.90"), flag)
      return report("creatinine-\(days)", "Kidney function", ago(days), [one])
    }
    let growth = LabMeasurement(
      name: "Urine culture", code: LabCode(system: "http://loinc.org", code: "630-4"),
      value: .text(text: "No growth after 24 hours"), absent: "", interpretations: [], ranges: [])
    let thyroid = measured("3016-3", "TSH", "2.40", "mIU/L", "m[IU]/L", ("0.40", "4.00"), .normal)
    return FakeLabs(
      creatinine + [
        report(
          "blood", "Blood count", ago(1), blood, unread: true, conclusion: "The leukocytes are slightly raised."),
        report("culture", "Urine culture", ago(2), [growth], .preliminary, unread: true),
        report(
          "thyroid", "Thyroid", ago(40), [thyroid], .corrected,
          comments: ["Corrected: the first value was of another sample."]),
      ])
  }

  private static func report(
    _ id: String, _ name: String, _ at: Date, _ measured: [LabMeasurement], _ status: LabStatus = .final,
    unread: Bool = false, conclusion: String = "", comments: [String] = []
  ) -> LabReportResults {
    let results = measured.enumerated().map { index, one in
      LabResult(
        id: LabResultID(rawValue: "fake-result-\(id)-\(index)"), measured: one, components: [], status: status, at: at,
        precision: .instant, comments: comments)
    }
    let report = LabReport(
      id: LabReportID(rawValue: "fake-report-\(id)"), name: name, laboratory: "Linden Clinic, laboratory",
      status: status, at: at, precision: .instant, unread: unread, conclusion: conclusion, narrative: "")
    return LabReportResults(report: report, results: results, missing: 0)
  }

  private static func measured(
    _ loinc: String, _ name: String, _ value: String, _ unit: String, _ ucum: String, _ usual: (String, String),
    _ flag: LabFlag
  ) -> LabMeasurement {
    func amount(_ of: String) -> LabQuantity {
      LabQuantity(comparator: .equal, value: of, number: Double(of), unit: unit, ucum: ucum)
    }
    return LabMeasurement(
      name: name, code: LabCode(system: "http://loinc.org", code: loinc), value: .quantity(quantity: amount(value)),
      absent: "", interpretations: [LabInterpretation(flag: flag, text: "")],
      ranges: [LabRange(low: amount(usual.0), high: amount(usual.1), text: "", appliesTo: "")])
  }
}
