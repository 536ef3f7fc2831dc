package dev.pericard.app.ui.records

import androidx.compose.runtime.Immutable
import dev.pericard.app.ui.model.Problem
import dev.pericard.app.ui.model.Unprinted
import java.time.Instant

/** What a screen over records shows: its content, or why there is none. */
@Immutable
sealed interface Shown<out T> {
    /** It is being read from this phone, which takes no time that one sees. */
    data object Reading : Shown<Nothing>

    data class Content<T>(val content: T) : Unprinted(), Shown<T>

    data class Shut(val why: ShutReason) : Unprinted(), Shown<Nothing>
}

internal val <T> Shown<T>.content: T? get() = (this as? Shown.Content)?.content

/** Why a kind of records cannot be read while the account is open. Nothing of it is in sight then. */
@Immutable
sealed interface ShutReason {
    /** The clinic asks for a fresh sign-in first; it opens by itself after that. [problem] stands in the way of one. */
    data class StepUp(val problem: Problem? = null) : Unprinted(), ShutReason

    /**
     * Switched off by the clinic, which lets nobody read what is here. Without [since] its decision is no longer on this phone, and
     * has to be fetched.
     */
    data class Off(val since: Instant? = null, val quote: String? = null, val trying: Boolean = false) : Unprinted(), ShutReason

    data class Failed(val problem: Problem) : Unprinted(), ShutReason
}

/** What concerns all rows of a screen over records; it never hides one. */
@Immutable
sealed interface RecordsBanner {
    /** [since] is when the last sync ended; nothing where none has. */
    data class Offline(val since: Instant?) : Unprinted(), RecordsBanner

    /** Switched off by the clinic; what is here can be read. */
    data class Off(val since: Instant?, val quote: String?) : Unprinted(), RecordsBanner

    /** The clinic delivered another person's record; updates are stopped. */
    data object Stopped : RecordsBanner

    /** The clinic asks for a new sign-in; what is here can be read. */
    data object SignIn : RecordsBanner

    data object Incomplete : RecordsBanner

    data class Held(val count: Int) : Unprinted(), RecordsBanner

    data class Failed(val problem: Problem) : Unprinted(), RecordsBanner
}

/** What every screen over records has in common. */
interface RecordFrameEvents {
    fun choosePerson()

    fun stepUp()

    fun signInAgain()

    fun callClinic()

    /** Reaches for the clinic. */
    fun tryNow()
}
