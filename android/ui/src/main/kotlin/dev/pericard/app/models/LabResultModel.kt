package dev.pericard.app.models

import dev.pericard.LabResultId
import dev.pericard.app.ui.labs.ResultContent
import dev.pericard.app.ui.labs.ResultState
import dev.pericard.app.ui.model.Owner
import dev.pericard.app.ui.records.RecordKind
import dev.pericard.app.ui.records.ShutReason
import dev.pericard.app.ui.records.Shown
import kotlinx.coroutines.CoroutineScope

/** One result, and how it developed. */
internal class LabResultModel(above: CoroutineScope, owner: Owner, of: AccountModel, val id: LabResultId, onClosed: () -> Unit) :
    RecordModel<ResultState>(above, owner, of, RecordKind.Labs, ResultState(id.value, owner), onClosed) {
    init {
        follow()
    }

    override suspend fun read() {
        val labs = of.account.labs(person)
        val result = labs.result(id)
        val plots = labs.trend(id).plots(id)
        val content = ResultContent(
            result.measured.shown(),
            result.components.map { it.shown() },
            result.comments,
            plots.firstOrNull()?.let(::development),
            plots,
        )
        show {
            it.copy(
                owner = of.named(owner),
                name = result.measured.name,
                at = moment(result.at, result.precision),
                standing = result.status.standing,
                shown = Shown.Content(content),
            )
        }
    }

    override fun shut(why: ShutReason) = show { ResultState(it.id, it.owner, shown = Shown.Shut(why), asList = it.asList, canAsk = it.canAsk) }

    override fun look(view: AccountView) = show { it.copy(canAsk = owner.person.canWrite && view.offers?.canWrite ?: true) }

    fun asList(list: Boolean) = show { it.copy(asList = list) }
}
