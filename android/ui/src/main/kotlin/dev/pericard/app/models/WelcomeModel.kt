package dev.pericard.app.models

import dev.pericard.InputProblem
import dev.pericard.PericardException
import dev.pericard.PortalConfig
import dev.pericard.PortalProblem
import dev.pericard.app.ui.model.Clinic
import dev.pericard.app.ui.signin.AddressProblem
import dev.pericard.app.ui.signin.AddressState
import dev.pericard.app.ui.signin.Place
import dev.pericard.app.ui.signin.WelcomeState
import kotlinx.coroutines.CoroutineScope

/** First run and adding a clinic: asks the chosen one what it can do, and hands it on. */
class WelcomeModel(
    above: CoroutineScope,
    private val core: Core,
    private val configuration: Configuration,
    private val device: Device,
    canLeave: Boolean,
    private val onFound: (Clinic, PortalConfig, FoundClinic) -> Unit,
) : Model<WelcomeState>(
    above,
    WelcomeState(configuration.places.map { Place(it.clinic, it.portal.nativeSignIn) }, canLeave, device.canScan),
) {
    fun choose(clinicId: String) {
        configuration.place(clinicId)?.let { find(it.clinic, it.portal) }
    }

    fun scan() {
        attempt({}) {
            when (val seen = device.scan()) {
                is Scanned.Address -> {
                    address { it.copy(open = true, text = seen.text) }
                    submitAddress()
                }
                Scanned.NotAllowed -> address { it.copy(open = true, problem = AddressProblem.NoCamera) }
                Scanned.Nothing -> {}
            }
        }
    }

    fun openAddress() = address { it.copy(open = true) }

    /** An address that came from outside: to be looked at, not asked yet. */
    fun offer(text: String) = address { it.copy(open = true, text = text, problem = null) }

    fun typeAddress(text: String) = address { it.copy(text = text, problem = null) }

    fun submitAddress() {
        val typed = state.value.address.text.trim()
        if (typed.isEmpty()) return
        // `https` is what is meant where nothing is said.
        val base = if ("://" in typed) typed else "https://$typed"
        find(configuration.clinic(base), configuration.portal(base))
    }

    private fun find(clinic: Clinic, config: PortalConfig) {
        if (state.value.address.checking) return
        address { it.copy(checking = true, problem = null) }
        attempt({ error -> address { it.copy(open = true, checking = false, problem = error.ofAddress()) } }) {
            val found = core.find(config)
            address { it.copy(checking = false) }
            onFound(clinic, config, found)
        }
    }

    private fun address(change: (AddressState) -> AddressState) = show { it.copy(address = change(it.address)) }
}

private fun PericardException.ofAddress(): AddressProblem = when {
    this is PericardException.InvalidInput && problem == InputProblem.NOT_HTTPS -> AddressProblem.NotHttps
    this is PericardException.InvalidInput && problem == InputProblem.NOT_A_URL -> AddressProblem.NotAPortal
    this is PericardException.Portal && problem == PortalProblem.NOT_A_PORTAL -> AddressProblem.NotAPortal
    else -> AddressProblem.Other(asProblem())
}
