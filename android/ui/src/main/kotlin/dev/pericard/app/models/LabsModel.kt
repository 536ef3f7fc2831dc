package dev.pericard.app.models

import dev.pericard.LabReport
import dev.pericard.PagePosition
import dev.pericard.app.ui.labs.LabsState
import dev.pericard.app.ui.model.Owner
import dev.pericard.app.ui.records.RecordKind
import dev.pericard.app.ui.records.ShutReason
import dev.pericard.app.ui.records.Shown
import kotlinx.coroutines.CoroutineScope

/** The reports of laboratories about one person, as many as one has scrolled to. */
internal class LabsModel(above: CoroutineScope, owner: Owner, of: AccountModel, onClosed: () -> Unit) :
    RecordModel<LabsState>(above, owner, of, RecordKind.Labs, LabsState(owner), onClosed) {
    private var fetched: Fetched? = null
    private var wanted = PAGE
    private var more = false

    init {
        follow()
    }

    override suspend fun read() {
        val labs = of.account.labs(person)
        val all = mutableListOf<LabReport>()
        var after: PagePosition? = null
        do {
            val page = labs.reports(after, (wanted - all.size).coerceIn(1, MOST))
            all += page.reports
            after = page.after
        } while (after != null && all.size < wanted)
        more = after != null
        fetched = labs.state().fetched()
        show { it.copy(owner = of.named(owner), shown = Shown.Content(all.map { report -> report.row() }), banner = banner(view, RecordKind.Labs, fetched)) }
    }

    override fun shut(why: ShutReason) = show { it.copy(shown = Shown.Shut(why), banner = null) }

    override fun look(view: AccountView) = show {
        it.copy(
            refreshing = view.sync?.asked == true && it.shown is Shown.Content,
            banner = if (it.shown is Shown.Content) banner(view, RecordKind.Labs, fetched) else null,
        )
    }

    fun shown(index: Int) {
        if (more && index >= wanted - PAGE / 2) {
            wanted += PAGE
            reload()
        }
    }

    private companion object {
        const val PAGE = 50
        const val MOST = 500
    }
}
