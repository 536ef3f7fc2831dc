import Foundation
import Pericard
import Testing

@Suite struct DatesTests {
  private let midnight = Date(timeIntervalSince1970: 1_788_220_800)  // 2026-09-01T00:00:00Z
  private let newYork = TimeZone(identifier: "America/New_York")!
  private let auckland = TimeZone(identifier: "Pacific/Auckland")!

  private func told(_ precision: DatePrecision, _ zone: TimeZone, _ locale: String = "en_GB") -> String {
    precision.format(midnight, style: .long, locale: Locale(identifier: locale), timeZone: zone)
  }

  @Test func whatHasNoZoneIsTheSameEverywhere() {
    for zone in [newYork, auckland] {
      #expect(told(.year, zone) == "2026")
      #expect(told(.month, zone) == "September 2026")
      #expect(told(.day, zone) == "1 September 2026")
      let time = told(.localTime, zone)
      #expect(time.hasPrefix("1 September 2026") && (time.hasSuffix("0:00") || time.hasSuffix("00:00")), "\(time)")
    }
  }

  @Test func aMomentIsToldInThePersonsZone() {
    let there = told(.instant, newYork)
    #expect(there.hasPrefix("31 August 2026") && there.hasSuffix("20:00"), "\(there)")
    let here = told(.instant, auckland)
    #expect(here.hasPrefix("1 September 2026") && here.hasSuffix("12:00"), "\(here)")
  }

  @Test func eachLocaleHasItsOwnOrderAndWords() {
    #expect(told(.day, newYork, "de_DE") == "1. September 2026")
    #expect(told(.day, newYork, "en_US") == "September 1, 2026")
    #expect(told(.month, newYork, "ja_JP") == "2026年9月")
  }

  @Test func aMessageAndAThreadTellTheirOwnDates() {
    let message = Message(
      id: MessageID(rawValue: "m"), thread: ThreadID(rawValue: "t"), from: "Clinic", outgoing: false, text: "Hello",
      files: [], at: midnight, precision: .day,
      state: .received, unread: false, edited: false, category: "", urgent: false)
    let british = Locale(identifier: "en_GB")
    #expect(message.formattedDate(style: .long, locale: british, timeZone: newYork) == "1 September 2026")
    let thread = MessageThread(
      id: ThreadID(rawValue: "t"), subject: "", participants: [], lastFrom: "", lastOutgoing: false, lastText: "",
      lastAt: midnight,
      lastPrecision: .month, unread: 0, messages: 1, archived: false)
    #expect(thread.formattedLastDate(style: .long, locale: british, timeZone: newYork) == "September 2026")
  }

  @Test func aReportItsResultsATrendsPointsAndADocumentTellTheirOwnDates() {
    let british = Locale(identifier: "en_GB")
    let report = LabReport(
      id: LabReportID(rawValue: "r"), name: "Blood count", laboratory: "", status: .final, at: midnight,
      precision: .day, unread: false, conclusion: "", narrative: "")
    #expect(report.formattedDate(style: .long, locale: british, timeZone: newYork) == "1 September 2026")
    let measured = LabMeasurement(
      name: "Haemoglobin", code: nil, value: .nothing, absent: "", interpretations: [], ranges: [])
    let result = LabResult(
      id: LabResultID(rawValue: "o"), measured: measured, components: [], status: .final, at: midnight,
      precision: .month, comments: [])
    #expect(result.formattedDate(style: .long, locale: british, timeZone: newYork) == "September 2026")
    let point = LabPoint(
      result: result.id, at: midnight, precision: .year, value: 13.1, comparator: .equal, converted: false,
      status: .final, low: nil, high: nil)
    #expect(point.formattedDate(style: .long, locale: british, timeZone: newYork) == "2026")
    let document = Document(
      id: DocumentID(rawValue: "d"), title: "Letter", kind: .other, typeName: "", category: "", at: midnight,
      precision: .day, author: "", custodian: "", restricted: false, preliminary: false, superseded: false,
      replacedBy: nil, keptOffline: false, files: [])
    #expect(document.formattedDate(style: .long, locale: british, timeZone: newYork) == "1 September 2026")
  }
}
