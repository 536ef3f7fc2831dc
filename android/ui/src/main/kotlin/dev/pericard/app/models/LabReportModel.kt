package dev.pericard.app.models

import dev.pericard.LabReportId
import dev.pericard.app.ui.labs.LabStanding
import dev.pericard.app.ui.labs.ReportContent
import dev.pericard.app.ui.labs.ReportState
import dev.pericard.app.ui.labs.ResultRow
import dev.pericard.app.ui.model.Owner
import dev.pericard.app.ui.records.RecordKind
import dev.pericard.app.ui.records.ShutReason
import dev.pericard.app.ui.records.Shown
import kotlinx.coroutines.CoroutineScope

/** One report with its results; it is no longer new once it was shown. */
internal class LabReportModel(above: CoroutineScope, owner: Owner, of: AccountModel, val id: LabReportId, onClosed: () -> Unit) :
    RecordModel<ReportState>(above, owner, of, RecordKind.Labs, ReportState(id.value, owner), onClosed) {
    init {
        follow()
    }

    override suspend fun read() {
        val labs = of.account.labs(person)
        val found = labs.report(id)
        val report = found.report
        val standing = report.status.standing
        // What holds for the whole report is said once.
        val results = found.results.map { ResultRow(it.id.value, it.measured.shown(), if (it.status.standing == standing) LabStanding.Final else it.status.standing) }
        show {
            it.copy(
                owner = of.named(owner),
                name = report.name,
                laboratory = report.laboratory,
                at = moment(report.at, report.precision),
                standing = standing,
                // What only repeats the results is not said twice.
                shown = Shown.Content(ReportContent(report.conclusion, report.narrative.takeIf { results.isEmpty() }.orEmpty(), results, found.missing)),
            )
        }
        if (report.unread) labs.markRead(id)
    }

    override fun shut(why: ShutReason) = show { ReportState(it.id, it.owner, shown = Shown.Shut(why)) }
}
