package dev.pericard.app.models

import dev.pericard.app.ui.app.Screen
import dev.pericard.app.ui.app.Tab
import dev.pericard.app.ui.inbox.InboxBody
import dev.pericard.app.ui.lock.LockState
import dev.pericard.app.ui.lock.PinProblem
import dev.pericard.app.ui.notices.ClosedReason
import dev.pericard.testing.FakeAccount
import kotlin.time.Duration.Companion.minutes
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Test

/** The lock, from choosing a PIN to forgetting it. */
class LockModelTest {
    private val core = FakeCore(FakeAccount(), signedIn = true)

    private suspend fun Running.lock(what: String, look: (LockState) -> Boolean = { true }): LockState = shows(what) { it.lock?.takeIf(look) }

    private suspend fun Running.open() = shows("what is under the lock") { state -> state.takeIf { it.lock == null } }

    private suspend fun Running.asksForPin(look: (LockState.Pin) -> Boolean = { true }) =
        lock("a PIN that is asked for") { it is LockState.Pin && !it.checking && look(it) } as LockState.Pin

    private suspend fun Running.settings() = shows("the settings") { (it.top as? Screen.Settings)?.state }

    /** Ana chooses a PIN in the settings. */
    private suspend fun Running.choosePin() {
        content()
        does.select(Tab.You)
        does.you.openSettings()
        assertEquals(false, settings().lock?.hasPin)
        does.settings.changePin()
        lock("a PIN to choose") { it is LockState.Choose && !it.again }
        does.lock.pin("270419")
        lock("the same once more") { it is LockState.Choose && it.again }
        does.lock.pin("270419")
        open()
    }

    @Test
    fun `a PIN is typed twice, asked for when the app is locked, and opens it again`() = running(core) {
        choosePin()
        core.fake.account.lock.lock()
        val asked = asksForPin()
        assertEquals(null to "Linden Clinic", asked.attemptsLeft to asked.clinic)
        does.lock.pin("270418")
        assertEquals(9, asksForPin { it.attempt == 1 }.attemptsLeft)
        does.lock.pin("270419")
        open()
        does.back()
        does.select(Tab.Messages)
        content()
    }

    @Test
    fun `two that differ, and one that is easy to guess, are not taken`() = running(core) {
        content()
        does.select(Tab.You)
        does.you.openSettings()
        settings()
        does.settings.changePin()
        lock("a PIN to choose") { it is LockState.Choose }
        does.lock.pin("270419")
        lock("the same once more") { it is LockState.Choose && it.again }
        does.lock.pin("270418")
        lock("that they differ") { it is LockState.Choose && it.problem == PinProblem.Differ }
        repeat(2) { turn ->
            does.lock.pin("123456")
            if (turn == 0) lock("the same once more") { it is LockState.Choose && it.again }
        }
        lock("that it is easy") { it is LockState.Choose && it.problem == PinProblem.Easy }
        does.back()
        open()
        core.fake.account.lock.let { assertEquals(dev.pericard.LockState.Off, it.state()) }
    }

    @Test
    fun `another PIN needs the one of before, and leaving it changes nothing`() = running(core) {
        choosePin()
        does.settings.changePin()
        asksForPin { it.optional }
        does.back()
        open()
        does.settings.changePin()
        asksForPin()
        does.lock.pin("270418")
        asksForPin { it.attemptsLeft == 9 }
        does.lock.pin("270419")
        lock("another PIN to choose") { it is LockState.Choose }
        does.lock.pin("904172")
        lock("the same once more") { it is LockState.Choose && it.again }
        does.lock.pin("904172")
        open()
        core.fake.account.lock.lock()
        asksForPin { !it.optional }
        does.lock.pin("270419")
        asksForPin { it.attemptsLeft == 9 }
        does.lock.pin("904172")
        open()
    }

    @Test
    fun `after ten wrong ones the copy is gone, and the clinic is the way back`() = running(core) {
        choosePin()
        core.fake.account.lock.lock()
        repeat(9) {
            asksForPin { pin -> pin.attempt == it }
            does.lock.pin("270418")
        }
        asksForPin { it.attemptsLeft == 1 }
        does.lock.pin("270418")
        open()
        does.back()
        does.select(Tab.Messages)
        inbox("that it is closed") { (it.body as? InboxBody.Closed)?.reason == ClosedReason.Destroyed }
    }

    @Test
    fun `a forgotten PIN costs the copy, once the person says so`() = running(core) {
        choosePin()
        core.fake.account.lock.lock()
        asksForPin()
        does.lock.forgotPin()
        lock("what goes") { it is LockState.Forgot }
        does.back()
        asksForPin()
        does.lock.forgotPin()
        does.lock.forget()
        open()
        shows<Screen>("the beginning") { it.top as? Screen.Welcome }.let {}
    }

    @Test
    fun `it locks after the time that was chosen`() = running(core) {
        choosePin()
        does.settings.lockAfter(5)
        shows("five minutes") { state -> (state.top as? Screen.Settings)?.state?.lock?.takeIf { it.minutes == 5 } }
        assertEquals(5.minutes, core.fake.account.lock.autoLock())
    }

    @Test
    fun `without a lock nothing lies over the app`() = running(core) {
        content()
        core.personLeft()
        app.toFront()
        assertNull(app.state.value.lock)
    }
}
