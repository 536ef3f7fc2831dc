package dev.pericard.app.ui.lock

import androidx.compose.runtime.Immutable
import dev.pericard.app.ui.model.Unprinted

/** Lies over everything; says nothing about whose app this is. */
@Immutable
sealed interface LockState {
    /** Waits for the phone's own prompt. */
    data class Locked(val biometry: Boolean, val hasPin: Boolean) : Unprinted(), LockState

    /** [attempt] counts the wrong PINs: a new number empties the dots. */
    data class Pin(
        val attempt: Int = 0,
        val attemptsLeft: Int? = null,
        /** The clinic that keeps the original, for the warning. */
        val clinic: String,
        val biometry: Boolean = false,
        val checking: Boolean = false,
    ) : Unprinted(), LockState

    /** What the list of recent apps shows. */
    data object Cover : LockState
}

interface LockEvents {
    fun unlock()

    fun usePin()

    /** Six digits. */
    fun pin(digits: String)

    fun forgotPin()
}
