package dev.pericard.stories

import dev.pericard.LabComparator
import dev.pericard.LabQuantity
import dev.pericard.LabReport
import dev.pericard.LabReportResults
import dev.pericard.LabResult
import dev.pericard.LabValue

private suspend fun StoryContext.allReports(): List<LabReport> = pages { after -> labs.reports(after, StoryContext.PAGE).let { it.reports to it.after } }

/** The report that a step is about: the n-th of the list. */
private suspend fun StoryContext.listed(keys: Keys): LabReport {
    val number = keys.number("report")
    return allReports().getOrNull(number) ?: throw Broken("there is no report $number")
}

private suspend fun StoryContext.opened(keys: Keys): LabReportResults = labs.report(listed(keys).id)

private suspend fun StoryContext.result(keys: Keys): LabResult {
    val number = keys.number("result")
    return opened(keys).results.getOrNull(number) ?: throw Broken("there is no result $number")
}

suspend fun StoryContext.readReport(keys: Keys): Unit = labs.markRead(listed(keys).id)

/** What is expected of lab results. */
suspend fun StoryContext.expectLabs(thing: String, keys: Keys) {
    when (thing) {
        "lab_reports" -> {
            val reports = allReports()
            same("reports", keys.number("count"), reports.size)
            number(keys, "unread", reports.count { it.unread })
        }
        "lab_report" -> {
            val report = listed(keys)
            text(keys, "name", report.name)
            text(keys, "status", report.status.name.lowercase())
            text(keys, "narrative", report.narrative)
            keys.yesOrNo("unread")?.let { same("unread", it, report.unread) }
        }
        "lab_results" -> {
            val found = opened(keys)
            same("results", keys.number("count"), found.results.size)
            number(keys, "missing", found.missing)
        }
        "lab_result" -> {
            val found = result(keys)
            text(keys, "name", found.measured.name)
            text(keys, "value", told(found.measured.value))
            text(keys, "status", found.status.name.lowercase())
            text(keys, "flag", found.measured.interpretations.firstOrNull()?.flag?.name.orEmpty().lowercase())
            text(keys, "comment", found.comments.firstOrNull().orEmpty())
        }
        "lab_trend" -> {
            val trend = labs.trend(result(keys).id)
            same("series", keys.number("series"), trend.series.size)
            val first = trend.series.firstOrNull()
            number(keys, "points", first?.points?.size ?: 0)
            text(keys, "unit", first?.unit.orEmpty())
        }
        else -> {
            val state = labs.state()
            same("complete", keys.flag("complete"), state.incomplete == null && state.completeAt != null)
            number(keys, "held", state.held.toInt())
            number(keys, "unreadable", state.unreadable.toInt())
        }
    }
}

private fun text(keys: Keys, name: String, found: String) {
    keys.textOrNull(name)?.let { same(name, it, found) }
}

private fun number(keys: Keys, name: String, found: Int) {
    keys.numberOrNull(name)?.let { same(name, it, found) }
}

/** A value as it is read; the schema says how. */
private fun told(value: LabValue): String = when (value) {
    is LabValue.Nothing -> ""
    is LabValue.Quantity -> told(value.quantity)
    is LabValue.Text -> value.text
    is LabValue.Boolean -> "${value.value}"
    is LabValue.Integer -> "${value.value}"
    is LabValue.Range -> "${told(value.low)} – ${told(value.high)}"
    is LabValue.Ratio -> "${told(value.numerator)} : ${told(value.denominator)}"
    is LabValue.Unsupported -> "unsupported"
}

private fun told(amount: LabQuantity?): String {
    if (amount == null) return ""
    val sign = when (amount.comparator) {
        LabComparator.EQUAL -> ""
        LabComparator.LESS -> "<"
        LabComparator.LESS_OR_EQUAL -> "<="
        LabComparator.GREATER_OR_EQUAL -> ">="
        LabComparator.GREATER -> ">"
        LabComparator.OTHER -> "?"
    }
    return listOf(sign, amount.value, amount.unit).filter { it.isNotEmpty() }.joinToString(" ")
}
