import AppModel
import SwiftUI

/// A conversation, the newest below.
struct ThreadScreen: View {
  let state: ThreadState
  let events: any ThreadEvents

  var body: some View {
    ScrollViewReader { scroll in
      ScrollView {
        LazyVStack(spacing: Space.s) {
          if state.hasOlder {
            Button(Words.threadOlder, action: events.older).buttonStyle(.quiet).onAppear { events.older() }
          }
          ForEach(days) { day in
            Text(day.title)
              .font(TypeScale.caption)
              .foregroundStyle(Palette.textSoft)
              .padding(.top, Space.m)
              .accessibilityAddTraits(.isHeader)
            ForEach(day.bubbles) { bubble in
              BubbleView(bubble: bubble, clinic: state.clinic, events: events).id(bubble.id)
            }
          }
        }
        .padding(Space.gutter)
      }
      .defaultScrollAnchor(.bottom)
      .onChange(of: state.focus, initial: true) { _, focus in
        if let focus { scroll.scrollTo(focus, anchor: .center) }
      }
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
      ActingStrip(person: state.owner.person)
      if let problem = state.problem {
        Banner(symbol: Symbol.failed, title: problem.words(state.clinic.name), tone: .warning)
          .padding(.horizontal, Space.gutter)
      }
    }
  }

  private var days: [Day] {
    var days: [Day] = []
    for bubble in state.messages.reversed() {
      let title = Formats.day(bubble.at)
      if days.last?.title == title {
        days[days.count - 1].bubbles.append(bubble)
      } else {
        days.append(Day(title: title, bubbles: [bubble]))
      }
    }
    return days
  }

  private struct Day: Identifiable {
    let title: String
    var bubbles: [Bubble]

    var id: String { "\(title) \(bubbles.first?.id.rawValue ?? "")" }
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
