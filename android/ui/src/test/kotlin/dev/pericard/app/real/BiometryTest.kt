package dev.pericard.app.real

import dev.pericard.SessionState
import dev.pericard.app.models.lockState
import dev.pericard.app.ui.app.AppState
import dev.pericard.app.ui.app.Tab
import dev.pericard.app.ui.inbox.InboxBody
import dev.pericard.app.ui.lock.BiometryTrouble
import dev.pericard.app.ui.lock.LockState
import dev.pericard.app.ui.you.BiometrySetting
import kotlinx.coroutines.flow.first
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import dev.pericard.LockState as AccountState

/** The lock over the real core: a PIN, a finger beside it, and everybody who is on the phone. */
class BiometryTest : RealTest() {
    private val Phone.fingers get() = device.biometricKeys

    private suspend fun Phone.types(what: String, look: (LockState) -> Boolean) {
        app.shows(what) { state -> state.lock?.takeIf(look) }
        does.lock.pin(PIN)
    }

    private suspend fun Phone.isOpen() {
        app.shows("what is under the lock") { state ->
            state.takeIf { it.lock == null && app.app.accounts.all.all { model -> model.lockState == AccountState.Unlocked } }
        }
        app.inbox("the rows") { (it.body as? InboxBody.Content)?.rows?.isNotEmpty() == true }
    }

    private fun isAskedForPin(state: LockState) = state is LockState.Pin && !state.checking

    /** One account is locked before the other. */
    private suspend fun Phone.isLocked() = app.app.accounts.all.forEach { model -> model.state.first { it.session == SessionState.Locked } }

    /** The person goes, and comes back. */
    private suspend fun Phone.leaves() {
        app.app.left()
        isLocked()
        app.app.toFront()
    }

    private suspend fun Phone.opensByFinger() {
        app.shows("the lock") { it.lock as? LockState.Locked }
        isLocked()
        does.lock.appeared()
        isOpen()
    }

    @Test
    fun oneFingerOpensEverybodysLock() = real("""{"ana":{"threads":8,"messages":40},"ben":{"threads":1,"messages":3}}""") {
        signIn()
        does.select(Tab.You)
        does.you.openSettings()
        does.settings.changePin()
        types("a PIN to choose") { it is LockState.Choose && !it.again }
        types("the same once more") { it is LockState.Choose && it.again }
        app.shows("the switch") { state -> state.takeIf { it.lock == null && it.setting == BiometrySetting.Off() } }
        does.settings.biometry(true)
        types("the PIN", ::isAskedForPin)
        seesSettings("biometry") { it.lock?.biometry == BiometrySetting.On }
        does.back()
        does.select(Tab.Messages)

        // Ben comes, and his account gets the PIN and a key.
        does.people.addClinic()
        who = "ben"
        begin()
        password()
        types("the PIN", ::isAskedForPin)
        isOpen()
        assertEquals(2, fingers.asked)

        leaves()
        sees("11-lock", "biometry") { it.lock is LockState.Locked }
        opensByFinger()
        restart()
        opensByFinger()
        assertEquals(4, fingers.asked)

        // Another finger: the PIN, and from then on the PIN alone.
        fingers.enrolAnother()
        leaves()
        sees("12-lock-pin", "lost") { (it.lock as? LockState.Pin)?.trouble == BiometryTrouble.Lost }
        does.lock.pin(PIN)
        isOpen()
        does.you.openSettings()
        seesSettings("biometryLost") { it.lock?.biometry == BiometrySetting.Off(BiometryTrouble.Lost) }
        assertTrue(app.app.accounts.all.size == 2)
    }

    private companion object {
        const val PIN = "270419"
    }
}

private val AppState.setting get() = settings?.lock?.biometry
