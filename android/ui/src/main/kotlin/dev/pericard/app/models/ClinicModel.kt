package dev.pericard.app.models

import dev.pericard.AccountId
import dev.pericard.PericardException
import dev.pericard.PersonId
import dev.pericard.PortalPage
import dev.pericard.app.ui.signin.ClinicPageState
import dev.pericard.app.ui.signin.Leaving
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.launch

/** The clinic of one account: what it offers, and signing out of it, which works offline too. */
class ClinicModel(above: CoroutineScope, private val of: AccountModel, private val core: Core, private val device: Device) :
    Model<ClinicPageState>(above, ClinicPageState(of.clinic, of.state.value.offers)) {
    val account: AccountId get() = of.account.id

    init {
        scope.launch { of.state.collect { view -> show { it.copy(offers = view.offers) } } }
        attempt(::failed) { of.askClinic() }
    }

    private fun failed(error: PericardException) = show { it.copy(problem = error.asProblem(), leaving = null) }

    fun openAccountPage() = attempt(::failed) {
        core.find(of.account.portalConfig()).page(PortalPage.ACCOUNT)?.let(device::open)
    }

    /** First what would be lost, then the question. */
    fun askToSignOut() = attempt(::failed) {
        val unsent = try {
            of.state.value.people.sumOf { of.account.messages(PersonId(it.id)).outbox().size }
        } catch (_: PericardException) {
            // A closed account does not say what waits in it.
            0
        }
        show { it.copy(leaving = Leaving(unsent)) }
    }

    fun stay() = show { it.copy(leaving = null) }

    /** The account's end brings the app to the next one, or to its beginning. */
    fun signOut() = attempt(::failed) {
        show { it.copy(leaving = null) }
        of.account.signOut()
    }
}
