package dev.pericard.app.models

import dev.pericard.KeystoreException
import dev.pericard.MessageState
import dev.pericard.NewMessage
import dev.pericard.PericardException
import dev.pericard.StorageKind
import dev.pericard.app.ui.app.Screen
import dev.pericard.app.ui.app.Tab
import dev.pericard.app.ui.inbox.InboxBody
import dev.pericard.app.ui.notices.CannotOpen
import dev.pericard.app.ui.words.Language
import dev.pericard.testing.FakeAccount
import dev.pericard.testing.FakeLetter
import dev.pericard.testing.FakeMessages
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.cancel
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import kotlinx.coroutines.yield
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertSame
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import java.time.Instant
import kotlin.time.Duration.Companion.seconds

/** The app from its start to its end, over a device that may not open and a system that ends it. */
class RootModelTest {
    /** What is on the device: an account in memory, once [failure] is over. */
    private class Memory(val core: FakeCore, var failure: PericardException? = null) : Storage {
        var opened = 0
        var erased = 0

        private var isInUse = false

        override suspend fun open(): Core {
            opened += 1
            isInUse = true
            yield()
            isInUse = false
            failure?.let { throw it }
            return core
        }

        override suspend fun erase() {
            if (isInUse) throw PericardException.InUse()
            erased += 1
            failure = null
        }
    }

    private class Process(val root: RootModel, val device: TestDevice) {
        suspend fun cannotOpen() = (root.state.first { it is Root.CannotOpen } as Root.CannotOpen).state

        suspend fun open(): Running = Running((root.state.first { it is Root.Open } as Root.Open).app, device)
    }

    private fun process(storage: Storage, device: TestDevice = TestDevice(), test: suspend Process.() -> Any): Unit = runBlocking {
        val scope = CoroutineScope(coroutineContext + SupervisorJob())
        try {
            withTimeout(30.seconds) { Process(RootModel(scope, storage, device, oneClinic()) { Language.English }, device).test() }
        } finally {
            scope.cancel()
        }
    }

    private val here get() = Memory(FakeCore(FakeAccount(), signedIn = true))

    @Test
    fun `however many windows there are, what is here is opened once`() = here.let { memory ->
        process(memory) {
            root.start()
            root.toFront()
            root.start()
            open().content()
            assertEquals(1, memory.opened)
        }
    }

    @Test
    fun `why nothing opens is told, and trying again opens it`() {
        val reasons = listOf(
            PericardException.Storage(StorageKind.WRONG_KEY) to CannotOpen.KeyLost,
            PericardException.Storage(StorageKind.DAMAGED) to CannotOpen.Damaged,
            PericardException.Storage(StorageKind.FULL) to CannotOpen.StorageFull,
            PericardException.Keystore(KeystoreException.Lost()) to CannotOpen.KeyLost,
            PericardException.Keystore(KeystoreException.Unavailable()) to CannotOpen.Unavailable,
            PericardException.InUse() to CannotOpen.Unavailable,
        )
        for ((failure, reason) in reasons) {
            val memory = here.apply { this.failure = failure }
            process(memory) {
                root.start()
                assertEquals(reason, cannotOpen().reason)
                memory.failure = null
                root.toFront()
                open().content()
                assertEquals(0, memory.erased)
            }
        }
    }

    @Test
    fun `what can never be opened is removed when the person says so, and the app begins anew`() {
        val memory = here.apply { failure = PericardException.Storage(StorageKind.DAMAGED) }
        process(memory) {
            root.start()
            assertTrue(cannotOpen().reason.isLoss)
            root.beginAnew()
            open()
            assertEquals(1, memory.erased)
        }
    }

    @Test
    fun `it is removed once, however often it is said, and while a window tries to open it`() {
        val memory = here.apply { failure = PericardException.Storage(StorageKind.DAMAGED) }
        process(memory) {
            root.start()
            root.toFront()
            cannotOpen()
            root.beginAnew()
            root.beginAnew()
            open()
            assertEquals(1, memory.erased)
        }
    }

    @Test
    fun `the person comes back to where they were`() {
        val memory = here
        var places = emptyList<String>()
        process(memory) {
            root.start()
            with(open()) {
                val thread = content().rows.first { !it.id.startsWith("draft") }.id
                does.select(Tab.You)
                does.you.openClinics()
                shows("the clinics") { it.top as? Screen.Clinics }
                does.back()
                does.select(Tab.Messages)
                does.inbox.openThread(thread)
                shows("the conversation") { it.top as? Screen.Thread }
                places = app.places
                assertEquals(listOf("thread $thread"), places)
            }
        }
        process(memory) {
            root.start(places)
            val thread = open().shows("the conversation") { it.top as? Screen.Thread }
            assertEquals(places, listOf("thread ${thread.state.id}"))
            with(open()) {
                does.back()
                shows("the inbox below it") { it.top as? Screen.Home }
            }
        }
    }

