import AppModel
import SwiftUI

/// The screens of the app over each other.
struct RootView: View {
  @Bindable var app: PatientApp

  var body: some View {
    switch app.phase {
    case .opening: Cover()
    case .failed(let problem, let canBeginAnew): FailedScreen(app: app, problem: problem, canBeginAnew: canBeginAnew)
    // Behind the lock nothing is drawn, sheets neither: a name must not flash up before it.
    case .ready where app.lock.over != nil:
      if let over = app.lock.over { LockScreen(over: over, events: app.lock) }
    case .ready:
      Group {
        if let home = app.home {
          HomeScreen(app: app, home: home)
        } else if let welcome = app.welcome {
          NavigationStack(path: $app.messagesPath) {
            WelcomeScreen(state: welcome.state, events: welcome).above()
          }
        }
      }
      .tint(Palette.primary)
      .sheet(isPresented: Binding(get: { app.people != nil }, set: { if !$0 { app.people = nil } })) {
        if let people = app.people { PeopleSheet(state: people.state, events: people) }
      }
      .alert(
        app.problem?.words("") ?? "",
        isPresented: Binding(get: { app.problem != nil }, set: { if !$0 { app.problem = nil } })
      ) { Button(Words.commonOk) {} }
    }
  }
}

/// The tabs.
private struct HomeScreen: View {
  @Bindable var app: PatientApp
  @Bindable var home: HomeModel

  var body: some View {
    TabView(selection: $home.tab) {
      NavigationStack(path: $app.messagesPath) {
        InboxScreen(state: home.inbox.state, events: home.inbox).above()
      }
      .tabItem { Label(Words.tabMessages, systemImage: Symbol.messages) }
      .badge(home.inbox.unread)
      .tag(HomeModel.Tab.messages)
      NavigationStack(path: $app.recordsPath) {
        RecordsScreen(state: home.records.state, events: home.records).above()
      }
      .tabItem { Label(Words.tabRecords, systemImage: Symbol.records) }
      .badge(home.records.state.news)
      .tag(HomeModel.Tab.records)
      NavigationStack(path: $app.youPath) {
        YouScreen(state: home.you.state, events: home.you).above()
      }
      .tabItem { Label(Words.tabYou, systemImage: Symbol.you) }
      .badge(home.you.state.newNotices)
      .tag(HomeModel.Tab.you)
    }
    .task { await Notifier.ask() }
    .onChange(of: home.announcement) { _, announcement in
      if let announcement { AccessibilityNotification.Announcement(announcement.what.words).post() }
    }
  }
}

extension View {
  /// The screens that lie over this one.
  fileprivate func above() -> some View {
    navigationDestination(for: Screen.self) { ScreenView(screen: $0) }
  }
}

private struct ScreenView: View {
  let screen: Screen

  var body: some View {
    switch screen {
    case .welcome(let model): WelcomeScreen(state: model.state, events: model)
    case .signIn(let model): SignInScreen(state: model.state, events: model)
    case .thread(let model): ThreadPlace(model: model)
    case .compose(let model): ComposeScreen(state: model.state, events: model)
    case .clinics(let model): ClinicsScreen(state: model.state, events: model)
    case .clinic(let model):
      ClinicScreen(clinic: model.clinic, state: model.state, problem: model.problem, events: model)
    case .notices(let model): NoticesScreen(state: model.state, events: model)
    case .notice(let model): NoticeScreen(state: model.state, events: model)
    case .privacy(let model): PrivacyScreen(state: model.state, events: model)
    case .accessLog(let model): AccessLogScreen(state: model.state, events: model)
    case .copy(let model): CopyScreen(state: model.state, events: model)
    case .leaving(let model): LeavingScreen(state: model.state, events: model)
    case .settings(let model): SettingsScreen(state: model.state, events: model)
    case .secondStep(let model): SecondStepScreen(state: model.state, events: model)
    case .addPerson(let model): AddPersonScreen(state: model.state, events: model)
    case .help(let model): HelpScreen(state: model.state, events: model)
    case .documents(let model): DocumentsScreen(state: model.state, events: model, frame: model.frame)
    case .document(let model): DocumentScreen(state: model.state, events: model, frame: model.frame)
    case .labs(let model): LabsScreen(state: model.state, events: model, frame: model.frame)
    case .report(let model): ReportScreen(state: model.state, events: model, frame: model.frame)
    case .result(let model): ResultScreen(state: model.state, events: model, frame: model.frame)
    }
  }
}

private struct ThreadPlace: View {
  @Bindable var model: ThreadModel

  var body: some View {
    ThreadScreen(state: model.state, events: model)
      .sheet(item: $model.preview) { FilePreviewSheet(preview: $0) }
  }
}

/// The directory cannot be opened.
private struct FailedScreen: View {
  let app: PatientApp
  let problem: Problem
  let canBeginAnew: Bool

  var body: some View {
    NoticeView(
      symbol: Symbol.failed, title: Words.unusableUnavailable,
      text: canBeginAnew ? Words.unusableUnavailableText : problem.words(""), facts: []
    ) {
      Button(Words.leaseTry) { Task { await app.start() } }.buttonStyle(.primary)
      if canBeginAnew {
        Button(Words.sealedAgain, role: .destructive) { Task { await app.beginAnew() } }.buttonStyle(.quiet)
      }
    }
  }
}

extension Said {
  fileprivate var words: String {
    switch self {
    case .sent: Words.saySent
    case .notSent: Words.sayNotSent
    case .upToDate: Words.sayUpToDate
    case .listSaved: Words.logSaved
    }
  }
}
