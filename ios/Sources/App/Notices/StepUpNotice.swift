import AppModel
import SwiftUI

/// In place of what may be read only after a fresh sign-in; it comes back by itself after that.
struct StepUpNotice: View {
  let clinic: String
  let problem: Problem?
  let onSignIn: @MainActor () -> Void

  var body: some View {
    NoticeView(
      symbol: Symbol.key, title: Words.inboxStepUp(clinic: clinic), text: Words.stepUpMessagesText,
      facts: [Fact(symbol: Symbol.sent, title: Words.sealedKept, text: Words.stepUpKeptText)]
    ) {
      if let problem { Banner(symbol: Symbol.failed, title: problem.words(clinic), tone: .warning) }
      Button(Words.sealedAgain, action: onSignIn).buttonStyle(.primary)
    }
  }
}

#if DEBUG
  #Preview("Sign in once more") { StepUpNotice(clinic: Clinic.sample.name, problem: .offline) {} }
#endif
