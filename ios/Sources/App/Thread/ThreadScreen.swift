import AppModel
import Pericard
import SwiftUI

/// A conversation, the newest below.
struct ThreadScreen: View {
  let state: ThreadState
  let events: any ThreadEvents
  /// The message at the top of what is in sight.
  @State private var topmost: MessageID?
  @State private var inSight: Set<MessageID> = []
  /// The list is where it was to open, and tells from then on where one scrolls.
  @State private var isOpen = false

  var body: some View {
    if state.stepUp {
      StepUpNotice(clinic: state.clinic.name, problem: state.problem, onSignIn: events.stepUp)
        // After it the conversation opens anew.
        .onAppear { isOpen = false }
    } else {
      conversation
    }
  }

  private var conversation: some View {
    ScrollViewReader { scroll in
      ScrollView {
        LazyVStack(spacing: Space.s) {
          if state.hasOlder {
            Button(Words.threadOlder, action: events.older).buttonStyle(.quiet).onAppear { events.older() }
          }
          ForEach(rows) { row in
            VStack(spacing: Space.s) {
              if let day = row.day { DayHead(title: day) }
              BubbleView(bubble: row.bubble, clinic: state.clinic, events: events)
            }
            .onAppear { inSight.insert(row.id) }
            .onDisappear { inSight.remove(row.id) }
          }
        }
        .scrollTargetLayout()
        .padding(Space.gutter)
      }
      .scrollPosition(id: $topmost, anchor: .top)
      .defaultScrollAnchor(.bottom)
      .onChange(of: canOpen, initial: true) { _, canOpen in
        guard canOpen, !isOpen else { return }
        if let sought { scroll.scrollTo(sought, anchor: state.focus == nil ? .top : .center) }
        isOpen = true
      }
      .onChange(of: shownFrom) { _, from in if isOpen { events.shownFrom(from) } }
    }
    .background(Palette.background)
    .safeAreaInset(edge: .top, spacing: 0) { top }
    .safeAreaInset(edge: .bottom, spacing: 0) { Dock(state: state, events: events) }
    .navigationTitle(state.subject.isEmpty ? Words.inboxNoSubject : state.subject)
    .navigationBarTitleDisplayMode(.inline)
    .toolbar {
      ToolbarItem(placement: .topBarTrailing) {
        Menu {
          Button(state.archived ? Words.threadUnarchive : Words.threadArchive) { events.archive(!state.archived) }
        } label: {
          Image(systemName: Symbol.more)
        }
        .accessibilityLabel(Words.threadMore)
      }
    }
    .sheet(item: Binding(get: { state.deciding }, set: { if $0 == nil { events.stopDeciding() } })) { bubble in
      PleaseCheckSheet(bubble: bubble, clinic: state.clinic, events: events)
    }
  }

  private var top: some View {
    VStack(spacing: 0) {
      ActingStrip(owner: state.owner)
      if let problem = state.problem {
        Banner(symbol: Symbol.failed, title: problem.words(state.clinic.name), tone: .warning)
          .padding(.horizontal, Space.gutter)
      }
    }
  }

  /// The message to open at.
  private var sought: MessageID? { state.focus ?? state.from }

  /// There is none, or it is here.
  private var canOpen: Bool {
    guard let sought else { return !state.messages.isEmpty }
    return state.messages.contains { $0.id == sought }
  }

  private var shownFrom: MessageID? {
    if let newest = state.messages.first?.id, inSight.contains(newest) { nil } else { topmost }
  }

  private var rows: [Row] {
    var (rows, last) = ([Row](), String?.none)
    for bubble in state.messages.reversed() {
      let day = Formats.day(bubble.at)
      rows.append(Row(bubble: bubble, day: day == last ? nil : day))
      last = day
    }
    return rows
  }

  /// A message, under its day where it is the first of it: so each view of the list has a message's id.
  private struct Row: Identifiable {
    let bubble: Bubble
    let day: String?

    var id: MessageID { bubble.id }
  }
}

private struct DayHead: View {
  let title: String

  var body: some View {
    Text(title)
      .font(TypeScale.caption)
      .foregroundStyle(Palette.textSoft)
      .padding(.top, Space.m)
      .accessibilityAddTraits(.isHeader)
  }
}

/// What can be done about a message that may have arrived.
private struct PleaseCheckSheet: View {
  let bubble: Bubble
  let clinic: Clinic
  let events: any ThreadEvents

  var body: some View {
    ScrollView {
      VStack(alignment: .leading, spacing: Space.m) {
        StepTitle(text: Words.checkTitle)
        Text(Words.checkText(clinic: clinic.name)).font(TypeScale.body).foregroundStyle(Palette.textSoft)
        Label(Words.checkWait, systemImage: Symbol.queued)
        if let phone = clinic.phone {
          Label(Words.checkAsk(clinic: clinic.name, phone: phone), systemImage: Symbol.phone)
        }
        Label(Words.checkAgain, systemImage: Symbol.retry)
        Button(Words.checkWaitNow, action: events.stopDeciding).buttonStyle(.primary)
        Button(Words.threadSendAgain) { events.retry(bubble.id) }.buttonStyle(.tonal)
        if clinic.phone != nil {
          Button(action: events.call) { Label(Words.commonCall(clinic: clinic.name), systemImage: Symbol.phone) }
            .buttonStyle(.quiet)
        }
        Button(Words.checkRemove) { events.withdraw(bubble.id) }.buttonStyle(.quiet)
      }
      .padding(Space.xl)
    }
    .presentationDetents([.medium, .large])
  }
}

#if DEBUG
  #Preview("Thread") { NavigationStack { ThreadScreen(state: .sample, events: Silent()) } }

  #Preview("Please check") { NavigationStack { ThreadScreen(state: .sampleDeciding, events: Silent()) } }
#endif
