package dev.pericard.app.ui.labs

import java.math.BigDecimal
import java.math.MathContext
import java.time.Duration
import kotlin.math.abs

/** A figure as laboratories write it: no more than four digits that count, in every language with a point. */
internal fun figure(number: Double): String {
    val short = BigDecimal(number).round(MathContext(DIGITS)).stripTrailingZeros()
    return if (short.scale() < 0) short.setScale(0).toPlainString() else short.toPlainString()
}

private const val DIGITS = 4

/** Where in a plot everything lies, from 0 to 1: to the right in time, and up. */
internal class PlotScale(private val points: List<PlotPoint>) {
    private val start = points.minOf { it.at.at.toEpochMilli() }
    private val end = points.maxOf { it.at.at.toEpochMilli() }
    private val least: Double
    private val most: Double

    init {
        val all = points.flatMap { listOfNotNull(it.value, it.low, it.high) }
        val span = (all.max() - all.min()).takeIf { it > 0 } ?: 1.0
        least = all.min() - span * AIR
        most = all.max() + span * AIR
    }

    fun x(point: PlotPoint): Float = if (end == start) 0.5f else ((point.at.at.toEpochMilli() - start).toDouble() / (end - start)).toFloat()

    fun y(number: Double): Float = ((number - least) / (most - least)).toFloat()

    /** Neighbours that a line joins: nothing is known of what lies in a gap of more than two years. */
    val lines: List<Pair<PlotPoint, PlotPoint>> get() = points.zipWithNext().filter { (a, b) -> !isGap(a, b) }

    val hasGap: Boolean get() = points.zipWithNext().any { (a, b) -> isGap(a, b) }

    private fun isGap(a: PlotPoint, b: PlotPoint) = Duration.between(a.at.at, b.at.at) > GAP

    /** What was usual, each as far as it was given: half the way to the neighbours, and as far in a gap as its point. */
    val bands: List<Band>
        get() {
            val all = mutableListOf<Band>()
            points.forEachIndexed { at, point ->
                if (point.low == null && point.high == null) return@forEachIndexed
                val before = points.getOrNull(at - 1)
                val after = points.getOrNull(at + 1)
                val from = if (before == null) 0f else if (isGap(before, point)) x(point) else (x(before) + x(point)) / 2
                val to = if (after == null) 1f else if (isGap(point, after)) x(point) else (x(after) + x(point)) / 2
                val last = all.lastOrNull()
                if (last != null && last.low == point.low && last.high == point.high && last.to == from) {
                    all[all.lastIndex] = Band(last.from, to, point.low, point.high)
                } else {
                    all += Band(from, to, point.low, point.high)
                }
            }
            return all
        }

    /** A bound that is nothing is the plot's edge. */
    class Band(val from: Float, val to: Float, val low: Double?, val high: Double?)

    /** The numbers at the side: what is usual now, and the ends of the values where they do not lie close to that. */
    val figures: List<Double>
        get() {
            val newest = points.last()
            val chosen = listOfNotNull(newest.high, newest.low).toMutableList()
            for (end in listOf(points.maxOf { it.value }, points.minOf { it.value })) {
                if (chosen.none { abs(y(it) - y(end)) < CLOSE }) chosen += end
            }
            return chosen
        }

    private companion object {
        const val AIR = 0.14
        const val CLOSE = 0.12f
        val GAP: Duration = Duration.ofDays(731)
    }
}
