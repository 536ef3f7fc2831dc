import Foundation
import Pericard
import Testing

@testable import AppModel

/// A state that ends in a log, a crash report or a test's output says nothing about the person.
@Suite struct UnprintedTests {
  private static let secrets = [
    "Ferreira", "medication", "tablets", "diary", "prescription", "3J7K", "JBSWY3DP", "Diary.pdf", "should I eat",
    "هبة",
  ]

  private func printed(_ value: Any) -> String {
    var dumped = "\(value) \(String(reflecting: value)) "
    dump(value, to: &dumped)
    return dumped
  }

  @Test func noStateTellsWhatIsInIt() {
    let states: [Any] =
      SignInState.samples + InboxState.samples + InboxState.closedSamples
      + [
        ThreadState.sample, ThreadState.sampleDeciding, ComposeState.sample, ComposeState.sampleChoosing,
        ClinicsState.sample, PeopleState.sample, YouState.sample, Owner.sample, InboxState.sampleRows,
        ThreadState.sample.messages, SignInState.samples.map(\.step),
      ]
    let privacy: [Any] = AccessLogState.samples + CopyState.samples + LeavingState.samples
    let records: [Any] =
      RecordsState.samples + DocumentState.samples
      + [AppModel.DocumentsState.sample, AppModel.LabsState.sample, ReportState.sample, ResultState.sample]
    for state in states + privacy + records {
      let text = printed(state)
      for secret in Self.secrets { #expect(!text.contains(secret), "\(type(of: state)) tells \(secret)") }
    }
  }

  @Test func whatIsTypedIsNotTold() {
    let typed = SignInMachine.Deed.password(userName: "ana.ferreira", password: "Sommer2026")
    let values: [Any] = [
      typed, SignInMachine.Event.person(typed),
      SignInMachine.Effect.password(user: "ana.ferreira", password: "Sommer2026"),
      Destination.outside(.copy("Sommer2026", sensitive: true)),
      PickedFile(name: "Sommer2026", type: "", bytes: Data()),
    ]
    for value in values {
      let text = printed(value)
      #expect(!text.contains("Sommer2026") && !text.contains("ferreira"))
    }
  }
}
