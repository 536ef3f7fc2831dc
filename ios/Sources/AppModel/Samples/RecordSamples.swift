#if DEBUG
  import Foundation
  public import Pericard

  // Records for previews; the people and places are made up.

  private func day(_ ago: Double) -> Moment {
    Moment(at: Date(timeIntervalSince1970: 1_762_000_000 - ago * 86_400), precision: .day)
  }

  extension RecordsState {
    public static let samples: [RecordsState] = [
      RecordsState(
        owner: .sample,
        body: .kinds([
          KindRow(kind: .labs, line: .new(2, from: day(2)), news: 2),
          KindRow(kind: .documents, line: .count(14, more: false)),
        ])),
      RecordsState(
        owner: .sampleChild,
        body: .kinds([
          KindRow(kind: .labs, line: .off(closed: true)), KindRow(kind: .documents, line: .stepUp),
        ]), banner: .offline(since: nil)),
      RecordsState(owner: .sample, body: .none), RecordsState(owner: .sample, body: .notYet),
      RecordsState(owner: .sample, body: .closed(.refused)),
    ]
  }

  extension DocumentsState {
    public static let sample = DocumentsState(
      owner: .sample,
      shown: .content([
        DocumentRow(
          id: DocumentID(rawValue: "d1"), title: "Letter to your family doctor", from: "Cardiology", at: day(2),
          file: file(.stored)),
        DocumentRow(
          id: DocumentID(rawValue: "d2"), title: "X-ray of your shoulder", from: "", at: day(40), sort: .picture,
          file: file(.downloading(received: 6_200_000, total: 8_000_000))),
        DocumentRow(
          id: DocumentID(rawValue: "d3"), title: "Exercises", from: "Javier Ortega", at: day(41),
          file: file(.remote(received: 0)), marks: [.superseded]),
      ]))

    private static func file(_ place: FilePlace) -> FileRow {
      FileRow(id: FileID(rawValue: "f"), name: "", type: "application/pdf", size: 1_200_000, place: place)
    }
  }

  extension DocumentState {
    private static func sample(_ shown: Shown<DocumentBody>, _ sharing: Sharing? = nil) -> DocumentState {
      DocumentState(
        id: DocumentID(rawValue: "d1"), owner: .sample, title: "Letter to your family doctor", from: "Cardiology",
        at: day(2), shown: shown, sharing: sharing)
    }

    public static let samples: [DocumentState] = [
      sample(.content(.text(["Dear Dr. Nowak,", "I saw Ms Ferreira on 2 November. She feels well."], cleaned: true))),
      sample(.content(.text(["Dear Dr. Nowak,"], cleaned: false)), Sharing(active: true)),
      sample(.content(.getting(received: 2_400_000, total: 8_000_000))), sample(.content(.notHere(.offline))),
      sample(.content(.unavailable(.foreign))), sample(.content(.cannotShow)),
      sample(.content(.anotherType(claimed: "PDF", found: "HTML"))), sample(.shut(.stepUp(nil))),
      sample(.shut(.off(since: nil, quote: "We are mending a fault.", trying: false))),
    ]
  }

  extension LabsState {
    public static let sample = LabsState(
      owner: .sample,
      shown: .content([
        ReportRow(
          id: LabReportID(rawValue: "r1"), name: "Blood count", laboratory: "Northlight Laboratory", at: day(2),
          standing: .preliminary, isNew: true),
        ReportRow(id: LabReportID(rawValue: "r2"), name: "", laboratory: "", at: day(80), standing: .corrected),
      ]))
  }

  extension Measured {
    public static let sample = Measured(
      name: "LDL cholesterol", value: .amount("3.2", unit: "mmol/L"),
      reading: Reading(value: 3.2, low: nil, high: Bound(number: 3, text: "3.0"), place: .littleAbove))
  }

  extension ReportState {
    public static let sample = ReportState(
      id: LabReportID(rawValue: "r1"), owner: .sample, name: "Blood count", laboratory: "Northlight Laboratory",
      at: day(2), standing: .corrected,
      shown: .content(
        ReportContent(
          conclusion: "All in all good.", narrative: "",
          results: [ResultRow(id: LabResultID(rawValue: "l1"), measured: .sample)], missing: 1)))
  }

  extension ResultState {
    public static let sample = ResultState(
      id: LabResultID(rawValue: "l1"), owner: .sample, name: "LDL cholesterol", at: day(2),
      shown: .content(
        ResultContent(
          measured: .sample, comments: ["Nothing to worry about."],
          development: Development(to: .higher, before: "3", at: day(100)),
          plots: [
            Plot(
              unit: "mmol/L",
              points: [(720, 4.1), (500, 3.4), (300, 2.8), (100, 3.0), (2, 3.2)].map { ago, value in
                PlotPoint(
                  id: LabResultID(rawValue: "l\(ago)"), at: day(ago), value: value, text: figure(value), high: 3,
                  isInside: value <= 3, isThis: ago == 2)
              })
          ])))
  }

  /// Events that do nothing, for previews of records.
  public final class SilentRecords: RecordsEvents, DocumentsEvents, DocumentEvents, LabsEvents, ReportEvents,
    ResultEvents
  {
    public init() {}

    public func open(_ kind: RecordKind) {}
    public func open(_ id: DocumentID) {}
    public func open(_ id: LabReportID) {}
    public func open(_ result: LabResultID) {}
    public func refresh() async {}
    public func shown(_ index: Int) {}
    public func download(_ id: DocumentID) {}
    public func stop(_ id: DocumentID) {}
    public func download() {}
    public func stop() {}
    public func choose(_ file: FileID) {}
    public func askToShare() {}
    public func share() {}
    public func stopSharing() {}
    public func remove() {}
    public func asList(_ list: Bool) {}
    public func ask(_ subject: String) {}
    public func choosePerson() {}
    public func signInAgain() {}
    public func useAnotherAccount() {}
    public func tryNow() {}
    public func stepUp() {}
    public func callClinic() {}
  }
#endif
