import AppModel
import SwiftUI

/// The messages of one person at one clinic.
struct InboxScreen: View {
  let state: InboxState
  let events: any InboxEvents

  var body: some View {
    Group {
      if case .closed(let reason) = state.body {
        ClosedScreen(owner: state.owner, reason: reason, events: events)
      } else {
        list
      }
    }
    .navigationTitle(Words.tabMessages)
    .toolbar {
      ToolbarItem(placement: .topBarLeading) { OwnerChip(owner: state.owner, onChoose: events.choosePerson) }
      if state.canWrite, !isClosed {
        ToolbarItem(placement: .topBarTrailing) {
          Button(action: events.compose) { Image(systemName: Symbol.write) }.accessibilityLabel(Words.inboxNew)
        }
      }
    }
  }

  private var list: some View {
    List {
      if let banner = state.banner {
        InboxBannerView(banner: banner, clinic: state.owner.clinic, events: events).aside()
      }
      switch state.body {
      case .firstSync(let progress, let rows):
        SyncCard(progress: progress, onStop: events.stopSync).aside()
        threads(rows)
      case .content(let rows): threads(rows)
      case .empty: EmptyInbox(clinic: state.owner.clinic, canWrite: state.canWrite).aside()
      case .searching(let text, let hits, let searching):
        SearchResults(text: text, hits: hits, searching: searching, events: events)
      case .closed: EmptyView()
      }
    }
    .listStyle(.plain)
    .safeAreaInset(edge: .top, spacing: 0) { ActingStrip(owner: state.owner) }
    .refreshable { await events.refresh() }
    .searchable(
      text: Binding(get: { searched ?? "" }, set: { events.search($0) }),
      isPresented: Binding(get: { searched != nil }, set: { $0 ? events.search("") : events.closeSearch() }),
      prompt: state.owner.actsFor.map { Words.inboxSearchOf(name: $0) } ?? Words.inboxSearch
    )
    .autocorrectionDisabled()
  }

  @ViewBuilder private func threads(_ rows: [ThreadRow]) -> some View {
    ForEach(Array(rows.enumerated()), id: \.element.id) { index, row in
      Button {
        events.open(row)
      } label: {
        ThreadRowView(row: row)
      }
      .buttonStyle(.plain)
      .onAppear { events.shown(index) }
    }
  }

  private var searched: String? {
    if case .searching(let text, _, _) = state.body { text } else { nil }
  }

  private var isClosed: Bool {
    if case .closed = state.body { true } else { false }
  }
}

/// How far the first sync is. Spoken each 25 per cent.
private struct SyncCard: View {
  let progress: FetchProgress
  let onStop: @MainActor () -> Void

  var body: some View {
    VStack(alignment: .leading, spacing: Space.s) {
      Text(Words.syncTitle).font(TypeScale.headline).accessibilityAddTraits(.isHeader)
      if let share = progress.share, let total = progress.total {
        ProgressView(value: share).tint(Palette.primary)
        Text(Words.syncText(n: progress.done, total: total)).font(TypeScale.support).foregroundStyle(Palette.textSoft)
      } else {
        ProgressView().frame(maxWidth: .infinity)
        Text(Words.syncNoTotal(n: progress.done)).font(TypeScale.support).foregroundStyle(Palette.textSoft)
      }
      Button(Words.syncStop, action: onStop).buttonStyle(.quiet).frame(maxWidth: .infinity, alignment: .trailing)
    }
    .padding(Space.l)
    .background(Palette.surfaceSunken, in: RoundedRectangle(cornerRadius: Radius.card, style: .continuous))
    .spoken(progress.share.map { Words.sayProgress(n: Int($0 * 4) * 25) })
  }
}

private struct EmptyInbox: View {
  let clinic: Clinic
  let canWrite: Bool

  var body: some View {
    VStack(spacing: Space.m) {
      Image(systemName: Symbol.messages)
        .font(.largeTitle)
        .foregroundStyle(Palette.textSoft)
        .accessibilityHidden(true)
      Text(Words.emptyTitle).font(TypeScale.title).accessibilityAddTraits(.isHeader)
      if canWrite {
        Text(Words.emptyText).font(TypeScale.body).foregroundStyle(Palette.textSoft)
      }
      UrgentLine(clinic: clinic)
    }
    .multilineTextAlignment(.center)
    .frame(maxWidth: .infinity)
    .padding(.vertical, Space.xxl)
  }
}

/// Whom to call where a message is too slow; nothing where no number is known.
struct UrgentLine: View {
  let clinic: Clinic

  var body: some View {
    if let phone = clinic.phone {
      Text(Words.commonUrgent(emergency: clinic.emergency, clinic: clinic.name, phone: phone))
        .font(TypeScale.support)
        .foregroundStyle(Palette.textSoft)
    }
  }
}

#if DEBUG
  #Preview("Inbox") {
    TabView {
      ForEach(InboxState.samples, id: \.self) { state in
        NavigationStack { InboxScreen(state: state, events: Silent()) }
      }
    }
    .tabViewStyle(.page(indexDisplayMode: .always))
  }
#endif
