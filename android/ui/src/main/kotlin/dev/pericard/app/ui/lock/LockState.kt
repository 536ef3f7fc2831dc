package dev.pericard.app.ui.lock

import androidx.compose.runtime.Immutable
import dev.pericard.app.ui.model.Unprinted

/** Lies over everything; says nothing about whose app this is. */
@Immutable
sealed interface LockState {
    /** Waits for the phone's own prompt. */
    data class Locked(
        val biometry: Boolean,
        val hasPin: Boolean,
        val trouble: BiometryTrouble? = null,
        /** A new one is asked once by itself. */
        val turn: Int = 0,
    ) : Unprinted(), LockState

    /** [attempt] counts the wrong PINs: a new number empties the dots. */
    data class Pin(
        val attempt: Int = 0,
        val attemptsLeft: Int? = null,
        /** The clinic that keeps the original, for the warning. */
        val clinic: String,
        val biometry: Boolean = false,
        val checking: Boolean = false,
        /** Somebody who reads already is asked who they are; they may leave it. */
        val optional: Boolean = false,
        /** Why it is a PIN that is asked for. */
        val trouble: BiometryTrouble? = null,
    ) : Unprinted(), LockState

    /** A PIN is being chosen, typed twice; [attempt] empties the dots as above. */
    data class Choose(val attempt: Int = 0, val again: Boolean = false, val problem: PinProblem? = null) : Unprinted(), LockState

    /** The PIN is forgotten: what goes with the copy on this phone. */
    data class Forgot(val clinic: String, val going: Boolean = false) : Unprinted(), LockState

    /** What the list of recent apps shows. */
    data object Cover : LockState
}

/** Why the phone did not give out what it keeps for the person whom it recognizes. */
enum class BiometryTrouble { NotRecognized, LockedOut, Lost, Unavailable }

/** Why a PIN was not taken. */
enum class PinProblem { Differ, Easy, Failed }

interface LockEvents {
    /** It is before the person's eyes. */
    fun appeared()

    /** Lets the phone look who is there. */
    fun unlock()

    fun usePin()

    /** Six digits. */
    fun pin(digits: String)

    fun forgotPin()

    /** Forgets what is locked on this phone. */
    fun forget()

    /** Leaves it as it is. */
    fun cancel()
}
