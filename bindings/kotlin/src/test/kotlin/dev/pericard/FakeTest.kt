package dev.pericard

import dev.pericard.testing.FakeAccount
import dev.pericard.testing.FakeLetter
import dev.pericard.testing.FakeMessages
import dev.pericard.testing.FakePerson
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.yield
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import java.time.Instant

/** An account in memory behaves as a screen expects of an account. */
class FakeTest {
    private val fake = FakeAccount()
    private val account = fake.account
    private val messages = fake.messages.messages

    @Test
    fun `the sample is an inbox`() = runBlocking {
        val inbox = account.messages(account.people.single().id)
        val first = inbox.threads(null, 2)
        assertEquals(listOf("Your blood test", "Blood pressure"), first.threads.map { it.subject })
        assertEquals(1, first.threads[0].unread)
        val rest = inbox.threads(first.after, 50)
        assertEquals(3, rest.threads.size)
        assertNull(rest.after)
        assertEquals(3, inbox.outbox().size)
    }

    @Test
    fun `what is sent is told and arrives`() = runBlocking {
        val told = mutableListOf<ChangeSet>()
        val stream = launch(start = CoroutineStart.UNDISPATCHED) { account.changes.toList(told) }
        val sent = messages.send(NewMessage("It is better.", thread = ThreadId("Blood pressure")))
        assertEquals(MessageState.Queued, sent.state)
        yield()
        assertTrue(told.single().outbox)
        assertEquals(listOf(ThreadId("Blood pressure")), told.single().records.single().groups)
        assertEquals(SyncOutcome.Complete, account.startSync().join())
        assertEquals(MessageState.Sent, messages.message(sent.id).state)
        stream.cancel()
    }

    @Test
    fun `what was detected is given, and told`() = runBlocking {
        val told = mutableListOf<ChangeSet>()
        val stream = launch(start = CoroutineStart.UNDISPATCHED) { account.changes.toList(told) }
        assertEquals(emptyList<Incident>(), account.incidents())
        val damage = Incident(IncidentId("damage"), Instant.EPOCH, IncidentKind.DATABASE_DAMAGED, Feature.MESSAGES, "Communication")
        fake.incidents = listOf(damage)
        yield()
        assertTrue(told.single().features)
        assertEquals(listOf(damage), account.incidents())
        stream.cancel()
    }

    @Test
    fun `a thread is read in both directions`() = runBlocking {
        val hit = messages.search("too HIGH", null, 10).hits.first()
        assertTrue(hit.snippet.any { it.hit })
        val page = messages.messagesAround(hit.message.id, 3)
        assertEquals(3, page.messages.size)
        val newer = messages.newerMessages(hit.message.thread, page.before!!, 5)
        assertEquals(listOf("I will. Thank you!"), newer.messages.map { it.text })
        assertNull(newer.before)
    }

    @Test
    fun `drafts and the archive are kept`(): Unit = runBlocking {
        val draft = messages.saveDraft(NewMessage("I wi", thread = ThreadId("Blood pressure")))!!
        assertEquals(draft, messages.draft(ThreadId("Blood pressure")))
        messages.sendDraft(draft.id)
        assertThrows(PericardException.NotFound::class.java) { runBlocking { messages.sendDraft(draft.id) } }
        messages.archive(ThreadId("Your blood test"))
        assertEquals(1, messages.archivedThreads(null, 5).threads.size)
        fake.messages.receive(FakeLetter("Your blood test", "Laboratory", "One value is still missing.", Instant.now()))
        assertTrue(messages.archivedThreads(null, 5).threads.isEmpty())
    }

    @Test
    fun `people are found, added and forgotten`(): Unit = runBlocking {
        val told = mutableListOf<ChangeSet>()
        val stream = launch(start = CoroutineStart.UNDISPATCHED) { account.changes.toList(told) }
        val mia = FakePerson("Mia Novak", FakeMessages(listOf(FakeLetter("Vaccination", "Reception", "It is due.", Instant.now()))), relationship = "mother")
        fake.findable = listOf(mia)
        val found = account.findPeople().single()
        assertEquals(FoundPerson(mia.patient, "Mia Novak", "mother"), found)
        val signIn = account.addPerson(SignInMethod.NATIVE, found.patient)
        assertEquals(SignInStep.Ready(null), signIn.step())
        assertEquals(account.id, signIn.finish().id)
        assertTrue(account.findPeople().isEmpty())
        assertEquals(listOf(mia), fake.others)
        mia.sessionState = SessionState.Sealed(SealReason.REFUSED)
        assertEquals(Person(mia.id, "Mia Novak", isSelf = false, SessionState.Sealed(SealReason.REFUSED)), account.people.last())
        assertEquals(SessionState.Active, account.people.first().session)
        assertEquals(1, account.messages(mia.id).threads().threads.size)
        account.forgetPerson(mia.id)
        assertTrue(account.people.single().isSelf)
        assertThrows(PericardException.NotFound::class.java) { account.messages(mia.id) }
        assertThrows(PericardException.InvalidInput::class.java) { runBlocking { account.forgetPerson(account.people.single().id) } }
        yield()
        assertTrue(told.isNotEmpty() && told.all { it.people })
        stream.cancel()
    }

    @Test
    fun `errors and states are scripted`(): Unit = runBlocking {
        fake.syncFailure = PericardException.Offline()
        assertThrows(PericardException.Offline::class.java) { runBlocking { account.startSync().join() } }
        fake.syncFailure = null
        fake.syncEnd = SyncOutcome.Incomplete(IncompleteReason.MORE_TO_FETCH)
        account.startSync().join()
        assertEquals(IncompleteReason.MORE_TO_FETCH, messages.state().incomplete)
        fake.failure = PericardException.Closed()
        assertThrows(PericardException.Closed::class.java) { runBlocking { messages.outbox() } }
        fake.failure = null
        fake.sessionState = SessionState.StepUp
        assertEquals(SessionState.StepUp, account.session)
    }
}
