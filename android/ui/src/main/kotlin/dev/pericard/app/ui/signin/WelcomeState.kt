package dev.pericard.app.ui.signin

import androidx.compose.runtime.Immutable
import dev.pericard.app.ui.model.Clinic
import dev.pericard.app.ui.model.Problem
import dev.pericard.app.ui.model.Unprinted

/** First run, and adding a place: those that the app's maker configured, and how to reach others. */
@Immutable
data class WelcomeState(
    val places: List<Place>,
    /** There is a screen to go back to. */
    val canLeave: Boolean = false,
    val canScan: Boolean = true,
    val address: AddressState = AddressState(),
) : Unprinted()

/** A configured place. Only such a place may ask for its password in the app. */
@Immutable
data class Place(val clinic: Clinic, val native: Boolean) : Unprinted()

/** The field for a web address. */
@Immutable
data class AddressState(
    val open: Boolean = false,
    val text: String = "",
    val checking: Boolean = false,
    val problem: AddressProblem? = null,
) : Unprinted()

@Immutable
sealed interface AddressProblem {
    data object NotAPortal : AddressProblem

    data object NotHttps : AddressProblem

    /** The person or the phone does not allow the camera. */
    data object NoCamera : AddressProblem

    data class Other(val problem: Problem) : Unprinted(), AddressProblem
}

interface WelcomeEvents {
    fun choose(clinicId: String)

    fun scan()

    fun openAddress()

    fun typeAddress(text: String)

    fun submitAddress()
}
