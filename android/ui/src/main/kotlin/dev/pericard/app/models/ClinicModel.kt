package dev.pericard.app.models

import dev.pericard.AccountId
import dev.pericard.PericardException
import dev.pericard.PortalPage
import dev.pericard.app.ui.signin.ClinicPageState
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.launch

/** The clinic of one account: what it offers. */
class ClinicModel(above: CoroutineScope, internal val of: AccountModel, private val core: Core, private val device: Device) :
    Model<ClinicPageState>(above, ClinicPageState(of.clinic, of.state.value.offers)) {
    val account: AccountId get() = of.account.id

    init {
        scope.launch { of.state.collect { view -> show { it.copy(offers = view.offers) } } }
        attempt(::failed) { of.askClinic() }
    }

    private fun failed(error: PericardException) = show { it.copy(problem = error.asProblem()) }

    fun openAccountPage() = attempt(::failed) {
        core.find(of.account.portalConfig()).page(PortalPage.ACCOUNT)?.let(device::open)
    }
}
