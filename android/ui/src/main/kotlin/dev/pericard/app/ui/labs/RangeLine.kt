package dev.pericard.app.ui.labs

import androidx.compose.foundation.Canvas
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.height
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.geometry.CornerRadius
import androidx.compose.ui.geometry.Offset
import androidx.compose.ui.geometry.Size
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.Path
import androidx.compose.ui.graphics.drawscope.DrawScope
import androidx.compose.ui.graphics.drawscope.Fill
import androidx.compose.ui.graphics.drawscope.Stroke
import androidx.compose.ui.unit.LayoutDirection
import androidx.compose.ui.unit.dp
import dev.pericard.app.ui.theme.Pericard
import kotlin.math.abs

/** Where on a line from 0 to 1 the range and the value lie. A value far outside stands at the end. */
internal class LineScale(reading: Reading) {
    private val least: Double
    private val most: Double

    init {
        val low = reading.low?.number
        val high = reading.high?.number
        val span = when {
            low != null && high != null -> high - low
            else -> abs(high ?: low ?: 1.0).takeIf { it > 0 } ?: 1.0
        }
        val from = low ?: if ((high ?: 0.0) > 0) 0.0 else (high ?: 0.0) - span
        val to = high ?: (from + span)
        least = (if (low == null) from else minOf(from - span * MARGIN, reading.value - span * AROUND)).coerceAtLeast(from - span * FURTHEST)
        most = maxOf(to + span * MARGIN, reading.value + span * AROUND).coerceAtMost(to + span * FURTHEST)
    }

    fun at(number: Double): Float = ((number - least) / (most - least)).coerceIn(0.0, 1.0).toFloat()

    val low: Float = reading.low?.number?.let(::at) ?: 0f
    val high: Float = reading.high?.number?.let(::at) ?: 1f
    val value: Float = at(reading.value)

    private companion object {
        const val MARGIN = 0.6
        const val AROUND = 0.15
        const val FURTHEST = 4.0
    }
}

/**
 * The usual range on a line with the value in it: ● inside, ◆ outside, with no colour that judges. The sentence under it says the
 * same, so that assistive technology needs no line.
 */
@Composable
internal fun RangeLine(reading: Reading, modifier: Modifier = Modifier) {
    val scale = LineScale(reading)
    val track = Pericard.palette.divider
    val band = Pericard.palette.band
    val edge = Pericard.palette.bandEdge
    val mark = Pericard.palette.plot
    val ground = Pericard.palette.surface
    Canvas(modifier.fillMaxWidth().height(24.dp)) {
        val turned = layoutDirection == LayoutDirection.Rtl
        fun x(share: Float) = (if (turned) 1 - share else share) * size.width
        val middle = size.height / 2
        bar(0f, size.width, 6.dp.toPx(), track, middle)
        val (left, right) = x(scale.low).let { low -> x(scale.high).let { high -> minOf(low, high) to maxOf(low, high) } }
        bar(left, right, 12.dp.toPx(), band, middle)
        bar(left, right, 12.dp.toPx(), edge, middle, Stroke(1.5.dp.toPx()))
        val inset = 9.dp.toPx()
        marker(Offset(x(scale.value).coerceIn(inset, size.width - inset), middle), reading.isInside != false, mark, ground)
    }
}

private fun DrawScope.bar(from: Float, to: Float, height: Float, color: Color, middle: Float, stroke: Stroke? = null) = drawRoundRect(
    color,
    Offset(from, middle - height / 2),
    Size((to - from).coerceAtLeast(height), height),
    CornerRadius(height / 2),
    stroke ?: Fill,
)

/** A filled mark with a rim, so that it stands out from the band. */
internal fun DrawScope.marker(at: Offset, round: Boolean, color: Color, rim: Color, hollow: Boolean = false, large: Boolean = true) {
    val radius = (if (large) 6.5f else 5f).dp.toPx()
    if (round) {
        drawCircle(rim, radius + 2.dp.toPx(), at)
        drawCircle(color, radius, at)
        if (hollow) drawCircle(rim, radius - 2.dp.toPx(), at)
    } else {
        drawPath(diamond(at, radius + 4.dp.toPx()), rim)
        drawPath(diamond(at, radius + 1.5.dp.toPx()), color)
        if (hollow) drawPath(diamond(at, radius - 1.5.dp.toPx()), rim)
    }
}

private fun diamond(at: Offset, radius: Float) = Path().apply {
    moveTo(at.x, at.y - radius)
    lineTo(at.x + radius, at.y)
    lineTo(at.x, at.y + radius)
    lineTo(at.x - radius, at.y)
    close()
}
