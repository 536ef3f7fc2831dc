import AppModel
import SwiftUI
import UIKit

@main
struct Main: App {
  @State private var host = Host()

  var body: some Scene {
    WindowGroup { AppWindow(host: host) }
      .backgroundTask(.appRefresh(BackgroundRefresh.name)) { await host.refresh() }
  }
}

/// The window. The system keeps with it where the person was, until they close it in the app switcher.
private struct AppWindow: View {
  let host: Host
  @SceneStorage("places") private var places = ""
  @Environment(\.scenePhase) private var phase

  var body: some View {
    RootView(app: host.app)
      // The system takes the app switcher's picture when the app is inactive already.
      .overlay { if phase != .active { Cover() } }
      .onChange(of: phase, initial: true) { _, phase in host.changed(to: phase, places: kept) }
      .onChange(of: shown) { _, shown in if let shown { places = shown } }
      .onOpenURL { host.app.opened($0) }
  }

  private var kept: [String] { places.split(separator: "\n").map(String.init) }

  /// Nothing before the person is back where they were.
  private var shown: String? {
    host.app.phase == .ready ? host.app.places.joined(separator: "\n") : nil
  }
}

/// The app in the system's hands.
@MainActor
final class Host {
  let app: PatientApp
  private var isInFront = false

  init() {
    app = PatientApp(.onThisPhone(), clinics: .bundled, version: Bundle.main.version)
  }

  func changed(to phase: ScenePhase, places: [String]) {
    switch phase {
    case .active:
      isInFront = true
      Notifier.clear()
      Task { await app.enterForeground(places: places) }
    case .background:
      isInFront = false
      BackgroundRefresh.schedule()
      // What was typed has to be kept and files have to be closed before the system stops the app.
      let id = UIApplication.shared.beginBackgroundTask()
      Task {
        await app.enterBackground()
        UIApplication.shared.endBackgroundTask(id)
      }
    case .inactive: break
    @unknown default: break
    }
  }

  /// A background refresh: the system gives it about 30 seconds.
  func refresh() async {
    BackgroundRefresh.schedule()
    let hasNews = await app.syncInBackground(budget: .seconds(20))
    if hasNews, !isInFront { await Notifier.tellOfNews() }
    if !isInFront { await app.enterBackground() }
  }
}
