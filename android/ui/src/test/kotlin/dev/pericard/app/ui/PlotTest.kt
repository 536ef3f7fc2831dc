package dev.pericard.app.ui

import dev.pericard.app.ui.labs.Bound
import dev.pericard.app.ui.labs.LineScale
import dev.pericard.app.ui.labs.PlotPoint
import dev.pericard.app.ui.labs.PlotScale
import dev.pericard.app.ui.labs.Reading
import dev.pericard.app.ui.labs.figure
import dev.pericard.app.ui.model.Moment
import dev.pericard.app.ui.model.Precision
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import java.time.Instant

class PlotTest {
    private fun point(day: String, value: Double, low: Double? = null, high: Double? = null) =
        PlotPoint(day, Moment(Instant.parse("${day}T00:00:00Z"), Precision.Day), value, figure(value), low, high)

    @Test
    fun `no line is drawn through a gap of more than two years`() {
        val scale = PlotScale(listOf(point("2020-01-01", 1.0), point("2021-12-31", 2.0), point("2024-01-05", 3.0)))
        assertEquals(listOf("2020-01-01" to "2021-12-31"), scale.lines.map { (a, b) -> a.resultId to b.resultId })
        assertTrue(scale.hasGap)
    }

    @Test
    fun `a range that was not given is not drawn`() {
        val none = PlotScale(listOf(point("2025-01-01", 1.0), point("2026-01-01", 2.0)))
        assertTrue(none.bands.isEmpty())
        val half = PlotScale(listOf(point("2024-01-01", 1.0), point("2025-01-01", 1.0, 0.5, 2.0), point("2026-01-01", 2.0, 0.5, 2.0)))
        val band = half.bands.single()
        assertEquals(1f, band.to)
        assertTrue(band.from in 0.2f..0.3f)
    }

    @Test
    fun `the highest is above the lowest, and both are inside`() {
        val points = listOf(point("2025-01-01", 5.0, 4.0, 6.0), point("2025-06-01", 9.0, 4.0, 6.0))
        val scale = PlotScale(points)
        assertTrue(scale.y(9.0) > scale.y(4.0))
        assertTrue(listOf(4.0, 5.0, 9.0).all { scale.y(it) in 0f..1f })
        assertEquals(listOf(6.0, 4.0, 9.0, 5.0), scale.figures)
        assertFalse(scale.hasGap)
    }

    @Test
    fun `a value far outside stands at the end of its line`() {
        fun scale(value: Double) = LineScale(Reading(value, Bound(3.5, "3.5"), Bound(5.5, "5.5"), null))
        assertEquals(1f, scale(500.0).value)
        assertTrue(scale(4.5).run { value > low && value < high })
        assertTrue(scale(500.0).run { high - low > 0.08f })
        assertEquals(0f, LineScale(Reading(2.0, null, Bound(3.0, "3.0"), null)).low)
    }

    @Test
    fun `figures are short and have a point`() {
        assertEquals(listOf("0.82", "1.1", "120", "12350", "0.001235"), listOf(0.82, 1.1000000001, 120.0, 12_346.0, 0.00123456).map(::figure))
    }
}
