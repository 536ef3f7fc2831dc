package dev.pericard

import dev.pericard.testing.FakeAccount
import dev.pericard.testing.FakeLetter
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import java.time.Instant

/** An account in memory behaves as a screen expects of an account. */
class FakeTest {
    private val account = FakeAccount()
    private val messages = account.messages

    @Test
    fun `the sample is an inbox`() = runBlocking {
        val inbox = account.messages(account.people().single().id)
        val first = inbox.threads(null, 2u)
        assertEquals(listOf("Your blood test", "Blood pressure"), first.threads.map { it.subject })
        assertEquals(1u, first.threads[0].unread)
        val rest = inbox.threads(first.after, 50u)
        assertEquals(3, rest.threads.size)
        assertNull(rest.after)
        assertEquals(3, inbox.outbox().size)
    }

    @Test
    fun `what is sent is told and arrives`() = runBlocking {
        val stream = account.changes()
        val sent = messages.send(NewMessage("Blood pressure", null, "It is better."))
        assertEquals(MessageState.Queued, sent.state)
        val told = stream.next()!!
        assertTrue(told.outbox)
        assertEquals(listOf("Blood pressure"), told.records.single().groups)
        assertEquals(SyncOutcome.Complete, account.startSync(null).join())
        assertEquals(MessageState.Sent, messages.message(sent.id).state)
        stream.stop()
        assertTrue(stream.next() != null)
        assertNull(stream.next())
    }

    @Test
    fun `a thread is read in both directions`() = runBlocking {
        val hit = messages.search("too HIGH", null, 10u).hits.first()
        assertTrue(hit.snippet.any { it.hit })
        val page = messages.messagesAround(hit.message.id, 3u)
        assertEquals(3, page.messages.size)
        val newer = messages.newerMessages(hit.message.thread, page.before!!, 5u)
        assertEquals(listOf("I will. Thank you!"), newer.messages.map { it.text })
        assertNull(newer.before)
    }

    @Test
    fun `drafts and the archive are kept`(): Unit = runBlocking {
        val draft = messages.saveDraft(null, NewMessage("Blood pressure", null, "I wi"))!!
        assertEquals(draft, messages.draft("Blood pressure"))
        messages.sendDraft(draft.id)
        assertThrows(PericardException.NotFound::class.java) { runBlocking { messages.sendDraft(draft.id) } }
        messages.archive("Your blood test")
        assertEquals(1, messages.archivedThreads(null, 5u).threads.size)
        messages.receive(FakeLetter("Your blood test", "Laboratory", "One value is still missing.", Instant.now()))
        assertTrue(messages.archivedThreads(null, 5u).threads.isEmpty())
    }

    @Test
    fun `errors and states are scripted`(): Unit = runBlocking {
        account.syncEnd = Result.failure(PericardException.Offline())
        assertThrows(PericardException.Offline::class.java) { runBlocking { account.startSync(null).join() } }
        account.syncEnd = Result.success(SyncOutcome.Incomplete(IncompleteReason.MORE_TO_FETCH))
        account.startSync(null).join()
        assertEquals(IncompleteReason.MORE_TO_FETCH, messages.state().incomplete)
        account.failure = PericardException.Closed()
        assertThrows(PericardException.Closed::class.java) { runBlocking { messages.outbox() } }
        account.failure = null
        account.sessionState = SessionState.StepUp
        assertEquals(SessionState.StepUp, account.session())
    }
}
