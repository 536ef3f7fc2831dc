package dev.pericard

import dev.pericard.guide.first_inbox.Screens
import dev.pericard.guide.first_inbox.firstInbox
import dev.pericard.guide.keystores.MemoryKeystore
import dev.pericard.world.TestWorld
import dev.pericard.world.keystoreConformance
import java.time.Instant
import java.util.concurrent.ConcurrentLinkedQueue
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

/** The guide's tutorial, run by somebody who has a password and a second factor. */
class GuideTest {
    /** What Ana does, and what she was shown. */
    private class Ana(private val world: TestWorld) : Screens {
        private val seen = ConcurrentLinkedQueue<String>()

        fun seen(): List<String> = generateSequence { seen.poll() }.toList()

        override suspend fun password(attemptsLeft: Int?): Pair<String, CharSequence> {
            val right = "password" in seen
            seen += "password"
            return world.user("ana") to world.password("ana", right).decodeToString()
        }

        override suspend fun code(attemptsLeft: Int?): String {
            seen += "code"
            return world.code("ana", "now")
        }

        override suspend fun enrol(totp: TotpSecret): String = error("Ana has a second factor")

        override suspend fun keep(recoveryCodes: List<String>): Unit = error("Ana has a second factor")

        override suspend fun browse(url: String): String {
            seen += "browse"
            return world.browser(url, "ana", true, "now")
        }

        override suspend fun waitUntil(instant: Instant): Unit = error("Ana mistypes only once")

        override fun progress(progress: SyncProgress) {
            if (seen.lastOrNull() != "progress") seen += "progress"
        }

        override fun inbox(threads: List<MessageThread>) {
            assertEquals(3, threads.size)
            seen += "inbox"
        }

        override fun thread(messages: List<Message>) {
            assertTrue(messages.isNotEmpty())
            seen += "thread"
        }

        override fun hits(hits: List<SearchHit>) {
            assertTrue(hits.isNotEmpty())
            seen += "hits"
        }
    }

    private val asked = listOf("password", "password", "code")
    private val shown = listOf("progress", "hits", "inbox", "thread")

    private suspend fun world(): TestWorld =
        startWorld("""{"people":{"ana":{"threads":3,"messages":60,"totp":true}}}""")

    @Test
    fun `the tutorial reads an inbox and answers`() = test {
        val world = world()
        val config = world.clientConfig()
        val keystore = MemoryKeystore()
        val ana = Ana(world)
        val text = "Thank you, I will be there."

        firstInbox(config.directory, config.portals.single(), keystore, ana)
        assertEquals(asked + shown, ana.seen())
        assertEquals(1uL, world.portalMessages(text))

        // Started again, it finds the account.
        firstInbox(config.directory, config.portals.single(), keystore, ana)
        assertEquals(shown, ana.seen())
        assertEquals(2uL, world.portalMessages(text))
    }

    @Test
    fun `the tutorial goes to the browser where the portal leads there`() = test {
        val world = world()
        val config = world.clientConfig()
        val ana = Ana(world)
        val web = config.portals.single().copy(client = ClientId.Registered("pericard-web"))
        firstInbox(config.directory, web, MemoryKeystore(), ana)
        assertEquals(listOf("password", "browse") + shown, ana.seen())
    }

    @Test
    fun `the keystore of the guide conforms`() = test { keystoreConformance(MemoryKeystore().toCore()) }
}
