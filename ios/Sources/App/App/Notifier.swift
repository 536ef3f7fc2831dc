import Foundation
import UserNotifications

/// Notifications without content: no name, no clinic, no subject, no number.
enum Notifier {
  private static let news = "news"
  private static let codeWait = "code wait"

  /// The system asks once.
  static func ask() async {
    _ = try? await UNUserNotificationCenter.current().requestAuthorization(options: [.alert, .sound])
  }

  static func tellOfNews() async {
    await post(news, Words.pushMessage, Words.pushOpen, at: nil)
  }

  static func clear() {
    UNUserNotificationCenter.current().removeDeliveredNotifications(withIdentifiers: [news, codeWait])
  }

  /// When a code can be tried again.
  static func remind(at date: Date) async {
    await ask()
    await post(codeWait, Words.pushCodeWait, nil, at: date)
  }

  static func forgetReminder() {
    UNUserNotificationCenter.current().removePendingNotificationRequests(withIdentifiers: [codeWait])
  }

  /// One at a time: the same identifier takes the place of the one before.
  private static func post(_ id: String, _ title: String, _ line: String?, at date: Date?) async {
    let content = UNMutableNotificationContent()
    content.title = title
    if let line { content.body = line }
    let trigger = date.map {
      UNTimeIntervalNotificationTrigger(timeInterval: max($0.timeIntervalSinceNow, 1), repeats: false)
    }
    let request = UNNotificationRequest(identifier: id, content: content, trigger: trigger)
    try? await UNUserNotificationCenter.current().add(request)
  }
}
