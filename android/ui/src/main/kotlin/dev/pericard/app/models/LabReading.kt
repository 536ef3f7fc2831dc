package dev.pericard.app.models

import dev.pericard.LabComparator
import dev.pericard.LabFlag
import dev.pericard.LabMeasurement
import dev.pericard.LabQuantity
import dev.pericard.LabRange
import dev.pericard.LabValue
import dev.pericard.app.ui.labs.Bound
import dev.pericard.app.ui.labs.Reading
import kotlin.math.abs

/**
 * Where a value lies by the range that the laboratory gave with it. Nothing where there is none, or several of which nobody says
 * which is the person's, or one in another unit: then nothing is drawn.
 */
internal fun reading(measured: LabMeasurement): Reading? {
    val amount = when (val value = measured.value) {
        is LabValue.Quantity -> value.quantity
        is LabValue.Integer -> LabQuantity(LabComparator.EQUAL, "${value.value}", value.value.toDouble(), "", "")
        else -> return null
    }
    val number = amount.number ?: return null
    val range = measured.ranges.singleOrNull()?.takeIf { it.isOf(amount) } ?: return null
    val low = range.low?.bound()
    val high = range.high?.bound()
    if (low == null && high == null) return null
    // As given, a range may be upside down.
    if (low != null && high != null && low.number >= high.number) return null
    if (amount.comparator == LabComparator.OTHER) return null
    return Reading(number, low, high, place(number, amount.comparator, low?.number, high?.number, measured.isCritical))
}

private fun LabQuantity.bound(): Bound? = number?.takeIf { comparator == LabComparator.EQUAL }?.let { Bound(it, value) }

/** Bounds without a unit are in that of the value. */
private fun LabRange.isOf(amount: LabQuantity): Boolean = listOfNotNull(low, high).all { bound ->
    (bound.unit.isEmpty() && bound.ucum.isEmpty()) || bound.unit == amount.unit || (bound.ucum.isNotEmpty() && bound.ucum == amount.ucum)
}

private val LabMeasurement.isCritical: Boolean
    get() = interpretations.any { it.flag == LabFlag.CRITICALLY_HIGH || it.flag == LabFlag.CRITICALLY_LOW || it.flag == LabFlag.CRITICALLY_ABNORMAL }

private fun place(number: Double, comparator: LabComparator, low: Double?, high: Double?, isCritical: Boolean): Reading.Place? {
    val isInside = isInside(number, comparator, low, high) ?: return null
    if (isInside) return Reading.Place.Inside
    val isAbove = high != null && number >= high
    val bound = if (isAbove) high else low
    val away = if (bound == null) 0.0 else abs(number - bound)
    // A laboratory that calls it critical, and a sign that leaves open how far it is, are never called a little.
    return when {
        isCritical || comparator != LabComparator.EQUAL || away > little(low, high) -> Reading.Place.Far
        isAbove -> Reading.Place.LittleAbove
        else -> Reading.Place.LittleBelow
    }
}

/** Half of the range; of one that is open, a fifth of its bound. */
private fun little(low: Double?, high: Double?): Double =
    if (low != null && high != null) (high - low) / 2 else abs(high ?: low ?: 0.0) / 5

/** Whether it lies in the range; nothing where that is not given, or a sign before the number leaves it open. */
internal fun isInside(number: Double, comparator: LabComparator, low: Double?, high: Double?): Boolean? {
    if (low == null && high == null) return null
    return when (comparator) {
        LabComparator.EQUAL -> (low == null || number >= low) && (high == null || number <= high)
        LabComparator.LESS, LabComparator.LESS_OR_EQUAL -> when {
            low != null && number <= low -> if (comparator == LabComparator.LESS || number < low) false else null
            low == null && high != null && number <= high -> true
            else -> null
        }
        LabComparator.GREATER, LabComparator.GREATER_OR_EQUAL -> when {
            high != null && number >= high -> if (comparator == LabComparator.GREATER || number > high) false else null
            high == null && low != null && number >= low -> true
            else -> null
        }
        LabComparator.OTHER -> null
    }
}
