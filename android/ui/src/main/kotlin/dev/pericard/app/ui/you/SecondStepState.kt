package dev.pericard.app.ui.you

import androidx.compose.runtime.Immutable
import dev.pericard.app.ui.model.Clinic
import dev.pericard.app.ui.model.Problem
import dev.pericard.app.ui.model.Unprinted

@Immutable
data class SecondStepState(val on: Boolean, val codesLeft: Int?) : Unprinted()

/** The second step at one clinic, and what can be done about it. */
@Immutable
data class SecondStepPageState(
    val clinic: Clinic,
    /** As the clinic said it last; nothing until it has answered. */
    val step: SecondStepState? = null,
    /** What waits for a fresh sign-in. */
    val asking: SecondStepDeed? = null,
    /** The person is asked whether they mean it. */
    val turningOff: Boolean = false,
    val busy: Boolean = false,
    val problem: Problem? = null,
) : Unprinted()

/** Each of them needs a fresh sign-in. */
enum class SecondStepDeed {
    /** With a new key: set up, or moved to another phone or app. */
    SetUp,
    NewCodes,
    TurnOff,
}

interface SecondStepEvents {
    fun setUp()

    fun newCodes()

    fun askToTurnOff()

    fun turnOff()

    fun keepOn()

    /** What waits is done after that. */
    fun signInAgain()

    /** Asks the clinic once more where it stands. */
    fun lookAgain()
}