    @Test
    fun `a conversation opens where it was read, however far back that is`() {
        val fake = FakeAccount(messages = FakeMessages())
        repeat(120) { fake.messages.receive(FakeLetter("Diary", "Reception", "Number $it", Instant.EPOCH.plusSeconds(it.toLong()))) }
        val memory = Memory(FakeCore(fake, signedIn = true))
        var places = emptyList<String>()
        var read = ""
        process(memory) {
            root.start()
            with(open()) {
                does.inbox.openThread(content().rows.single().id)
                shows("a page") { (it.top as? Screen.Thread)?.state?.takeIf { state -> state.messages.size == 50 } }
                does.thread.older()
                val state = shows("two pages") { (it.top as? Screen.Thread)?.state?.takeIf { state -> state.messages.size == 100 } }
                read = state.messages[80].id
                does.thread.shownFrom(read)
                places = app.places
            }
        }
        process(memory) {
            root.start(places)
            with(open()) {
                val state = shows("the message") { all -> (all.top as? Screen.Thread)?.state?.takeIf { state -> state.messages.any { it.id == read } } }
                assertEquals(read, state.from)
                // It ends again before anything was drawn.
                assertEquals(places, app.places)
                does.thread.shownFrom(null)
                assertEquals(listOf("thread ${state.id}"), app.places)
                shows("the newest end") { (it.top as? Screen.Thread)?.state?.takeIf { state -> state.from == null } }
            }
        }
    }

    @Test
    fun `the list is as long as it was, before anything is shown`() {
        val fake = FakeAccount(messages = FakeMessages())
        repeat(120) { fake.messages.receive(FakeLetter("Letter $it", "Reception", "Number $it", Instant.EPOCH.plusSeconds(it.toLong()))) }
        val memory = Memory(FakeCore(fake, signedIn = true))
        var places = emptyList<String>()
        process(memory) {
            root.start()
            with(open()) {
                assertEquals(50, content().rows.size)
                does.inbox.shown(45)
                inbox("two pages") { (it.body as? InboxBody.Content)?.rows?.size == 100 }
                places = app.places
            }
        }
        process(memory) {
            root.start(places)
            assertEquals(100, open().content().rows.size)
        }
    }

    @Test
    fun `a message that is being written is there again`() {
        val memory = here
        var places = emptyList<String>()
        process(memory) {
            root.start()
            with(open()) {
                content()
                does.inbox.compose()
                shows("a new message") { it.top as? Screen.Compose }
                does.compose.text("Half a quest")
                root.toBackground(away = true)
                places = app.places
            }
        }
        process(memory) {
            root.start(places)
            open().shows("what was written") { (it.top as? Screen.Compose)?.state?.takeIf { state -> state.text == "Half a quest" } }
        }
    }

    @Test
    fun `a place that is not there any more, and what another version wrote, are passed over`() = process(here) {
        root.start(listOf("thread no-such", "orbit 7", "clinic no-such", "Settings"))
        open().shows("the settings") { it.top as? Screen.Settings }
    }

    @Test
    fun `what the background has opened is come back to by the first window, once`() = process(here) {
        root.syncInBackground(5.seconds)
        root.start(listOf("Settings"))
        with(open()) {
            shows("the settings") { it.top as? Screen.Settings }
            does.back()
            shows("the inbox") { it.top as? Screen.Home }
            root.start(listOf("Settings"))
            root.toFront()
            app.accounts.all.single().settled()
            assertEquals(emptyList<String>(), app.places)
        }
    }

    @Test
    fun `a place is not lost over what does not open at first`() = here.let { memory ->
        process(memory) {
            memory.failure = PericardException.Keystore(KeystoreException.Unavailable())
            root.start(listOf("Settings"))
            cannotOpen()
            memory.failure = null
            root.tryAgain()
            open().shows("the settings") { it.top as? Screen.Settings }
        }
    }

    @Test
    fun `without an account nothing is come back to`() = process(Memory(FakeCore())) {
        root.start(listOf("Settings"))
        open().shows("the beginning") { state -> state.stack.singleOrNull() as? Screen.Welcome }
    }

    @Test
    fun `an address from outside is shown and not asked`() = process(Memory(FakeCore().apply { failure = PericardException.Offline() })) {
        root.offer("https://portal.example/fhir")
        root.start()
        val address = open().shows("the address") { (it.top as? Screen.Welcome)?.state?.address?.takeIf { address -> address.open } }
        assertEquals("https://portal.example/fhir" to false, address.text to address.checking)
        assertNull(address.problem)
    }

    @Test
    fun `the background opens what no window has opened, and says nothing where that fails`() {
        val memory = here.apply { failure = PericardException.Keystore(KeystoreException.Unavailable()) }
        process(memory) {
            assertEquals(News(), root.syncInBackground(5.seconds))
            memory.failure = null
            val first = root.syncInBackground(5.seconds)
            assertEquals(News(), first)
            assertSame(open().app, open().app)
            assertEquals(2, memory.opened)
        }
    }

    @Test
    fun `what waits to be sent is known`() {
        val memory = here
        process(memory) {
            root.start()
            val messages = memory.core.fake.messages.messages
            open().content()
            messages.outbox().forEach { if (it.state is MessageState.Failed || it.state == MessageState.Unknown) messages.withdraw(it.id) }
            val before = root.hasUnsent()
            messages.send(NewMessage("Hello", subject = "Later"))
            assertTrue(root.hasUnsent())
            assertFalse(before && messages.outbox().isEmpty())
        }
    }

    @Test
    fun `being told about new messages is off until the phone allows it`() {
        val device = TestDevice().apply { allows = false }
        process(here, device) {
            root.start()
            with(open()) {
                content()
                does.select(Tab.You)
                does.you.openSettings()
                assertEquals(false, shows("the settings") { it.top as? Screen.Settings }.state.notify)
                does.settings.notify(true)
                assertNull(device.settings[NOTIFY])
                device.allows = true
                does.settings.notify(true)
                shows("that it is on") { (it.top as? Screen.Settings)?.state?.takeIf { state -> state.notify == true } }
                does.settings.notify(false)
                shows("that it is off") { (it.top as? Screen.Settings)?.state?.takeIf { state -> state.notify == false } }
                assertNull(device.settings[NOTIFY])
            }
        }
    }
}
