package dev.pericard.app.ui.privacy

import androidx.compose.runtime.Immutable
import dev.pericard.app.ui.model.Clinic
import dev.pericard.app.ui.model.Person
import dev.pericard.app.ui.model.Problem
import dev.pericard.app.ui.model.Unprinted

/** The way out of an account: first what goes from this phone with it. */
@Immutable
data class LeavingState(
    val clinic: Clinic,
    val way: LeavingWay,
    /** Whose messages go; nothing where those of the whole account do. */
    val person: Person? = null,
    /** Others whose messages go, too. */
    val others: List<String> = emptyList(),
    /** What waits in it; nothing while it is counted. */
    val waiting: Waiting? = null,
    val offline: Boolean = false,
    /** What waits is on its way. */
    val sending: Boolean = false,
    /** So many stayed behind after that. */
    val stuck: Int = 0,
    val going: Boolean = false,
    val problem: Problem? = null,
) : Unprinted()

enum class LeavingWay {
    /** The sign-in ends at the clinic, too. */
    SignOut,

    /** It is removed here, and the clinic is not told. */
    Forget,
}

@Immutable
sealed interface Waiting {
    data class Counted(val unsent: Int, val drafts: Int) : Unprinted(), Waiting

    /** A closed account does not say what waits in it. */
    data object Unknown : Waiting
}

interface LeavingEvents {
    fun sendFirst()

    fun leave()

    fun stay()
}
