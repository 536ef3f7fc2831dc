package dev.pericard.app.models

import dev.pericard.Account
import dev.pericard.LogCheck
import dev.pericard.PericardException
import dev.pericard.PortalPage
import dev.pericard.app.ui.model.Owner
import dev.pericard.app.ui.privacy.LogStanding
import dev.pericard.app.ui.privacy.PrivacyState
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Job
import kotlinx.coroutines.launch

/** What becomes of what an account has here: who opened it, a copy of it, the clinic's pages about it, the ways out. */
class PrivacyModel(above: CoroutineScope, internal val of: AccountModel, internal val owner: Owner, private val core: Core, private val device: Device) :
    Model<PrivacyState>(above, PrivacyState(of.clinic, actsFor = owner.actsFor)) {
    private var looking: Job? = null

    init {
        scope.launch {
            of.state.collect { view ->
                val offers = view.offers
                show { it.copy(sessionsPage = offers?.sessionsPage == true, accountPage = offers?.accountPage == true) }
            }
        }
        scope.launch { of.changes.collect { if (it.session) look() } }
        look()
        // Without an answer what is known stays: the pages need the network anyway.
        attempt({}) { of.askClinic() }
    }

    /** Looks at the log anew, as after it was shown. */
    fun look() {
        looking?.cancel()
        looking = scope.launch {
            val standing = of.account.logStanding()
            show { it.copy(log = standing, readable = standing != LogStanding.Closed, problem = null) }
        }
    }

    fun openPage(page: PortalPage) = attempt({ error -> show { it.copy(problem = error.asProblem()) } }) {
        core.find(of.account.portalConfig()).page(page)?.let(device::open)
    }
}

/** Whether the log is whole, and how long it is. */
internal suspend fun Account.logStanding(): LogStanding = try {
    val newest = accessLog(limit = 1).entries.firstOrNull()?.number ?: 0
    // They are numbered without gaps, and so many are kept.
    if (checkAccessLog() == LogCheck.WHOLE) LogStanding.Whole(newest.coerceAtMost(MOST_ENTRIES).toInt()) else LogStanding.Broken
} catch (error: PericardException) {
    if (error.closes) LogStanding.Closed else LogStanding.Unchecked
}

/** Nothing that is here can be read. */
internal val PericardException.closes: Boolean
    get() = when (this) {
        is PericardException.Locked, is PericardException.SignInRequired, is PericardException.LeaseEnded,
        is PericardException.StepUpRequired, is PericardException.SwitchedOff, is PericardException.Closed,
        -> true
        else -> false
    }

private const val MOST_ENTRIES = 10_000L
