#if DEBUG
  import Foundation
  import Pericard

  // States of the privacy screens for previews.

  private let now = Date(timeIntervalSince1970: 1_762_000_000)

  extension PrivacyState {
    public static let samples: [PrivacyState] = [
      PrivacyState(clinic: .sample, log: .whole(entries: 214), sessionsPage: true, accountPage: true),
      PrivacyState(clinic: .sample, log: .broken, accountPage: true, problem: .offline),
      PrivacyState(clinic: .sample, log: .closed, readable: false),
      PrivacyState(clinic: .sample, log: nil),
    ]
  }

  extension AccessLogState {
    private static let rows = [
      row(214, 10, .fileOpened, Owner.sample.name), row(213, 20, .conversationOpened, Owner.sample.name),
      row(212, 21, .unlockedWithKey), LogRow(id: 210, at: now.addingTimeInterval(-4_000), deed: .wrongPin, times: 2),
      row(209, 1_500, .written, Owner.sampleChild.name), row(208, 1_510, .unlocked), row(207, 5_000, .policyChanged),
      row(206, 5_010, .signedIn),
    ]

    private static func row(_ number: Int, _ minutes: Double, _ deed: LogDeed, _ about: String? = nil) -> LogRow {
      LogRow(id: number, at: now.addingTimeInterval(-minutes * 60), deed: deed, about: about)
    }

    /// Every kind of entry once.
    private static let everything = LogDeed.allCases.enumerated().map { row(99 - $0, Double($0), $1) }

    public static let samples: [AccessLogState] = [
      sample(.whole(entries: 214), .content(rows, more: true, loading: false)),
      sample(.broken, .content(rows, more: true, loading: true)),
      sample(.unchecked, .content(everything, more: false, loading: false)),
      sample(.whole(entries: 0), .content([], more: false, loading: false)),
      sample(nil, .loading), sample(.closed, .closed),
      sample(.whole(entries: 8), .content(rows, more: false, loading: false), .full),
    ]

    private static func sample(
      _ standing: LogStanding?, _ body: LogBody, _ trouble: CopyTrouble? = nil
    ) -> AccessLogState {
      AccessLogState(clinic: .sample, standing: standing, body: body, hasPin: true, trouble: trouble)
    }
  }

  extension CopyState {
    public static let samples: [CopyState] = [
      sample(.choosing(nil)), sample(.choosing(.offline), hasPin: false), sample(.stepUp, hasPin: false),
      sample(.writing(bytes: 2_400_000)), sample(.done(name: "copy.html", bytes: 5_120_000)),
      sample(.unfinished(nil, left: nil)), sample(.unfinished(.full, left: "copy.html")),
      sample(.unfinished(.locked, left: nil)),
    ]

    private static func sample(_ step: CopyStep, hasPin: Bool = true) -> CopyState {
      CopyState(clinic: .sample, person: Owner.sample.person, hasPin: hasPin, step: step)
    }
  }

  extension LeavingState {
    public static let samples: [LeavingState] = [
      LeavingState(
        clinic: .sample, way: .forget, others: [Owner.sampleChild.name], waiting: .counted(unsent: 2, drafts: 1)),
      LeavingState(clinic: .sample, way: .forget, waiting: .counted(unsent: 0, drafts: 0)),
      LeavingState(clinic: .sample, way: .forget, waiting: .counted(unsent: 1, drafts: 0), stuck: 1),
      LeavingState(clinic: .sample, way: .forget, waiting: .counted(unsent: 2, drafts: 0), sending: true),
      LeavingState(clinic: .sample, way: .forget, waiting: .unknown),
      LeavingState(clinic: .sample, way: .signOut, waiting: .counted(unsent: 0, drafts: 0)),
      LeavingState(
        clinic: .sample, way: .signOut, waiting: .counted(unsent: 1, drafts: 0), offline: true, problem: .offline),
    ]
  }

  extension SecondStepPageState {
    public static let samples: [SecondStepPageState] = [
      SecondStepPageState(clinic: .sample, step: SecondStepState(on: true, codesLeft: 2)),
      SecondStepPageState(clinic: .sample, step: SecondStepState(on: false)),
      SecondStepPageState(clinic: .sample, step: SecondStepState(on: true, codesLeft: 8), asking: .newCodes),
      SecondStepPageState(clinic: .sample, step: SecondStepState(on: true, codesLeft: 8), turningOff: true),
      SecondStepPageState(clinic: .sample, problem: .offline), SecondStepPageState(clinic: .sample),
    ]
  }
#endif
