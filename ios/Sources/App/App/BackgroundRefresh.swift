import BackgroundTasks
import Foundation

/// Looks for messages while the app is not in front, when the system finds it convenient.
enum BackgroundRefresh {
  /// As in `Info.plist`.
  static let name = "dev.pericard.app.refresh"

  static func schedule() {
    let request = BGAppRefreshTaskRequest(identifier: name)
    request.earliestBeginDate = Date(timeIntervalSinceNow: 30 * 60)
    // Refused where the person has switched background refresh off.
    try? BGTaskScheduler.shared.submit(request)
  }
}
