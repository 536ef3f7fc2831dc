package dev.pericard

import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.async
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.launch
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertInstanceOf
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

class BrowserDeskTest {
    @Test
    fun `who waits gets what the browser came back with, once`() = test {
        val visit = async(start = CoroutineStart.UNDISPATCHED) { BrowserDesk.visit("https://portal.example") {} }
        assertEquals("https://portal.example", BrowserDesk.toOpen())
        assertNull(BrowserDesk.toOpen(), "a browser is opened once, also when the screen is turned")
        assertTrue(BrowserDesk.left("app.example:/back?code=a"))
        assertEquals("app.example:/back?code=a", visit.await())
        assertNull(BrowserDesk.takeUnclaimed())
    }

    @Test
    fun `a browser that was closed brings nothing`() = test {
        val visit = async(start = CoroutineStart.UNDISPATCHED) { BrowserDesk.visit("https://portal.example") {} }
        assertTrue(BrowserDesk.left(null))
        assertNull(visit.await())
    }

    @Test
    fun `who stops waiting leaves no trace, and another opening ends the wait for the one before`() = test {
        val given = launch(start = CoroutineStart.UNDISPATCHED) { BrowserDesk.visit("https://portal.example/1") {} }
        given.cancelAndJoin()
        assertNull(BrowserDesk.toOpen())
        val first = async(start = CoroutineStart.UNDISPATCHED) { BrowserDesk.visit("https://portal.example/2") {} }
        val second = async(start = CoroutineStart.UNDISPATCHED) { BrowserDesk.visit("https://portal.example/3") {} }
        assertNull(first.await())
        assertEquals("https://portal.example/3", BrowserDesk.toOpen())
        BrowserDesk.left("app.example:/back")
        assertEquals("app.example:/back", second.await())
    }

    @Test
    fun `a redirect that finds a new process is taken up by the sign-in from disk`() = test {
        val world = anasWorld()
        val keystore = MapKeystore()
        val redirect = world.open(keystore).use { client ->
            val signIn = client.onlyPortal().signIn(SignInMethod.BROWSER)
            val address = world.browser(signIn.authorizationUrl(), "ana", true, "now")
            client.shutDown()
            address
        }
        world.open(keystore).use { client ->
            assertFalse(BrowserDesk.left(redirect), "nobody waits in a new process")
            val signIn = requireNotNull(client.takeUpSignIn())
            assertInstanceOf(SignInStep.Ready::class.java, signIn.step())
            assertEquals(SessionState.Active, signIn.finish().session())
        }
    }

    @Test
    fun `a redirect that somebody made up leaves the sign-in as it is`() = test {
        val world = anasWorld()
        world.open(MapKeystore()).use { client ->
            client.onlyPortal().signIn(SignInMethod.BROWSER)
            BrowserDesk.left("http://127.0.0.1/callback?code=stolen&state=guessed&iss=https%3A%2F%2Felsewhere.example")
            val signIn = requireNotNull(client.takeUpSignIn())
            assertInstanceOf(SignInStep.OpenBrowser::class.java, signIn.step())
            assertNull(BrowserDesk.takeUnclaimed())
        }
    }

    @Test
    fun `where no sign-in was under way there is nothing to take up`() = test {
        val world = anasWorld()
        world.open(MapKeystore()).use { client ->
            BrowserDesk.left("http://127.0.0.1/callback?code=a&state=b")
            assertNull(client.takeUpSignIn())
            assertNull(BrowserDesk.takeUnclaimed())
        }
    }
}
