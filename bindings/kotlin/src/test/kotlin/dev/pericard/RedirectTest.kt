package dev.pericard

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Test
import org.junit.jupiter.params.ParameterizedTest
import org.junit.jupiter.params.provider.ValueSource

class RedirectTest {
    private fun redirect(address: String): Redirect = requireNotNull(Redirect.of(address))

    @Test
    fun `a redirect says how it is caught`() {
        assertEquals(Redirect.Kind.Scheme("dev.pericard.app"), Redirect.of("dev.pericard.app:/callback")?.kind)
        assertEquals(Redirect.Kind.Scheme("dev.pericard.app"), Redirect.of("DEV.Pericard.App:/callback")?.kind)
        assertEquals(Redirect.Kind.Https("app.example", "/back"), Redirect.of("https://App.Example/back")?.kind)
        assertEquals(Redirect.Kind.Https("app.example", "/"), Redirect.of("https://app.example")?.kind)
        assertEquals(Redirect.Kind.Loopback, Redirect.of("http://127.0.0.1/callback")?.kind)
        assertEquals(Redirect.Kind.Loopback, Redirect.of("http://[::1]/callback")?.kind)
    }

    @ParameterizedTest
    @ValueSource(
        strings = [
            "", "callback", "/callback", "app:/back", "javascript:alert(1)", "http://app.example/back", "http://localhost/back",
            "https:///back", "https://app.example/back#here", "dev.pericard.app:/back#", "not an address",
        ],
    )
    fun `what anybody could claim is no redirect`(address: String) {
        assertNull(Redirect.of(address))
    }

    @Test
    fun `what the app is opened with is told apart`() {
        val own = redirect("dev.pericard.app:/callback")
        assertEquals(RedirectResult.OfSignIn, own.arrival("dev.pericard.app:/callback?code=a&state=b&iss=c"))
        assertEquals(RedirectResult.OfSignIn, own.arrival("dev.pericard.app:/callback?error=access_denied&state=b"))
        val pages = mapOf("password_reset" to PortalPage.PASSWORD_RESET, "account" to PortalPage.ACCOUNT, "sessions" to PortalPage.SESSIONS)
        for ((name, page) in pages) {
            assertEquals(RedirectResult.OfPage(page), own.arrival("dev.pericard.app:/callback?page=$name"))
        }
        val others = listOf(
            "dev.pericard.app:/callback", "dev.pericard.app:/callback?code=a", "dev.pericard.app:/callback?page=elsewhere",
            "dev.pericard.app:/other?code=a&state=b", "dev.pericard.other:/callback?code=a&state=b",
            "dev.pericard.app:/callback?page=account&page=sessions", "dev.pericard.app:/callback?state=a&state=b&code=c",
            "https://dev.pericard.app/callback?code=a&state=b", "dev.pericard.app:/callback?code=%zz&state=b", "",
        )
        for (other in others) assertEquals(RedirectResult.Nothing, own.arrival(other), other)
    }

    @Test
    fun `a link is its host, port and path`() {
        val own = redirect("https://app.example/back")
        assertEquals(RedirectResult.OfSignIn, own.arrival("https://APP.example/back?code=a&state=b"))
        for (other in listOf("https://app.example:8443/back", "https://app.example/back/", "https://app.example.evil/back")) {
            assertEquals(RedirectResult.Nothing, own.arrival("$other?code=a&state=b"), other)
        }
        val local = redirect("http://127.0.0.1/callback")
        assertEquals(RedirectResult.OfSignIn, local.arrival("http://127.0.0.1:49152/callback?code=a&state=b"))
        assertEquals(RedirectResult.Nothing, local.arrival("http://[::1]:49152/callback?code=a&state=b"))
    }
}
