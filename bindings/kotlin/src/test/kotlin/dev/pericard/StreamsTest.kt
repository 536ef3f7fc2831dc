package dev.pericard

import dev.pericard.world.NetworkState
import java.time.Duration
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.cancelAndJoin
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
        world.open(MapKeystore()).use { client ->
            val account = world.signInAna(client)
            val run = account.startSync(null)
            val progress = run.asFlow().toList()
            assertTrue(progress.last().done >= 30uL, "$progress")
            assertEquals(SyncOutcome.Complete, run.outcome())
            assertEquals(SyncOutcome.Complete, account.startSync(null).join())
            val state = account.ownMessages().state()
            assertNull(state.incomplete)
            assertNotNull(state.completeAt)
            assertEquals(3, account.ownMessages().threads(null, 50u).threads.size)
        }
    }

    @Test
    fun `a sync whose budget is used up ends, and says that it was interrupted`() = test {
        val world = anasWorld()
        world.open(MapKeystore()).use { client ->
            val account = world.signInAna(client)
            world.network(NetworkState.STALLED)
            val outcome = account.startSync(Duration.ofMillis(10)).join()
            assertEquals(SyncOutcome.Incomplete(IncompleteReason.INTERRUPTED), outcome)
        }
    }

    @Test
    fun `a sync that fails throws it where it is followed`() = test {
        val world = anasWorld()
        world.open(MapKeystore()).use { client ->
            val account = world.signInAna(client)
            world.network(NetworkState.DOWN)
            assertInstanceOf(PericardException.Offline::class.java, failure { account.startSync(null).join() })
        }
    }

    @Test
    fun `changes arrive, and the flow ends when the account goes`() = test {
        val world = anasWorld()
        world.open(MapKeystore()).use { client ->
            val account = world.signInAna(client)
            val queued = async(Dispatchers.Default, CoroutineStart.UNDISPATCHED) {
                account.changes().asFlow().first { it.outbox }
            }
            account.ownMessages().write("On my way", subject = "Today")
            assertTrue(queued.await().outbox)
            val all = async(Dispatchers.Default, CoroutineStart.UNDISPATCHED) { account.changes().asFlow().toList() }
            account.forget()
            all.await()
        }
    }

    @Test
    fun `a stopped stream ends a call that waits`() = test {
        val world = anasWorld()
        world.open(MapKeystore()).use { client ->
            val changes = world.signInAna(client).changes()
            val waiting = async(Dispatchers.Default, CoroutineStart.UNDISPATCHED) { changes.next() }
            changes.stop()
            assertNull(waiting.await())
        }
    }

    @Test
    fun `a cancelled collector leaves the sync running`() = test {
        val world = anasWorld(threads = 3, messages = 30)
        world.open(MapKeystore()).use { client ->
            val account = world.signInAna(client)
            val run = account.startSync(null)
            val closing = launch(Dispatchers.Default, CoroutineStart.UNDISPATCHED) { run.asFlow().last() }
            closing.cancelAndJoin()
            account.startSync(null).join()
            assertEquals(3, account.ownMessages().threads(null, 50u).threads.size)
        }
    }

    @Test
    fun `a cancelled coroutine leaves the job to its end`() = test {
        val world = anasWorld()
        world.open(MapKeystore()).use { client ->
            val account = world.signInAna(client)
            val inbox = account.ownMessages()
            val changes = account.changes()
            // Undispatched: the call has begun in Rust when `launch` returns.
            val call = launch(start = CoroutineStart.UNDISPATCHED) { inbox.write("Kept", subject = "Cancelled") }
            call.cancelAndJoin()
            changes.asFlow().first { it.outbox }
            assertEquals(listOf("Kept"), inbox.outbox().map { it.text })
        }
    }
}
