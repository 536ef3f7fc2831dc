package dev.pericard.app.models

import dev.pericard.PericardException
import dev.pericard.app.ui.you.AddPersonState
import dev.pericard.app.ui.you.FoundRow
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.launch

/** Whom else the clinic names; [begin] starts a sign-in for one of them, or for whom the clinic's page lets one choose. */
class AddPersonModel(above: CoroutineScope, internal val of: AccountModel, private val begin: suspend (patient: String?) -> Unit) :
    Model<AddPersonState>(above, AddPersonState(of.clinic)) {
    init {
        look()
    }

    fun look() {
        show { it.copy(problem = null) }
        attempt(::failed) {
            val found = of.account.findPeople().map { FoundRow(it.patient, it.name, it.relationship) }
            show { it.copy(found = found) }
        }
    }

    fun add(patient: String?) {
        if (state.value.beginning) return
        show { it.copy(beginning = true, problem = null) }
        scope.launch {
            try {
                begin(patient)
            } catch (error: PericardException) {
                failed(error)
            } finally {
                show { it.copy(beginning = false) }
            }
        }
    }

    private fun failed(error: PericardException) = show { it.copy(problem = error.asProblem()) }
}
