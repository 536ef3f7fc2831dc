import AppModel
import SwiftUI

/// Who opened what on this phone, newest first.
struct AccessLogScreen: View {
  let state: AccessLogState
  let events: any AccessLogEvents

  var body: some View {
    List {
      if let trouble { WrongLine(text: trouble) }
      Section { standing }.listRowInsets(EdgeInsets()).listRowBackground(Color.clear)
      if case .content(let rows, let more, let loading) = state.body {
        if rows.isEmpty { Text(Words.logEmpty).foregroundStyle(Palette.textSoft) }
        ForEach(days(rows), id: \.0) { day, rows in
          Section(day) { ForEach(rows) { LogRowView(row: $0) } }
        }
        Section {
          if more {
            Button(loading ? Words.logLooking : Words.logEarlier, action: events.earlier).disabled(loading)
          }
        } footer: {
          Text(Words.logFoot)
        }
      }
    }
    .navigationTitle(Words.privacyLog)
    .spoken(trouble)
    .toolbar {
      if hasRows {
        ToolbarItem(placement: .primaryAction) {
          Button(action: events.save) { Label(Words.logSave, systemImage: Symbol.save) }.disabled(state.saving)
        }
      }
    }
  }

  private var trouble: String? { state.trouble?.words(state.clinic.name) }

  private var hasRows: Bool { if case .content(let rows, _, _) = state.body { !rows.isEmpty } else { false } }

  /// They come newest first, so those of a day stand together.
  private func days(_ rows: [LogRow]) -> [(String, [LogRow])] {
    rows.reduce(into: []) { days, row in
      let day = Formats.day(row.at)
      if days.last?.0 == day { days[days.count - 1].1.append(row) } else { days.append((day, [row])) }
    }
  }

  @ViewBuilder private var standing: some View {
    switch state.standing {
    case nil: Text(Words.logLooking).font(TypeScale.support).foregroundStyle(Palette.textSoft)
    case .whole: Banner(symbol: Symbol.whole, title: Words.logWhole, text: Words.logWholeText, tone: .ok)
    case .broken:
      Banner(symbol: Symbol.refused, title: Words.logBroken, text: Words.logBrokenText, tone: .error) {
        if state.hasPin { Button(Words.logChangePin, action: events.changePin) }
        if state.clinic.phone != nil {
          Button(Words.commonCall(clinic: state.clinic.name), action: events.callClinic)
        }
      }
      .spoken(Words.logBroken)
    case .unchecked:
      Banner(symbol: Symbol.warning, title: Words.logUnchecked, text: Words.logUncheckedText, tone: .warning)
    case .closed: Banner(symbol: Symbol.locked, title: Words.logClosed, text: Words.logClosedText)
    }
  }
}

/// One element: what, whose or how, when.
private struct LogRowView: View {
  let row: LogRow
  @Environment(\.dynamicTypeSize) private var size

  var body: some View {
    Label {
      layout {
        VStack(alignment: .leading, spacing: Space.xs) {
          Text(row.deed.title(row.times)).font(TypeScale.body).foregroundStyle(Palette.text)
          ForEach(details, id: \.self) { Text($0).font(TypeScale.support).foregroundStyle(Palette.textSoft) }
        }
        if !size.isAccessibilitySize { Spacer() }
        Text(Formats.time(row.at)).font(TypeScale.support).foregroundStyle(Palette.textSoft)
      }
    } icon: {
      Image(systemName: row.deed.symbol).foregroundStyle(Palette.primary)
    }
    .accessibilityElement(children: .combine)
  }

  private var layout: AnyLayout {
    size.isAccessibilitySize
      ? AnyLayout(VStackLayout(alignment: .leading)) : AnyLayout(HStackLayout(alignment: .firstTextBaseline))
  }

  private var details: [String] {
    [row.deed.how, row.about.map { Words.logAbout(name: $0) }].compactMap(\.self)
  }
}

extension LogDeed {
  fileprivate func title(_ times: Int) -> String {
    switch self {
    case .signedIn: Words.logSignedIn
    case .unlocked, .unlockedWithKey: Words.logUnlocked
    case .wrongPin: Words.logWrongPin(n: times)
    case .pinSet: Words.logPinSet
    case .pinRemoved: Words.logPinRemoved
    case .destroyed: Words.logDestroyed
    case .sealed: Words.logSealed
    case .conversationOpened: Words.logOpened
    case .searched: Words.logSearched
    case .fileOpened: Words.logFile
    case .labResultOpened: Words.logLabs
    case .documentOpened: Words.logDocument
    case .written: Words.logWritten
    case .copied: Words.logExported
    case .policyChanged: Words.logPolicy
    case .refused: Words.logIncident
    case .personForgotten: Words.logForgotten
    case .accessEnded: Words.logEnded
    case .other: Words.logOther
    }
  }

  fileprivate var how: String? {
    switch self {
    case .unlocked: Words.logWithPin
    case .unlockedWithKey: Words.logWithKey
    case .wrongPin: Words.logNotOpened
    case .sealed: Words.logSealedText
    default: nil
    }
  }

  fileprivate var symbol: String {
    switch self {
    case .signedIn: Symbol.you
    case .unlocked, .pinSet, .pinRemoved: Symbol.pin
    case .unlockedWithKey: Symbol.face
    case .wrongPin, .refused: Symbol.refused
    case .destroyed: Symbol.delete
    case .sealed: Symbol.locked
    case .conversationOpened: Symbol.messages
    case .searched: Symbol.search
    case .fileOpened, .labResultOpened, .documentOpened: Symbol.file
    case .written: Symbol.write
    case .copied: Symbol.export
    case .policyChanged: Symbol.clinic
    case .personForgotten: Symbol.delete
    case .accessEnded: Symbol.off
    case .other: Symbol.notice
    }
  }
}

#if DEBUG
  #Preview("Who opened what") {
    TabView {
      ForEach(AccessLogState.samples, id: \.self) { state in
        NavigationStack { AccessLogScreen(state: state, events: Silent()) }
      }
    }
    .tabViewStyle(.page(indexDisplayMode: .always))
  }
#endif
