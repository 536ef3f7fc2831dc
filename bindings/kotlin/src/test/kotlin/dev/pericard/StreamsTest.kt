package dev.pericard

import dev.pericard.testing.MemoryKeystore
import dev.pericard.world.NetworkState
import kotlin.coroutines.Continuation
import kotlin.coroutines.EmptyCoroutineContext
import kotlin.coroutines.startCoroutine
import kotlin.time.Duration.Companion.milliseconds
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.cancel
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.completeWith
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.last
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.launch
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertInstanceOf
import org.junit.jupiter.api.Assertions.assertNotNull
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

class StreamsTest {
    @Test
    fun `a sync is a flow that ends, and its records are there`() = test {
        val world = anasWorld(threads = 3, messages = 30)
        world.openClient(MemoryKeystore()).use { client ->
            val account = world.signInAna(client)
            val run = account.startSync()
            val progress = run.progress.toList()
            assertTrue(progress.last().done >= 30, "$progress")
            assertEquals(SyncOutcome.Complete, run.outcome)
            assertEquals(SyncOutcome.Complete, account.startSync().join())
            val state = account.ownMessages().state()
            assertNull(state.incomplete)
            assertNotNull(state.completeAt)
            assertEquals(3, account.ownMessages().threads(null, 50).threads.size)
        }
    }

    @Test
    fun `a sync whose budget is used up ends, and says that it was interrupted`() = test {
        val world = anasWorld()
        world.openClient(MemoryKeystore()).use { client ->
            val account = world.signInAna(client)
            world.network(NetworkState.STALLED)
            val outcome = account.startSync(10.milliseconds).join()
            assertEquals(SyncOutcome.Incomplete(IncompleteReason.INTERRUPTED), outcome)
        }
    }

    @Test
    fun `a sync that fails throws it where it is followed`() = test {
        val world = anasWorld()
        world.openClient(MemoryKeystore()).use { client ->
            val account = world.signInAna(client)
            world.network(NetworkState.DOWN)
            assertInstanceOf(PericardException.Offline::class.java, failure { account.startSync().join() })
        }
    }

    @Test
    fun `changes arrive, and the flow ends when the account goes`() = test {
        val world = anasWorld()
        world.openClient(MemoryKeystore()).use { client ->
            val account = world.signInAna(client)
            val queued = async(Dispatchers.Default, CoroutineStart.UNDISPATCHED) {
                account.changes.first { it.outbox }
            }
            account.ownMessages().send(NewMessage("On my way", subject = "Today"))
            assertTrue(queued.await().outbox)
            val all = async(Dispatchers.Default, CoroutineStart.UNDISPATCHED) { account.changes.toList() }
            account.forget()
            all.await()
        }
    }

    @Test
    fun `changes are collected again, and by several`() = test {
        val world = anasWorld()
        world.openClient(MemoryKeystore()).use { client ->
            val account = world.signInAna(client)
            val changes = account.changes
            repeat(2) { round ->
                val both = List(2) { async(Dispatchers.Default, CoroutineStart.UNDISPATCHED) { changes.first { it.outbox } } }
                account.ownMessages().send(NewMessage("Round $round", subject = "Today"))
                both.awaitAll().forEach { assertTrue(it.outbox) }
            }
        }
    }

    @Test
    fun `streams end when the client is shut down`() = test {
        val world = anasWorld()
        val client = world.openClient(MemoryKeystore())
        val account = world.signInAna(client)
        val changes = async(Dispatchers.Default, CoroutineStart.UNDISPATCHED) { account.changes.toList() }
        val sessions = async(Dispatchers.Default, CoroutineStart.UNDISPATCHED) { account.sessions.toList() }
        client.shutDown()
        changes.await()
        assertEquals(SessionState.Active, sessions.await().first())
    }

    @Test
    fun `the state of the session is a state flow`() = test {
        val world = anasWorld()
        world.openClient(MemoryKeystore()).use { client ->
            val account = world.signInAna(client)
            val scope = CoroutineScope(Dispatchers.Default)
            val session = account.sessionIn(scope)
            assertEquals(SessionState.Active, session.value)
            val gone = async(Dispatchers.Default, CoroutineStart.UNDISPATCHED) { session.first { it is SessionState.SignedOut } }
            account.signOut()
            gone.await()
            scope.cancel()
        }
    }

    @Test
    fun `a cancelled collector leaves the sync running`() = test {
        val world = anasWorld(threads = 3, messages = 30)
        world.openClient(MemoryKeystore()).use { client ->
            val account = world.signInAna(client)
            val run = account.startSync()
            val closing = launch(Dispatchers.Default, CoroutineStart.UNDISPATCHED) { run.progress.last() }
            closing.cancelAndJoin()
            account.startSync().join()
            assertEquals(3, account.ownMessages().threads(null, 50).threads.size)
        }
    }

    @Test
    fun `a cancelled coroutine leaves the job to its end`() = test {
        val world = anasWorld()
        world.openClient(MemoryKeystore()).use { client ->
            val account = world.signInAna(client)
            val inbox = account.ownMessages()
            val told = async(Dispatchers.Default, CoroutineStart.UNDISPATCHED) { account.changes.first { it.outbox } }
            // Undispatched: the call has begun in Rust when `launch` returns.
            val call = launch(start = CoroutineStart.UNDISPATCHED) { inbox.send(NewMessage("Kept", subject = "Cancelled")) }
            call.cancelAndJoin()
            told.await()
            assertEquals(listOf("Kept"), inbox.outbox().map { it.text })
        }
    }

    @Test
    fun `a coroutine without a dispatcher may block`() = test {
        val world = anasWorld()
        val ended = CompletableDeferred<Unit>()
        // As `suspend fun main` runs: wherever it was resumed. `close` blocks there until the core has ended.
        val main: suspend () -> Unit = {
            world.openClient(MemoryKeystore()).use { client ->
                val account = world.signInAna(client)
                account.startSync().join()
                account.ownMessages().threads()
            }
        }
        main.startCoroutine(Continuation(EmptyCoroutineContext) { ended.completeWith(it) })
        ended.await()
    }
}
