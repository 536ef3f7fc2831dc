package dev.pericard.app.ui.labs

import androidx.compose.runtime.Immutable
import dev.pericard.app.ui.model.Moment
import dev.pericard.app.ui.model.Unprinted

/** What was measured, what came of it, and how to read it: all of it as the laboratory gave it. */
@Immutable
data class Measured(
    val name: String,
    val value: MeasuredValue,
    /** Where the value lies; nothing where there is not exactly one range for it. */
    val reading: Reading? = null,
    /** The ranges that it cannot be read by: several, or in words. */
    val ranges: List<GivenRange> = emptyList(),
    /** What the laboratory says of it. */
    val says: List<Says> = emptyList(),
) : Unprinted()

@Immutable
sealed interface MeasuredValue {
    /** The [text] as it was written, with a sign such as < before it. */
    data class Amount(val text: String, val unit: String = "") : Unprinted(), MeasuredValue

    data class InWords(val text: String) : Unprinted(), MeasuredValue

    data class YesNo(val yes: Boolean) : Unprinted(), MeasuredValue

    /** There is none, for this reason; which may be empty. */
    data class Absent(val why: String) : Unprinted(), MeasuredValue

    /** There is one that this app cannot show. */
    data object Unsupported : MeasuredValue
}

/** Where a value lies by the one range that was given with it. A bound that is not given is open. */
@Immutable
data class Reading(
    val value: Double,
    val low: Bound?,
    val high: Bound?,
    /** Nothing where a sign before the value leaves it open. */
    val place: Place?,
) : Unprinted() {
    enum class Place { Inside, LittleBelow, LittleAbove, Far }

    val isInside: Boolean? get() = place?.let { it == Place.Inside }
}

/** A bound of a range: the number, and as it was written. */
@Immutable
data class Bound(val number: Double, val text: String) : Unprinted()

/** A usual range as it was given: for whom, and from where to where in [low] and [high], or in words. */
@Immutable
data class GivenRange(val low: String? = null, val high: String? = null, val inWords: String = "", val whom: String = "") : Unprinted()

/** What the laboratory says of a value: in its own words where it has some. */
@Immutable
data class Says(val mark: LabMark?, val text: String = "") : Unprinted()

enum class LabMark { Usual, Unusual, VeryUnusual, High, VeryHigh, Low, VeryLow, Positive, Negative, Works, Between, WorksNot }

/** How a value compares with the one before it. */
@Immutable
data class Development(val to: Direction, val before: String, val at: Moment) : Unprinted() {
    enum class Direction { Lower, Higher, Same }
}

/** The values of one unit over time, oldest first. */
@Immutable
data class Plot(val unit: String, val points: List<PlotPoint>) : Unprinted()

@Immutable
data class PlotPoint(
    val resultId: String,
    val at: Moment,
    val value: Double,
    /** As it is shown, with a sign such as < before it. */
    val text: String,
    /** From where to where it was usual then; nothing where that was not given. */
    val low: Double? = null,
    val high: Double? = null,
    /** Nothing where no range says so. */
    val isInside: Boolean? = null,
    /** It was given in another unit. */
    val converted: Boolean = false,
    val standing: LabStanding = LabStanding.Final,
    /** It is the result that is looked at. */
    val isThis: Boolean = false,
) : Unprinted()
