package dev.pericard.app.models

import dev.pericard.PericardException
import dev.pericard.PersonId
import dev.pericard.app.ui.model.Person
import dev.pericard.app.ui.privacy.LeavingState
import dev.pericard.app.ui.privacy.LeavingWay
import dev.pericard.app.ui.privacy.Waiting
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.launch

/** The way out of an account, or of one [person]'s messages in it. It works offline; what was not sent is counted first. */
class LeavingModel(above: CoroutineScope, private val of: AccountModel, private val way: LeavingWay, private val person: Person? = null) :
    Model<LeavingState>(above, LeavingState(of.clinic, way, person)) {
    init {
        scope.launch {
            of.state.collect { view ->
                val others = view.people.filter { !it.isSelf && it.name.isNotEmpty() }.map { it.name }
                show { it.copy(others = others, offline = view.failure is PericardException.Offline) }
            }
        }
        scope.launch { of.changes.collect { if (it.session || it.outbox || it.records.isNotEmpty()) count() } }
        scope.launch { count() }
    }

    private suspend fun count() {
        val waiting = try {
            val all = (person?.let(::listOf) ?: of.state.value.people).map { of.account.messages(PersonId(it.id)) }
            Waiting.Counted(all.sumOf { it.outbox().size }, all.sumOf { it.drafts().size })
        } catch (_: PericardException) {
            Waiting.Unknown
        }
        show { it.copy(waiting = waiting) }
    }

    fun sendFirst() {
        if (state.value.sending || state.value.going) return
        show { it.copy(sending = true, problem = null) }
        scope.launch {
            of.sync(asked = true)
            of.settled()
            count()
            val failure = of.state.value.failure
            val unsent = (state.value.waiting as? Waiting.Counted)?.unsent ?: 0
            // Without the network it is tried again; what the clinic does not take is for the person to look at.
            show { it.copy(sending = false, problem = failure?.asProblem().takeIf { unsent > 0 }, stuck = if (failure == null) unsent else 0) }
        }
    }

    /** The account's end brings the app to the next one, or to its beginning. */
    fun go() {
        if (state.value.sending || state.value.going) return
        show { it.copy(going = true, problem = null) }
        attempt({ error -> show { it.copy(going = false, problem = error.asProblem()) } }) {
            when (way) {
                LeavingWay.SignOut -> of.account.signOut()
                LeavingWay.Forget -> if (person == null) of.account.forget() else of.forget(person)
            }
        }
    }
}
