package dev.pericard.testing

import dev.pericard.internal.ChangeSet
import dev.pericard.internal.Feature
import dev.pericard.internal.FeatureChanges
import dev.pericard.internal.LabComparator
import dev.pericard.internal.LabPoint
import dev.pericard.internal.LabQuantity
import dev.pericard.internal.LabReportPage
import dev.pericard.internal.LabReportResults
import dev.pericard.internal.LabResult
import dev.pericard.internal.LabSeries
import dev.pericard.internal.LabTrend
import dev.pericard.internal.LabValue
import dev.pericard.internal.Labs
import dev.pericard.internal.LabsState
import dev.pericard.internal.NoHandle
import dev.pericard.internal.PericardException
import dev.pericard.internal.SyncOutcome
import java.time.Instant

/** What a [FakeLabs] stands on: reports in memory, in the core's own shapes. */
internal class Laboratory(reports: List<LabReportResults>) : Labs(NoHandle) {
    private val lock = Any()
    private val reports = reports.toMutableList()
    private var told = LabsState(null, null, null, 0u, 0u)

    @Volatile
    var onChange: (ChangeSet) -> Unit = {}

    @Volatile
    var failure: PericardException? = null

    fun receive(report: LabReportResults) {
        synchronized(lock) {
            reports.removeAll { it.report.id == report.report.id }
            reports += report
        }
        changed()
    }

    fun synced(outcome: SyncOutcome): Unit = synchronized(lock) {
        val reason = (outcome as? SyncOutcome.Incomplete)?.reason
        val now = Instant.now()
        told = told.copy(syncedAt = now, completeAt = if (reason == null) now else told.completeAt, incomplete = reason)
    }

    override suspend fun reports(after: String?, limit: UInt): LabReportPage = read {
        val newest = reports.map { it.report }.sortedByDescending { it.at }
        paged(newest, after, limit, ::LabReportPage)
    }

    override suspend fun report(id: String): LabReportResults = read { reports[known(id)] }

    override suspend fun result(id: String): LabResult = read { found(id) }

    override suspend fun trend(result: String): LabTrend = read {
        val of = found(result).measured
        val same = results().filter { if (of.code != null) it.measured.code == of.code else it.measured.name == of.name }.sortedBy { it.at }
        val points = same.mapNotNull { one -> amount(one)?.let { one to it } }
        // The unit with the newest result first.
        val units = points.asReversed().map { (_, amount) -> amount.unit }.distinct()
        LabTrend(same.last().measured.name, units.map { unit -> LabSeries(unit, points.filter { it.second.unit == unit }.map { (one, amount) -> point(one, amount) }) })
    }

    override suspend fun markRead(report: String) {
        read {
            val at = known(report)
            reports[at] = reports[at].let { it.copy(report = it.report.copy(unread = false)) }
        }
        changed()
    }

    override suspend fun state(): LabsState = read { told }

    override fun close() {}

    private inline fun <T> read(work: () -> T): T = synchronized(lock) {
        failure?.let { throw it }
        work()
    }

    private fun changed() {
        val feature = FeatureChanges(Feature.LABS, emptyList(), all = false)
        onChange(ChangeSet(listOf(feature), outbox = false, session = false, features = false, people = false))
    }

    private fun known(report: String): Int {
        val at = reports.indexOfFirst { it.report.id == report }
        return if (at < 0) throw PericardException.NotFound() else at
    }

    /** A result may be in several reports. */
    private fun results(): List<LabResult> = reports.flatMap { it.results }.distinctBy { it.id }

    private fun found(result: String): LabResult = results().firstOrNull { it.id == result } ?: throw PericardException.NotFound()

    /** What of a result can be drawn; words are no number. */
    private fun amount(result: LabResult): LabQuantity? = when (val value = result.measured.value) {
        is LabValue.Quantity -> value.quantity.takeIf { it.number != null }
        is LabValue.Integer -> LabQuantity(LabComparator.EQUAL, "${value.value}", value.value.toDouble(), "", "")
        else -> null
    }

    private fun point(result: LabResult, amount: LabQuantity): LabPoint {
        // Of several ranges one cannot tell which is the person's.
        val range = result.measured.ranges.singleOrNull()
        return LabPoint(
            result = result.id,
            at = result.at,
            precision = result.precision,
            value = amount.number ?: 0.0,
            comparator = amount.comparator,
            converted = false,
            status = result.status,
            low = range?.low?.number,
            high = range?.high?.number,
        )
    }
}

/** A page of a list, whose positions are numbers. */
internal fun <T, P> paged(all: List<T>, after: String?, limit: UInt, make: (List<T>, String?) -> P): P {
    val from = (after?.toIntOrNull() ?: 0).coerceAtMost(all.size)
    val end = (from + limit.toInt()).coerceAtMost(all.size)
    return make(all.subList(from, end).toList(), "$end".takeIf { end < all.size })
}
