package dev.pericard.testing

import dev.pericard.LabReportResults
import dev.pericard.Labs
import dev.pericard.toCore

/**
 * Lab results in memory; see [FakeAccount]. What a screen shows is [labs].
 *
 * Lists, paging and opened reports behave as those of an account. A trend has the results with the same code, else with the
 * same name, a series for each unit; nothing is converted.
 */
public class FakeLabs(reports: List<LabReportResults> = emptyList()) {
    internal val core = Laboratory(reports.map { it.toCore() })

    /** The lab results, as [dev.pericard.Account.labs] gives them. */
    public val labs: Labs = Labs(core)

    /** A report comes, or a new version of one that is here, as with a sync; streams of changes are told. */
    public fun receive(report: LabReportResults): Unit = core.receive(report.toCore())
}
