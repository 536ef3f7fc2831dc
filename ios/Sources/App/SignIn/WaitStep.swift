import AppModel
import SwiftUI

/// Too many wrong tries, or a clinic that is busy: when the question comes back.
struct WaitStep: View {
  let clinic: Clinic
  let wait: Step.Wait
  let events: any SignInEvents

  var body: some View {
    StepTitle(text: Words.waitTitle(time: time))
    TimelineView(.everyMinute) { context in
      Text(text(minutes(from: context.date))).font(TypeScale.body).foregroundStyle(Palette.textSoft)
    }
    Toggle(isOn: Binding(get: { wait.remind }, set: { events.remind($0) })) {
      Label(Words.waitRemind(time: time), systemImage: Symbol.bell)
    }
    if wait.hasHelp {
      Button(action: events.openHelp) {
        VStack(alignment: .leading) {
          Text(Words.waitNoCodes).font(TypeScale.headline)
          Text(Words.waitNoCodesText(clinic: clinic.name)).font(TypeScale.support).foregroundStyle(Palette.textSoft)
        }
      }
      .buttonStyle(.quiet)
    }
  }

  private var time: String { Formats.time(wait.until) }

  private func minutes(from date: Date) -> Int {
    max(1, Int((wait.until.timeIntervalSince(date) / 60).rounded(.up)))
  }

  private func text(_ minutes: Int) -> String {
    switch wait.why {
    case .wrongTries: Words.waitText(n: minutes, clinic: clinic.name)
    case .busy: Words.waitBusy(n: minutes, clinic: clinic.name)
    }
  }
}
