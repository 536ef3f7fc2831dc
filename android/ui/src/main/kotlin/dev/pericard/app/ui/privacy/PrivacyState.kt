package dev.pericard.app.ui.privacy

import androidx.compose.runtime.Immutable
import dev.pericard.app.ui.model.Clinic
import dev.pericard.app.ui.model.Problem
import dev.pericard.app.ui.model.Unprinted

/** What becomes of what one account has on this phone. */
@Immutable
data class PrivacyState(
    val clinic: Clinic,
    /** Nothing while it is looked at. */
    val log: LogStanding? = null,
    /** What is here can be read, so that a copy of it can be made. */
    val readable: Boolean = true,
    /** The clinic has a page for where one is signed in. */
    val sessionsPage: Boolean = false,
    /** It has one for password and account. */
    val accountPage: Boolean = false,
    val problem: Problem? = null,
    /** For whom one acts in the inbox that is shown, as they are called. */
    val actsFor: String? = null,
) : Unprinted()

/** Whether the list of who opened what is as it was written. */
@Immutable
sealed interface LogStanding {
    data class Whole(val entries: Int) : Unprinted(), LogStanding

    /** Entries were removed or changed. It stays so. */
    data object Broken : LogStanding

    /** The phone's keystore does not answer, so nothing is known. */
    data object Unchecked : LogStanding

    /** It opens together with the messages. */
    data object Closed : LogStanding
}

interface PrivacyEvents {
    fun openLog()

    fun copy()

    fun openSessionsPage()

    fun openAccountPage()

    fun signOut()

    /** Of the other person whose inbox is shown. */
    fun forgetPerson()

    fun forget()
}
