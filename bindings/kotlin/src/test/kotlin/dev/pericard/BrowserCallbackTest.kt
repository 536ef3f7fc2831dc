package dev.pericard

import dev.pericard.testing.MemoryKeystore
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

class BrowserCallbackTest {
    @Test
    fun `who waits gets what the browser came back with, once`() = test {
        val visit = async(start = CoroutineStart.UNDISPATCHED) { BrowserCallback.visit("https://portal.example") {} }
        assertEquals("https://portal.example", BrowserCallback.toOpen())
        assertNull(BrowserCallback.toOpen(), "a browser is opened once, also when the screen is turned")
        assertTrue(BrowserCallback.left("app.example:/back?code=a"))
        assertEquals("app.example:/back?code=a", visit.await())
        assertNull(BrowserCallback.takeUnclaimed())
    }

    @Test
    fun `a browser that was closed brings nothing`() = test {
        val visit = async(start = CoroutineStart.UNDISPATCHED) { BrowserCallback.visit("https://portal.example") {} }
        assertTrue(BrowserCallback.left(null))
        assertNull(visit.await())
    }

    @Test
    fun `who stops waiting leaves no trace, and another opening ends the wait for the one before`() = test {
        val given = launch(start = CoroutineStart.UNDISPATCHED) { BrowserCallback.visit("https://portal.example/1") {} }
        given.cancelAndJoin()
        assertNull(BrowserCallback.toOpen())
        val first = async(start = CoroutineStart.UNDISPATCHED) { BrowserCallback.visit("https://portal.example/2") {} }
        val second = async(start = CoroutineStart.UNDISPATCHED) { BrowserCallback.visit("https://portal.example/3") {} }
        assertNull(first.await())
        assertEquals("https://portal.example/3", BrowserCallback.toOpen())
        BrowserCallback.left("app.example:/back")
        assertEquals("app.example:/back", second.await())
    }

    @Test
    fun `a redirect that finds a new process resumes the sign-in from disk`() = test {
        val world = anasWorld()
        val keystore = MemoryKeystore()
        val redirect = world.openClient(keystore).use { client ->
            val signIn = client.onlyPortal().signIn(SignInMethod.BROWSER)
            val address = world.browser(signIn.authorizationUrl(), "ana", true, "now")
            client.shutDown()
            address
        }
        world.openClient(keystore).use { client ->
            assertFalse(BrowserCallback.left(redirect), "nobody waits in a new process")
            val signIn = requireNotNull(client.resumeSignIn(BrowserCallback.takeUnclaimed()))
            assertInstanceOf(SignInStep.Ready::class.java, signIn.step())
            assertEquals(SessionState.Active, signIn.finish().session)
        }
    }

    @Test
    fun `a redirect that somebody made up leaves the sign-in as it is`() = test {
        val world = anasWorld()
        world.openClient(MemoryKeystore()).use { client ->
            client.onlyPortal().signIn(SignInMethod.BROWSER)
            BrowserCallback.left("http://127.0.0.1/callback?code=stolen&state=guessed&iss=https%3A%2F%2Felsewhere.example")
            val signIn = requireNotNull(client.resumeSignIn(BrowserCallback.takeUnclaimed()))
            assertInstanceOf(SignInStep.OpenBrowser::class.java, signIn.step())
            assertNull(BrowserCallback.takeUnclaimed())
        }
    }

    @Test
    fun `where no sign-in was under way there is nothing to resume`() = test {
        val world = anasWorld()
        world.openClient(MemoryKeystore()).use { client ->
            BrowserCallback.left("http://127.0.0.1/callback?code=a&state=b")
            assertNull(client.resumeSignIn(BrowserCallback.takeUnclaimed()))
            assertNull(BrowserCallback.takeUnclaimed())
        }
    }
}
