package dev.pericard.app.models

import dev.pericard.app.ui.app.Screen
import dev.pericard.app.ui.app.Tab
import dev.pericard.app.ui.lock.BiometryTrouble
import dev.pericard.app.ui.lock.LockState
import dev.pericard.app.ui.you.BiometrySetting
import dev.pericard.app.ui.you.SettingsState
import dev.pericard.testing.FakeAccount
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import dev.pericard.LockState as AccountState

/** A finger or a face beside the PIN. */
class BiometryTest {
    private val core = FakeCore(FakeAccount(), signedIn = true)
    private val accountLock get() = core.fake.account.lock

    private val Running.keys get() = device.biometricKeys

    private suspend fun Running.lock(what: String, look: (LockState) -> Boolean): LockState = shows(what) { it.lock?.takeIf(look) }

    private suspend fun Running.open() = shows("what is under the lock") { state -> state.takeIf { it.lock == null } }

    private suspend fun Running.locked(look: (LockState.Locked) -> Boolean = { true }) =
        lock("that it waits for a finger") { it is LockState.Locked && look(it) } as LockState.Locked

    private suspend fun Running.asksForPin(look: (LockState.Pin) -> Boolean = { true }) =
        lock("a PIN that is asked for") { it is LockState.Pin && !it.checking && look(it) } as LockState.Pin

    private suspend fun Running.setting(what: BiometrySetting?): SettingsState =
        shows("$what") { state -> (state.top as? Screen.Settings)?.state?.takeIf { it.lock?.biometry == what } }

    /** Ana chooses a PIN in the settings. */
    private suspend fun Running.choosePin() {
        content()
        does.select(Tab.You)
        does.you.openSettings()
        setting(null)
        does.settings.changePin()
        lock("a PIN to choose") { it is LockState.Choose && !it.again }
        does.lock.pin(PIN)
        lock("the same once more") { it is LockState.Choose && it.again }
        does.lock.pin(PIN)
        open()
        setting(BiometrySetting.Off())
    }

    private suspend fun Running.switchOn() {
        does.settings.biometry(true)
        assertTrue(asksForPin().optional)
        does.lock.pin(PIN)
        open()
    }

    private fun covered(test: suspend Running.() -> Unit) = running(core) {
        choosePin()
        switchOn()
        setting(BiometrySetting.On)
        assertEquals(1, keys.asked)
        test()
    }

    @Test
    fun `a finger opens what the PIN locked`() = covered {
        accountLock.lock()
        locked { it.biometry && it.hasPin && it.trouble == null }
        does.lock.appeared()
        open()
        assertEquals(AccountState.Unlocked, accountLock.state())
        assertEquals(2, keys.asked)
    }

    @Test
    fun `it is asked once by itself, and again when the person comes back`() = covered {
        accountLock.lock()
        locked()
        keys.answer = Recognition.Cancelled
        repeat(2) {
            does.lock.appeared()
            settled()
        }
        assertEquals(2, keys.asked)
        locked()
        app.left()
        does.lock.appeared()
        settled()
        assertEquals(3, keys.asked)
        keys.answer = null
        does.lock.unlock()
        open()
    }

    @Test
    fun `the PIN opens it as before, and its keys have the finger beside them`() = covered {
        accountLock.lock()
        locked()
        does.lock.usePin()
        assertTrue(asksForPin().biometry)
        does.lock.pin("270418")
        asksForPin { it.attemptsLeft == 9 }
        does.lock.pin(PIN)
        open()
        assertEquals(1, keys.asked)
        accountLock.lock()
        locked()
        does.lock.usePin()
        asksForPin()
        does.lock.unlock()
        open()
    }

    @Test
    fun `what does not work leads to the PIN, and does not switch it off`() = covered {
        accountLock.lock()
        locked()
        keys.answer = Recognition.NotRecognized
        does.lock.unlock()
        locked { it.trouble == BiometryTrouble.NotRecognized }
        for ((answer, trouble) in listOf(Recognition.LockedOut to BiometryTrouble.LockedOut, Recognition.Unavailable to BiometryTrouble.Unavailable)) {
            keys.answer = answer
            does.lock.unlock()
            assertFalse(asksForPin { it.trouble == trouble }.biometry)
        }
        does.lock.pin(PIN)
        open()
        setting(BiometrySetting.On)
    }

