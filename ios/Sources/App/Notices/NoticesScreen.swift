import AppModel
import SwiftUI

/// The notices of the last 90 days, newest first.
struct NoticesScreen: View {
  let state: NoticesState
  let events: any NoticesEvents

  var body: some View {
    List {
      if state.rows.isEmpty { Text(Words.noticesNone).foregroundStyle(Palette.textSoft) }
      ForEach(state.rows) { row in
        Button {
          events.open(row)
        } label: {
          Label {
            VStack(alignment: .leading, spacing: Space.xs) {
              Text(row.notice.title(row.clinic.name)).font(TypeScale.headline).foregroundStyle(Palette.text)
              Text("\(row.clinic.name), \(Formats.sentence(row.at))")
                .font(TypeScale.support)
                .foregroundStyle(Palette.textSoft)
              if row.isNew { Text(Words.noticesNew).font(TypeScale.label).foregroundStyle(Palette.heart) }
            }
          } icon: {
            Image(systemName: row.notice.symbol)
          }
          .accessibilityElement(children: .combine)
        }
      }
    }
    .navigationTitle(Words.youNotices)
    .onDisappear { events.seen() }
  }
}

extension Notice {
  fileprivate func title(_ clinic: String) -> String {
    switch self {
    case .off: Words.offTitle
    case .readOnly: Words.readOnlyTitle(clinic: clinic)
    case .incident: Words.incidentTitle
    case .held(let count, _): Words.heldTitle(n: count)
    case .begunAnew: Words.anewTitle
    case .clockWrong: Words.clockTitle
    case .update: Words.updateTitle
    }
  }

  fileprivate var symbol: String {
    switch self {
    case .off, .readOnly: Symbol.off
    case .incident: Symbol.refused
    case .held: Symbol.unmatched
    case .begunAnew: Symbol.download
    case .clockWrong: Symbol.clock
    case .update: Symbol.update
    }
  }
}

#if DEBUG
  #Preview { NavigationStack { NoticesScreen(state: .sample, events: Silent()) } }
#endif
