package dev.pericard.app.ui.model

import androidx.compose.runtime.Immutable

/** What went wrong with what the person just did, as one line under it. Errors that have screens of their own are not here. */
@Immutable
sealed interface Problem {
    data object Offline : Problem

    /** The sign-in took longer than its ten minutes. */
    data object Expired : Problem

    data object AnotherPerson : Problem

    /** TLS failed, or the clinic is not the one that was asked. */
    data object NotSecure : Problem

    /** The answer is not what its standards ask for. */
    data object NotUsable : Problem

    /** The clinic lacks what is needed for this. */
    data object NotOffered : Problem

    data object Refused : Problem

    /** It fails by itself; the app tries again. */
    data object Failing : Problem

    data object StorageFull : Problem

    /** The clinic has switched messages off. */
    data object SwitchedOff : Problem

    /** The clinic asks for a fresh sign-in first. */
    data object StepUp : Problem

    /** The clinic accepts only a newer version of the app. */
    data object UpdateRequired : Problem

    /** A defect; [id] is its place in the code and says nothing about the person. */
    data class Internal(val id: String) : Unprinted(), Problem
}
