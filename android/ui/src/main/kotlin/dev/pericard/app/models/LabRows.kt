package dev.pericard.app.models

import dev.pericard.LabComparator
import dev.pericard.LabFlag
import dev.pericard.LabInterpretation
import dev.pericard.LabMeasurement
import dev.pericard.LabPoint
import dev.pericard.LabQuantity
import dev.pericard.LabRange
import dev.pericard.LabReport
import dev.pericard.LabResultId
import dev.pericard.LabStatus
import dev.pericard.LabTrend
import dev.pericard.LabValue
import dev.pericard.app.ui.labs.Development
import dev.pericard.app.ui.labs.GivenRange
import dev.pericard.app.ui.labs.LabMark
import dev.pericard.app.ui.labs.LabStanding
import dev.pericard.app.ui.labs.Measured
import dev.pericard.app.ui.labs.MeasuredValue
import dev.pericard.app.ui.labs.Plot
import dev.pericard.app.ui.labs.PlotPoint
import dev.pericard.app.ui.labs.ReportRow
import dev.pericard.app.ui.labs.Says
import dev.pericard.app.ui.labs.figure

internal fun LabReport.row() = ReportRow(id.value, name, laboratory, moment(at, precision), status.standing, unread)

internal val LabStatus.standing: LabStanding
    get() = when (this) {
        LabStatus.FINAL, LabStatus.UNKNOWN -> LabStanding.Final
        LabStatus.PRELIMINARY -> LabStanding.Preliminary
        LabStatus.CORRECTED -> LabStanding.Corrected
        LabStatus.REGISTERED -> LabStanding.Registered
    }

internal fun LabMeasurement.shown(): Measured {
    val reading = reading(this)
    // What the line shows is not said once more.
    val given = if (reading == null) ranges.map { it.given() } else emptyList()
    return Measured(name, value.shown(absent), reading, given.filter { it.low != null || it.high != null || it.inWords.isNotEmpty() }, interpretations.map { it.says() })
}

private fun LabValue.shown(absent: String): MeasuredValue = when (this) {
    LabValue.Nothing -> MeasuredValue.Absent(absent)
    is LabValue.Quantity -> quantity.shown()
    is LabValue.Text -> MeasuredValue.InWords(text)
    is LabValue.Boolean -> MeasuredValue.YesNo(value)
    is LabValue.Integer -> MeasuredValue.Amount(value.toString())
    is LabValue.Range -> both(low, high, " – ")
    is LabValue.Ratio -> both(numerator, denominator, " : ")
    LabValue.Unsupported -> MeasuredValue.Unsupported
}

private fun LabQuantity.shown(): MeasuredValue =
    // The sign is one that this app does not know: the amount alone would be wrong.
    if (comparator == LabComparator.OTHER) MeasuredValue.Unsupported else MeasuredValue.Amount(written, unit)

private fun both(first: LabQuantity?, second: LabQuantity?, between: String): MeasuredValue {
    val parts = listOfNotNull(first, second)
    if (parts.isEmpty() || parts.any { it.comparator == LabComparator.OTHER }) return MeasuredValue.Unsupported
    val isOneUnit = parts.map { it.unit }.distinct().size == 1
    val text = parts.joinToString(between) { if (isOneUnit) it.written else "${it.written} ${it.unit}".trim() }
    return MeasuredValue.Amount(text, if (isOneUnit) parts.first().unit else "")
}

private val LabQuantity.written: String get() = comparator.sign + value

private val LabComparator.sign: String
    get() = when (this) {
        LabComparator.EQUAL, LabComparator.OTHER -> ""
        LabComparator.LESS -> "< "
        LabComparator.LESS_OR_EQUAL -> "≤ "
        LabComparator.GREATER_OR_EQUAL -> "≥ "
        LabComparator.GREATER -> "> "
    }

private fun LabRange.given() = GivenRange(low?.written, high?.written, text, appliesTo)

/** In words of its own, where it has more than the code that the mark stands for. */
private fun LabInterpretation.says(): Says = mark().let { Says(it, text.takeIf { own -> it == null || own.length > CODE }.orEmpty()) }

private const val CODE = 3

private fun LabInterpretation.mark(): LabMark? =
    when (flag) {
        LabFlag.NORMAL -> LabMark.Usual
        LabFlag.ABNORMAL -> LabMark.Unusual
        LabFlag.CRITICALLY_ABNORMAL -> LabMark.VeryUnusual
        LabFlag.HIGH -> LabMark.High
        LabFlag.CRITICALLY_HIGH -> LabMark.VeryHigh
        LabFlag.LOW -> LabMark.Low
        LabFlag.CRITICALLY_LOW -> LabMark.VeryLow
        LabFlag.POSITIVE -> LabMark.Positive
        LabFlag.NEGATIVE -> LabMark.Negative
        LabFlag.SUSCEPTIBLE -> LabMark.Works
        LabFlag.INTERMEDIATE -> LabMark.Between
        LabFlag.RESISTANT -> LabMark.WorksNot
        LabFlag.OTHER -> null
    }

/** The series with this result first. */
internal fun LabTrend.plots(of: LabResultId): List<Plot> = series
    .sortedByDescending { one -> one.points.any { it.result == of } }
    .map { one -> Plot(one.unit, one.points.filter { it.comparator != LabComparator.OTHER }.map { it.shown(isThis = it.result == of) }) }
    .filter { it.points.isNotEmpty() }

private fun LabPoint.shown(isThis: Boolean) = PlotPoint(
    resultId = result.value,
    at = moment(at, precision),
    value = value,
    text = comparator.sign + figure(value),
    low = low,
    high = high,
    isInside = isInside(value, comparator, low, high),
    converted = converted,
    standing = status.standing,
    isThis = isThis,
)

/** How the result that is looked at compares with the one before it; nothing where a sign before one of them leaves it open. */
internal fun development(plot: Plot): Development? {
    val points = plot.points
    val at = points.indexOfFirst { it.isThis }
    val now = points.getOrNull(at) ?: return null
    val before = points.getOrNull(at - 1) ?: return null
    if (listOf(now, before).any { it.text != figure(it.value) }) return null
    val to = when {
        now.value < before.value -> Development.Direction.Lower
        now.value > before.value -> Development.Direction.Higher
        else -> Development.Direction.Same
    }
    return Development(to, "${before.text} ${plot.unit}".trim(), before.at)
}
