package dev.pericard

import java.time.Duration
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
        add(PericardException.ClockWrong(null))
        add(PericardException.RateLimited(Duration.ofSeconds(60)))
        add(PericardException.WrongPassword(4u))
        add(PericardException.WrongCode(null))
        InputProblem.entries.forEach { add(PericardException.InvalidInput("code", it)) }
        add(PericardException.NotFound())
        add(PericardException.InUse())
        add(PericardException.Cancelled())
        add(PericardException.Closed())
        PortalProblem.entries.forEach { add(PericardException.Portal(it, null)) }
        add(PericardException.Integrity("id"))
        StorageKind.entries.forEach { add(PericardException.Storage(it)) }
        listOf(
            KeystoreException.Unavailable(),
            KeystoreException.Refused(),
            KeystoreException.Lost(),
            KeystoreException.Doubled(),
            KeystoreException.Unexpected(),
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
        assertTrue("60 seconds" in PericardException.RateLimited(Duration.ofSeconds(60)).userMessage)
        assertTrue("15 minutes" in PericardException.RateLimited(Duration.ofMinutes(15)).userMessage)
        assertTrue("You have one attempt left" in PericardException.WrongCode(1u).userMessage)
        assertTrue("You have 4 attempts left" in PericardException.WrongPassword(4u).userMessage)
        assertFalse("left" in PericardException.WrongPassword(null).userMessage)
    }

    @Test
    fun `half an emoji is InvalidInput before it is sent`() = test {
        val world = anasWorld()
        world.open(MapKeystore()).use { client ->
            val inbox = world.signInAna(client).ownMessages()
            val error = assertInstanceOf(
                PericardException.InvalidInput::class.java,
                failure { inbox.write("cut \uD83D", subject = "Hello") },
            )
            assertEquals(InputProblem.UNREADABLE, error.problem)
            assertEquals("text", error.field)
            assertEquals(emptyList<Message>(), inbox.outbox())
            inbox.write("whole \uD83D\uDE00", subject = "Hello")
            assertEquals("whole \uD83D\uDE00", inbox.outbox().single().text)
        }
    }

    @Test
    fun `surrogates are looked at in pairs`() {
        assertTrue("a\uD83D\uDE00b".isWellFormed && "".isWellFormed)
        for (cut in listOf("\uD83D", "\uDE00", "a\uD83Db", "\uDE00\uD83D")) {
            assertFalse(cut.isWellFormed)
            assertThrows(PericardException.InvalidInput::class.java) { requireWellFormed("text", cut) }
        }
    }
}
