import Foundation
import Pericard
import Testing

@Suite struct RedirectTests {
  private func arrival(_ address: String, at redirect: Redirect) -> Redirect.RedirectResult {
    URL(string: address).map { redirect.arrival($0) } ?? .nothing
  }

  @Test func aRedirectSaysHowItIsCaught() throws {
    #expect(Redirect("dev.pericard.app:/callback")?.kind == .scheme("dev.pericard.app"))
    #expect(Redirect("DEV.Pericard.App:/callback")?.kind == .scheme("dev.pericard.app"))
    #expect(Redirect("https://App.Example/back")?.kind == .https(host: "app.example", path: "/back"))
    #expect(Redirect("https://app.example")?.kind == .https(host: "app.example", path: "/"))
    #expect(Redirect("http://127.0.0.1/callback")?.kind == .loopback)
    #expect(Redirect("http://[::1]/callback")?.kind == .loopback)
  }

  @Test(arguments: [
    "", "callback", "/callback", "app:/back", "javascript:alert(1)", "http://app.example/back", "http://localhost/back",
    "https:///back", "https://app.example/back#here", "dev.pericard.app:/back#", "not an address",
  ])
  func whatAnybodyCouldClaimIsNoRedirect(address: String) {
    #expect(Redirect(address) == nil)
  }

  @Test func whatTheAppIsOpenedWithIsToldApart() throws {
    let own = try #require(Redirect("dev.pericard.app:/callback"))
    #expect(arrival("dev.pericard.app:/callback?code=a&state=b&iss=c", at: own) == .signIn)
    #expect(arrival("dev.pericard.app:/callback?error=access_denied&state=b", at: own) == .signIn)
    #expect(arrival("dev.pericard.app:/callback?page=password_reset", at: own) == .page(.passwordReset))
    #expect(arrival("dev.pericard.app:/callback?page=account", at: own) == .page(.account))
    #expect(arrival("dev.pericard.app:/callback?page=sessions", at: own) == .page(.sessions))
    let others = [
      "dev.pericard.app:/callback", "dev.pericard.app:/callback?code=a", "dev.pericard.app:/callback?page=elsewhere",
      "dev.pericard.app:/other?code=a&state=b", "dev.pericard.other:/callback?code=a&state=b",
      "dev.pericard.app:/callback?page=account&page=sessions", "dev.pericard.app:/callback?state=a&state=b&code=c",
      "https://dev.pericard.app/callback?code=a&state=b", "",
    ]
    for other in others { #expect(arrival(other, at: own) == .nothing, "\(other)") }
  }

  @Test func aLinkIsItsHostPortAndPath() throws {
    let own = try #require(Redirect("https://app.example/back"))
    #expect(arrival("https://APP.example/back?code=a&state=b", at: own) == .signIn)
    for other in ["https://app.example:8443/back", "https://app.example/back/", "https://app.example.evil/back"] {
      #expect(arrival(other + "?code=a&state=b", at: own) == .nothing, "\(other)")
    }
    let local = try #require(Redirect("http://127.0.0.1/callback"))
    #expect(arrival("http://127.0.0.1:49152/callback?code=a&state=b", at: local) == .signIn)
    #expect(arrival("http://[::1]:49152/callback?code=a&state=b", at: local) == .nothing)
  }
}
