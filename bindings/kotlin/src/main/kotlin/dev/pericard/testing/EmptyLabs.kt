package dev.pericard.testing

import dev.pericard.internal.LabReportPage
import dev.pericard.internal.LabReportResults
import dev.pericard.internal.LabResult
import dev.pericard.internal.LabTrend
import dev.pericard.internal.Labs
import dev.pericard.internal.LabsState
import dev.pericard.internal.NoHandle
import dev.pericard.internal.PericardException

/** The lab results of a fake person, of whom no laboratory has said anything. */
internal class EmptyLabs : Labs(NoHandle) {
    override suspend fun reports(after: String?, limit: UInt): LabReportPage = LabReportPage(emptyList(), null)

    override suspend fun report(id: String): LabReportResults = throw PericardException.NotFound()

    override suspend fun result(id: String): LabResult = throw PericardException.NotFound()

    override suspend fun trend(result: String): LabTrend = throw PericardException.NotFound()

    override suspend fun markRead(report: String): Unit = throw PericardException.NotFound()

    override suspend fun state(): LabsState = LabsState(null, null, null, 0uL, 0uL)
}
