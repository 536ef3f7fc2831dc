package dev.pericard.app.ui.privacy

import androidx.compose.runtime.Immutable
import dev.pericard.app.ui.model.Clinic
import dev.pericard.app.ui.model.Person
import dev.pericard.app.ui.model.Problem
import dev.pericard.app.ui.model.Unprinted

/** A copy of one person's messages, for them to keep. */
@Immutable
data class CopyState(
    val clinic: Clinic,
    val person: Person,
    /** The PIN proves who is there; without one, a fresh sign-in does. */
    val hasPin: Boolean,
    val kind: CopyKind = CopyKind.Page,
    val step: CopyStep = CopyStep.Choosing(),
) : Unprinted()

enum class CopyKind {
    /** For a browser. */
    Page,

    /** For another program: FHIR. */
    Data,
}

@Immutable
sealed interface CopyStep {
    /** Of which kind; [problem] is why it did not begin. */
    data class Choosing(val problem: Problem? = null) : Unprinted(), CopyStep

    /** The last sign-in is too long ago. */
    data object StepUp : CopyStep

    data class Writing(val bytes: Long) : Unprinted(), CopyStep

    data class Done(val name: String, val bytes: Long) : Unprinted(), CopyStep

    /** It was not finished: the person stopped it, or [trouble] did. [left] is the name of a file that could not be deleted. */
    data class Unfinished(val trouble: CopyTrouble? = null, val left: String? = null) : Unprinted(), CopyStep
}

/** Why a file was not written. */
@Immutable
sealed interface CopyTrouble {
    /** No space in the place that the person chose. */
    data object Full : CopyTrouble

    /** That place takes nothing. */
    data object NotWritten : CopyTrouble

    /** The messages were closed meanwhile. */
    data object Locked : CopyTrouble

    data class Other(val problem: Problem) : Unprinted(), CopyTrouble
}

interface CopyEvents {
    fun choose(kind: CopyKind)

    /** Asks who is there and where to keep it, and writes it there. */
    fun begin()

    fun signInAgain()

    fun stop()

    /** Back to the choice. */
    fun again()

    fun close()
}
