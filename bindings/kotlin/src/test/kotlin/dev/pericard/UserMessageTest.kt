package dev.pericard

import dev.pericard.testing.MemoryKeystore
import kotlin.time.Duration.Companion.minutes
import kotlin.time.Duration.Companion.seconds
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertInstanceOf
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

class UserMessageTest {
    private val everyError: List<PericardException> = buildList {
        add(PericardException.Offline())
        SignInReason.entries.forEach { add(PericardException.SignInRequired(it)) }
        add(PericardException.StepUpRequired())
        add(PericardException.LeaseEnded())
        add(PericardException.Locked())
        add(PericardException.SwitchedOff())
        add(PericardException.UpdateRequired("2.0"))
        add(PericardException.WrongPin(3))
        add(PericardException.ClockWrong(null))
        add(PericardException.RateLimited(60.seconds))
        add(PericardException.WrongPassword(4))
        add(PericardException.WrongCode(null))
        InputProblem.entries.forEach { add(PericardException.InvalidInput("code", it)) }
        add(PericardException.NotFound())
        add(PericardException.InUse())
        add(PericardException.Cancelled())
        add(PericardException.Closed())
        PortalProblem.entries.forEach { add(PericardException.Portal(it, null)) }
        add(PericardException.Integrity(IncidentId("id")))
        StorageKind.entries.forEach { add(PericardException.Storage(it)) }
        listOf(
            KeystoreException.Unavailable(),
            KeystoreException.Refused(),
            KeystoreException.Lost(),
            KeystoreException.Doubled(),
            KeystoreException.Unexpected(""),
        ).forEach { add(PericardException.Keystore(it)) }
        add(PericardException.Internal("run"))
    }

    @Test
    fun `every error has words of its own`() {
        val words = everyError.map { it.userMessage }
        words.forEach { assertTrue(it.endsWith(".") && it.length > 10 && '=' !in it, it) }
        assertEquals(words.size, words.toSet().size, "two errors say the same: $words")
    }

    @Test
    fun `every reason to doubt that all is here has words of its own`() {
        val words = IncompleteReason.entries.map { it.userMessage }
        words.forEach { assertTrue(it.endsWith(".") && "clinic" in it, it) }
        assertEquals(words.size, words.toSet().size, "two reasons say the same: $words")
    }

    @Test
    fun `waiting and attempts are told in words`() {
        assertTrue("60 seconds" in PericardException.RateLimited(60.seconds).userMessage)
        assertTrue("15 minutes" in PericardException.RateLimited(15.minutes).userMessage)
        assertTrue("You have one attempt left" in PericardException.WrongCode(1).userMessage)
        assertTrue("You have 4 attempts left" in PericardException.WrongPassword(4).userMessage)
        assertFalse("left" in PericardException.WrongPassword(null).userMessage)
    }

    @Test
    fun `half an emoji is InvalidInput before it is sent`() = test {
        val world = anasWorld()
        world.openClient(MemoryKeystore()).use { client ->
            val inbox = world.signInAna(client).ownMessages()
            val error = assertInstanceOf(
                PericardException.InvalidInput::class.java,
                failure { inbox.send(NewMessage("cut \uD83D", subject = "Hello")) },
            )
            assertEquals(InputProblem.UNREADABLE, error.problem)
            assertEquals("text", error.field)
            assertEquals(emptyList<Message>(), inbox.outbox())
            inbox.send(NewMessage("whole \uD83D\uDE00", subject = "Hello"))
            assertEquals("whole \uD83D\uDE00", inbox.outbox().single().text)
        }
    }

    @Test
    fun `surrogates are looked at in pairs`() {
        listOf("a\uD83D\uDE00b", "").forEach { assertEquals(it, wellFormed("text", it)) }
        for (cut in listOf("\uD83D", "\uDE00", "a\uD83Db", "\uDE00\uD83D")) {
            assertThrows(PericardException.InvalidInput::class.java) { wellFormed("text", cut) }
        }
    }

    @Test
    fun `codes are those of the core, and no message is empty`() {
        for (error in everyError) {
            assertEquals(error.toCore().code(), error.code)
            assertTrue(error.message.orEmpty().length > 5, error.code)
        }
        assertEquals(everyError.size, everyError.map { it.code }.toSet().size)
    }
}
