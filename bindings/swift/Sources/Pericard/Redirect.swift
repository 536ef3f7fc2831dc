public import Foundation

/// The way back from the browser: what ``PortalConfig/redirect`` means for a system that has to catch it.
public struct Redirect: Equatable, Sendable {
  /// How the system catches it.
  public enum Kind: Equatable, Sendable {
    /// A private-use scheme, a domain name of the app's makers written backwards (RFC 8252 §7.1).
    case scheme(String)
    /// A claimed `https` link (RFC 8252 §7.2).
    case https(host: String, path: String)
    /// A server of the app's own on this machine (RFC 8252 §7.3): for desktops, nothing that the system could catch.
    case loopback
  }

  /// What an address brings that the app was opened with.
  public enum RedirectResult: Equatable, Sendable {
    /// The answer to a sign-in: pass it to ``SignIn/redirected(to:)``, which looks whether it belongs to that one.
    case signIn
    /// The person comes back from one of the portal's own pages.
    case page(PortalPage)
    /// It is none of Pericard's.
    case nothing
  }

  public let kind: Kind
  private let parts: Parts

  /// Nothing for an address that no sign-in can come back to: relative, plain `http` elsewhere than on this machine,
  /// with a fragment, or a scheme without a dot, which other apps could claim as well.
  public init?(_ address: String) {
    guard let parts = Parts(address), parts.fragment == nil else { return nil }
    switch parts.scheme {
    case "https" where !parts.host.isEmpty: kind = .https(host: parts.host, path: parts.path)
    case "http" where ["127.0.0.1", "::1", "[::1]"].contains(parts.host): kind = .loopback
    case let scheme where scheme.contains("."): kind = .scheme(scheme)
    default: return nil
    }
    self.parts = parts
  }

  /// What `address` brings. Whatever opened the app may have written it: that it looks right proves nothing, and only
  /// ``SignIn/redirected(to:)`` says whether it is.
  public func arrival(_ address: URL) -> RedirectResult {
    guard let came = Parts(address.absoluteString), came.leads(to: parts, anyPort: kind == .loopback) else {
      return .nothing
    }
    if came.query["state"] != nil && (came.query["code"] != nil || came.query["error"] != nil) { return .signIn }
    return switch came.query["page"] {
    case "password_reset": .page(.passwordReset)
    case "account": .page(.account)
    case "sessions": .page(.sessions)
    default: .nothing
    }
  }
}

/// An address in the pieces that are compared.
private struct Parts: Equatable, Sendable {
  let scheme: String
  let host: String
  let port: Int?
  let path: String
  let query: [String: String]
  let fragment: String?

  init?(_ address: String) {
    guard let url = URLComponents(string: address), let scheme = url.scheme?.lowercased() else { return nil }
    self.scheme = scheme
    host = (url.host ?? "").lowercased()
    port = url.port
    // RFC 3986 §6.2.3: with a host, no path and the root are the same.
    path = url.path.isEmpty && !host.isEmpty ? "/" : url.path
    fragment = url.fragment
    let items = (url.queryItems ?? []).map { ($0.name, $0.value ?? "") }
    // What is said twice is not believed at all.
    query = Dictionary(grouping: items, by: \.0).filter { $0.value.count == 1 }.mapValues { $0[0].1 }
  }

  func leads(to own: Parts, anyPort: Bool) -> Bool {
    scheme == own.scheme && host == own.host && (anyPort || port == own.port) && path == own.path
  }
}
