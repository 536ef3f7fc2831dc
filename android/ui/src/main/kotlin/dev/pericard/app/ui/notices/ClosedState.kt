package dev.pericard.app.ui.notices

import androidx.compose.runtime.Immutable
import dev.pericard.app.ui.model.Problem
import dev.pericard.app.ui.model.Unprinted
import java.time.Instant

/** Why an account's messages cannot be read now. They are kept on this phone in all but the last three cases. */
@Immutable
sealed interface ClosedReason {
    /** The clinic ended the session: only a new sign-in of the same person opens them. */
    data object Refused : ClosedReason

    /** The clinic answered for another person. */
    data object IdentityChanged : ClosedReason

    /** Not in touch with the clinic for longer than [days] days; reaching it opens them. */
    data class Lease(val days: Int, val trying: Boolean = false) : Unprinted(), ClosedReason

    /**
     * The clinic switched messages off, and lets nobody read what is here. Without [since] its decision is no longer on this phone,
     * and has to be fetched.
     */
    data class Off(val since: Instant? = null, val quote: String? = null, val trying: Boolean = false) : Unprinted(), ClosedReason

    /** The clinic asks for a fresh sign-in before they are read. [problem] is what stands in the way of one. */
    data class StepUp(val problem: Problem? = null) : Unprinted(), ClosedReason

    /** The keystore or the disk does not do what is needed now. */
    data object Unavailable : ClosedReason

    /** What was saved of the clinic cannot be used any more; signing in reads it anew. */
    data object Configuration : ClosedReason

    /** The key of the content is gone from the keystore. */
    data object KeyLost : ClosedReason

    /** Ten wrong PINs destroyed the copy on this phone. */
    data object Destroyed : ClosedReason

    /** The database is damaged. */
    data object Damaged : ClosedReason
}

interface ClosedEvents {
    fun choosePerson()

    fun signInAgain()

    fun useAnotherAccount()

    fun stepUp()

    fun callClinic()

    /** Reaches for the clinic, or opens the storage once more. */
    fun tryNow()

    fun openNetworkSettings()
}
