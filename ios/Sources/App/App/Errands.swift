import AppModel
import UIKit
import UniformTypeIdentifiers

/// What the system does for the app.
@MainActor
enum Errands {
  static func run(_ errand: Errand) {
    switch errand {
    case .call(let number):
      let digits = number.filter { $0.isASCII && ($0.isNumber || $0 == "+") }
      if let url = URL(string: "tel:\(digits)") { UIApplication.shared.open(url) }
    case .open(let url): UIApplication.shared.open(url)
    case .copy(let text, let sensitive): copy(text, sensitive)
    case .save(let lines): share(lines)
    case .print(let lines): print(lines)
    case .remind(let date): Task { await Notifier.remind(at: date) }
    case .forgetReminder: Notifier.forgetReminder()
    case .settings: open(UIApplication.openSettingsURLString)
    case .store: open("itms-apps://apps.apple.com")
    }
  }

  private static func open(_ address: String) {
    if let url = URL(string: address) { UIApplication.shared.open(url) }
  }

  /// What is sensitive stays on this device, for a minute.
  private static func copy(_ text: String, _ sensitive: Bool) {
    let items = [[UTType.utf8PlainText.identifier: text]]
    let options: [UIPasteboard.OptionsKey: Any] =
      sensitive ? [.localOnly: true, .expirationDate: Date(timeIntervalSinceNow: 60)] : [:]
    UIPasteboard.general.setItems(items, options: options)
  }

  private static func share(_ lines: [String]) {
    let sheet = UIActivityViewController(activityItems: [lines.joined(separator: "\n")], applicationActivities: nil)
    guard let top = UIApplication.shared.frontWindow?.rootViewController?.top else { return }
    sheet.popoverPresentationController?.sourceView = top.view
    top.present(sheet, animated: true)
  }

  private static func print(_ lines: [String]) {
    let controller = UIPrintInteractionController.shared
    controller.printFormatter = UISimpleTextPrintFormatter(text: lines.joined(separator: "\n"))
    controller.present(animated: true, completionHandler: nil)
  }
}

extension UIViewController {
  /// What is shown over everything else.
  var top: UIViewController { presentedViewController?.top ?? self }
}
