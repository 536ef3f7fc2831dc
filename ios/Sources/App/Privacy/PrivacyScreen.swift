import AppModel
import SwiftUI

/// What becomes of what is here: who opened it, a copy of it, the clinic's pages about it, the ways out.
struct PrivacyScreen: View {
  let state: PrivacyState
  let events: any PrivacyEvents

  var body: some View {
    List {
      Section { Promise() }
      Section(Words.threadOnPhone) {
        GroupRow(
          title: Words.privacyLog, text: log, symbol: isBroken ? Symbol.refused : Symbol.log,
          color: isBroken ? Palette.error : Palette.primary, textColor: isBroken ? Palette.error : Palette.textSoft,
          action: events.openLog)
        if state.readable {
          GroupRow(
            title: Words.privacyExport, text: Words.privacyExportText, symbol: Symbol.export, action: events.makeCopy)
        }
      }
      if state.sessionsPage || state.accountPage {
        Section(Words.privacyAt(clinic: state.clinic.name)) {
          if state.sessionsPage { page(Words.privacySessions, Symbol.devices, events.openSessionsPage) }
          if state.accountPage { page(Words.privacyAccount, Symbol.key, events.openAccountPage) }
        }
      }
      if let problem = state.problem { WrongLine(text: problem.words(state.clinic.name)) }
      Section {
        GroupRow(
          title: Words.privacySignOut, text: Words.privacySignOutText, symbol: Symbol.signedOut, action: events.signOut)
        if let name = state.actsFor {
          GroupRow(
            title: Words.privacyForgetPerson(name: name), symbol: Symbol.people, color: Palette.error,
            titleColor: Palette.error, action: events.forgetPerson)
        }
        GroupRow(
          title: Words.privacyForget, symbol: Symbol.delete, color: Palette.error, titleColor: Palette.error,
          action: events.forgetAccount)
      }
    }
    .navigationTitle(Words.youPrivacy)
    .spoken(state.problem?.words(state.clinic.name))
  }

  private var isBroken: Bool { state.log == .broken }

  private var log: String {
    switch state.log {
    case nil: Words.logLooking
    case .whole(let entries): Words.privacyLogWhole(n: entries)
    case .broken: Words.logBroken
    case .unchecked: Words.logUnchecked
    case .closed: Words.privacyClosed
    }
  }

  /// One of the clinic's own, which the browser shows.
  private func page(_ title: String, _ symbol: String, _ action: @escaping @MainActor () -> Void) -> some View {
    GroupRow(title: title, text: Words.clinicAccountText, symbol: symbol, leads: Symbol.openApp, action: action)
  }
}

private struct Promise: View {
  @ScaledMetric(relativeTo: .headline) private var ring: CGFloat = 64

  var body: some View {
    Label {
      VStack(alignment: .leading, spacing: Space.xs) {
        Text(Words.privacyKey).font(TypeScale.headline).foregroundStyle(Palette.text)
        Text(Words.privacyKeyText).font(TypeScale.support).foregroundStyle(Palette.textSoft)
      }
    } icon: {
      Image(systemName: Symbol.whole)
        .font(.system(size: ring * 0.4))
        .foregroundStyle(Palette.primary)
        .frame(width: ring, height: ring)
        .overlay(Circle().strokeBorder(Palette.primary, lineWidth: 5))
        .accessibilityHidden(true)
    }
    .labelStyle(Beside())
    .accessibilityElement(children: .combine)
    .accessibilityAddTraits(.isHeader)
  }

  /// The ring is wider than the icon of a row; at the largest sizes the text goes below it.
  private struct Beside: LabelStyle {
    @Environment(\.dynamicTypeSize) private var size

    func makeBody(configuration: Configuration) -> some View {
      let layout =
        size.isAccessibilitySize
        ? AnyLayout(VStackLayout(alignment: .leading, spacing: Space.m)) : AnyLayout(HStackLayout(spacing: Space.l))
      layout {
        configuration.icon
        configuration.title
      }
    }
  }
}

#if DEBUG
  #Preview("Privacy") {
    TabView {
      ForEach(PrivacyState.samples, id: \.self) { state in
        NavigationStack { PrivacyScreen(state: state, events: Silent()) }
      }
    }
    .tabViewStyle(.page(indexDisplayMode: .always))
  }
#endif
