import AppModel
import Pericard
import UIKit

/// `ASWebAuthenticationSession`, in front of the app's window.
@MainActor
final class SystemBrowser: Browser {
  func answer(_ signIn: SignIn, redirect: String) async throws -> SignInStep {
    guard let window = UIApplication.shared.frontWindow else { throw PericardError.cancelled }
    return try await signIn.openBrowser(in: window, redirect: redirect)
  }

  func show(_ page: PortalPage, of portal: Portal, redirect: String) async {
    guard let window = UIApplication.shared.frontWindow else { return }
    // Whether the page could be shown is seen on the screen.
    _ = try? await portal.open(page, in: window, redirect: redirect)
  }
}

extension UIApplication {
  var frontWindow: UIWindow? {
    connectedScenes.compactMap { $0 as? UIWindowScene }.flatMap(\.windows).first(where: \.isKeyWindow)
  }
}