    @Test
    fun `another finger takes it off and says so, before it is asked`() = anotherFinger { keys.enrolAnother() }

    @Test
    fun `another finger takes it off and says so, when it is asked`() = anotherFinger {
        keys.answer = Recognition.Lost
    }

    private fun anotherFinger(enrol: suspend Running.() -> Unit) = covered {
        enrol()
        accountLock.lock()
        lock("the lock") { true }
        does.lock.appeared()
        asksForPin { it.trouble == BiometryTrouble.Lost }
        settled()
        assertEquals(AccountState.Locked(attemptsLeft = 10, hasKey = false), accountLock.state())
        assertFalse(keys.isKept)
        does.lock.pin(PIN)
        open()
        setting(BiometrySetting.Off(BiometryTrouble.Lost))
        keys.answer = null
        // The next time it is a PIN without a word.
        accountLock.lock()
        assertNull(asksForPin().trouble)
        does.lock.pin(PIN)
        open()
        switchOn()
        setting(BiometrySetting.On)
    }

    @Test
    fun `a key that was replaced is lost`() = covered {
        keys.keep(KeyBundle.pack(emptyMap()))
        accountLock.lock()
        locked()
        does.lock.appeared()
        asksForPin { it.trouble == BiometryTrouble.Lost }
        assertFalse(keys.isKept)
    }

    @Test
    fun `nothing is kept where the person is not recognized`() = running(core) {
        choosePin()
        for ((answer, trouble) in listOf(
            Recognition.Cancelled to null,
            Recognition.LockedOut to BiometryTrouble.LockedOut,
            Recognition.NotRecognized to BiometryTrouble.NotRecognized,
            Recognition.Unavailable to BiometryTrouble.Unavailable,
        )) {
            keys.answer = answer
            switchOn()
            setting(BiometrySetting.Off(trouble))
            assertFalse(keys.isKept)
        }
        accountLock.lock()
        assertNull(asksForPin().trouble)
        assertEquals(AccountState.Locked(attemptsLeft = 10, hasKey = false), accountLock.state())
    }

    @Test
    fun `a wrong PIN switches nothing on`() = running(core) {
        choosePin()
        does.settings.biometry(true)
        asksForPin()
        does.lock.pin("270418")
        asksForPin { it.attemptsLeft == 9 }
        does.back()
        open()
        setting(BiometrySetting.Off())
        assertEquals(0, keys.asked)
    }

    @Test
    fun `switched off it is gone`() = covered {
        does.settings.biometry(false)
        setting(BiometrySetting.Off())
        assertFalse(keys.isKept)
        accountLock.lock()
        assertFalse(asksForPin().biometry)
        assertEquals(AccountState.Locked(attemptsLeft = 10, hasKey = false), accountLock.state())
    }

    @Test
    fun `what the phone cannot is not offered`() = running(core) {
        choosePin()
        for ((biometry, setting) in listOf(Biometry.NotEnrolled to BiometrySetting.NotEnrolled, Biometry.None to null)) {
            keys.biometry = biometry
            does.back()
            does.you.openSettings()
            setting(setting)
        }
    }

    @Test
    fun `a bundle is what went into it, and nothing else is one`() {
        val keys = mapOf("a" to ByteArray(32) { 1 }, "b" to ByteArray(32) { 2 })
        val packed = KeyBundle.pack(keys)
        assertEquals(keys.mapValues { it.value.toList() }, KeyBundle.unpack(packed).mapValues { it.value.toList() })
        assertEquals(emptyMap<String, ByteArray>(), KeyBundle.unpack(packed.copyOf(packed.size - 1)))
    }

    /** What was begun on this thread has had its turn. */
    private suspend fun settled() = repeat(10) { kotlinx.coroutines.yield() }

    private companion object {
        const val PIN = "270419"
    }
}
