import AppModel
import SwiftUI

struct InboxBannerView: View {
  let banner: InboxBanner
  let clinic: Clinic
  let events: any InboxEvents

  var body: some View {
    switch banner {
    case .offline(let since):
      Banner(
        symbol: Symbol.offline, title: Words.offlineTitle,
        text: since.map { Words.offlineText(time: Formats.sentence($0)) })
    case .off:
      Banner(
        symbol: Symbol.off, title: Words.offTitle, text: Words.offBanner(clinic: clinic.name), tone: .warning
      ) {
        why
        if clinic.phone != nil { Button(Words.commonCall(clinic: clinic.name), action: events.callClinic) }
      }
    case .readOnly:
      Banner(
        symbol: Symbol.off, title: Words.readOnlyTitle(clinic: clinic.name), text: Words.readOnlyBanner, tone: .warning
      ) { why }
    case .notOffered:
      Banner(symbol: Symbol.off, title: Words.inboxNotOffered(clinic: clinic.name), tone: .warning) {
        if clinic.phone != nil { Button(Words.commonCall(clinic: clinic.name), action: events.callClinic) }
      }
    case .stopped:
      Banner(
        symbol: Symbol.refused, title: Words.inboxStopped, text: Words.inboxStoppedText(clinic: clinic.name),
        tone: .error
      ) { why }
    case .stepUp:
      Banner(
        symbol: Symbol.key, title: Words.inboxStepUp(clinic: clinic.name), text: Words.inboxSignInText, tone: .warning
      ) { Button(Words.sealedAgain, action: events.stepUp) }
    case .signIn:
      Banner(
        symbol: Symbol.key, title: Words.inboxSignIn(clinic: clinic.name), text: Words.inboxSignInText, tone: .warning
      ) { Button(Words.sealedAgain, action: events.signInAgain) }
    case .held(let count): Banner(symbol: Symbol.unmatched, title: Words.heldTitle(n: count)) { why }
    case .begunAnew: Banner(symbol: Symbol.download, title: Words.anewTitle) { why }
    case .incomplete(let at):
      Banner(
        symbol: Symbol.notice, title: Words.inboxIncomplete, text: Words.inboxIncompleteText(time: Formats.time(at)))
    case .rateLimited(let until):
      Banner(symbol: Symbol.timer, title: Words.inboxWait(clinic: clinic.name, time: Formats.time(until)))
    case .clockWrong: Banner(symbol: Symbol.clock, title: Words.clockTitle, tone: .warning) { why }
    case .updateRequired: Banner(symbol: Symbol.update, title: Words.updateTitle, tone: .warning) { why }
    case .accessEnded(let name):
      Banner(symbol: Symbol.off, title: Words.peopleGone(clinic: clinic.name, name: name), tone: .warning) {
        Button(Words.commonOk, action: events.knowsOfEnd)
      }
    case .failed(let problem):
      Banner(symbol: Symbol.failed, title: problem.words(clinic.name), tone: .warning)
    }
  }

  private var why: some View {
    Button(Words.offWhy) { events.openNotice(banner) }
  }
}
