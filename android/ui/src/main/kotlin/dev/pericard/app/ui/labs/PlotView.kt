package dev.pericard.app.ui.labs

import androidx.compose.foundation.Canvas
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.BoxWithConstraints
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.height
import androidx.compose.foundation.layout.offset
import androidx.compose.foundation.layout.size
import androidx.compose.runtime.Composable
import androidx.compose.runtime.CompositionLocalProvider
import androidx.compose.runtime.remember
import androidx.compose.ui.Modifier
import androidx.compose.ui.geometry.Offset
import androidx.compose.ui.geometry.Size
import androidx.compose.ui.graphics.drawscope.DrawScope
import androidx.compose.ui.platform.LocalDensity
import androidx.compose.ui.platform.LocalLayoutDirection
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.TextMeasurer
import androidx.compose.ui.text.TextStyle
import androidx.compose.ui.text.drawText
import androidx.compose.ui.text.font.FontWeight
import androidx.compose.ui.text.rememberTextMeasurer
import androidx.compose.ui.unit.LayoutDirection
import androidx.compose.ui.unit.dp
import dev.pericard.app.ui.theme.Palette
import dev.pericard.app.ui.theme.Pericard
import dev.pericard.app.ui.words.Formats
import dev.pericard.app.ui.words.Words

/** Values over time, from left to right in every language. Each point is an element of its own for assistive technology. */
@Composable
internal fun PlotView(plot: Plot, modifier: Modifier = Modifier) {
    val words = Pericard.words
    val formats = Pericard.formats
    val scale = remember(plot) { PlotScale(plot.points) }
    val measurer = rememberTextMeasurer()
    val caption = Pericard.type.caption
    val looks = Looks(Pericard.palette, caption, Pericard.type.label.copy(fontWeight = FontWeight.Bold))
    val first = remember(plot, caption) { scale.figures.maxOf { measurer.measure(figure(it), caption).size.width } }
    val line = measurer.measure("0", caption).size.height
    CompositionLocalProvider(LocalLayoutDirection provides LayoutDirection.Ltr) {
        BoxWithConstraints(modifier.fillMaxWidth().height(if (Pericard.largeText) 300.dp else 240.dp)) {
            val density = LocalDensity.current
            val field = with(density) {
                val left = first + 12.dp.toPx()
                Field(left, 8.dp.toPx(), maxWidth.toPx() - left - INSET.toPx(), maxHeight.toPx() - line * 2 - 12.dp.toPx(), INSET.toPx())
            }
            Canvas(Modifier.fillMaxSize()) {
                bands(scale, field, looks, measurer, words)
                figures(scale, field, looks, measurer)
                values(plot, scale, field, looks, measurer)
                times(plot, scale, field, looks, measurer, formats)
            }
            plot.points.forEach { point ->
                val at = field.at(scale, point)
                val spoken = spoken(point, plot.unit, words, formats)
                with(density) {
                    Box(Modifier.offset(at.x.toDp() - 12.dp, at.y.toDp() - 12.dp).size(24.dp).semantics { contentDescription = spoken })
                }
            }
        }
    }
}

/** 48 mmol/mol, 2 November 2026, in the usual range. */
internal fun spoken(point: PlotPoint, unit: String, words: Words, formats: Formats): String = listOfNotNull(
    "${point.text} $unit".trim(),
    formats.date(point.at),
    point.isInside?.let { if (it) words.labLegendIn else words.labLegendOut },
    words.of(point.standing),
    words.labConverted.takeIf { point.converted },
).joinToString(", ")

private class Looks(val palette: Palette, val caption: TextStyle, val strong: TextStyle)

/** Where values are drawn; points keep a little off its sides. */
private class Field(val left: Float, val top: Float, val width: Float, val height: Float, private val inset: Float) {
    fun x(share: Float): Float = left + inset + share * (width - inset * 2)

    /** The ends of a band reach to the sides. */
    fun edge(share: Float): Float = if (share <= 0f) left else if (share >= 1f) left + width else x(share)

    fun y(share: Float): Float = top + (1 - share) * height

    fun at(scale: PlotScale, point: PlotPoint) = Offset(x(scale.x(point)), y(scale.y(point.value)))
}

private val INSET = 16.dp

private fun DrawScope.bands(scale: PlotScale, field: Field, looks: Looks, measurer: TextMeasurer, words: Words) {
    val bands = scale.bands
    bands.forEach { band ->
        val top = band.high?.let { field.y(scale.y(it)) } ?: field.top
        val bottom = band.low?.let { field.y(scale.y(it)) } ?: (field.top + field.height)
        val (from, to) = field.edge(band.from) to field.edge(band.to)
        drawRect(looks.palette.band, Offset(from, top), Size((to - from).coerceAtLeast(2.dp.toPx()), bottom - top))
        for (edge in listOfNotNull(top.takeIf { band.high != null }, bottom.takeIf { band.low != null })) {
            drawLine(looks.palette.bandEdge, Offset(from, edge), Offset(to, edge), 1.5.dp.toPx())
        }
    }
    val last = bands.lastOrNull() ?: return
    val text = measurer.measure(words.labRange, looks.caption.copy(color = looks.palette.textSoft))
    val bottom = last.low?.let { field.y(scale.y(it)) } ?: (field.top + field.height)
    val top = last.high?.let { field.y(scale.y(it)) } ?: field.top
    val from = field.edge(last.from)
    val fits = bottom - top > text.size.height + 8.dp.toPx() && field.edge(last.to) - from > text.size.width + 16.dp.toPx()
    if (fits) drawText(text, topLeft = Offset(from + 8.dp.toPx(), bottom - text.size.height - 4.dp.toPx()))
}

private fun DrawScope.figures(scale: PlotScale, field: Field, looks: Looks, measurer: TextMeasurer) = scale.figures.forEach { number ->
    val y = field.y(scale.y(number))
    val text = measurer.measure(figure(number), looks.caption.copy(color = looks.palette.textSoft))
    drawText(text, topLeft = Offset(field.left - 8.dp.toPx() - text.size.width, y - text.size.height / 2))
    // The edge of a band is its own line.
    if (scale.bands.none { it.low == number || it.high == number }) {
        drawLine(looks.palette.divider, Offset(field.left, y), Offset(field.left + field.width, y), 1.dp.toPx())
    }
}

private fun DrawScope.values(plot: Plot, scale: PlotScale, field: Field, looks: Looks, measurer: TextMeasurer) {
    scale.lines.forEach { (a, b) -> drawLine(looks.palette.plot, field.at(scale, a), field.at(scale, b), 2.5.dp.toPx()) }
    plot.points.forEach { point ->
        val at = field.at(scale, point)
        marker(at, point.isInside != false, looks.palette.plot, looks.palette.surface, hollow = point.isInside == false, large = point.isThis)
        if (point.isThis) {
            val text = measurer.measure(point.text, looks.strong.copy(color = looks.palette.text))
            // On the side from which no line comes.
            val neighbour = scale.lines.firstOrNull { (a, b) -> a == point || b == point }?.let { (a, b) -> if (a == point) b else a }
            val above = neighbour != null && neighbour.value < point.value
            val y = if (above) at.y - 12.dp.toPx() - text.size.height else at.y + 12.dp.toPx()
            drawText(text, topLeft = Offset((at.x - text.size.width / 2).coerceIn(field.left, size.width - text.size.width), y))
        }
    }
}

/** The first and the last time, and those between for which there is room. */
private fun DrawScope.times(plot: Plot, scale: PlotScale, field: Field, looks: Looks, measurer: TextMeasurer, formats: Formats) {
    val y = field.top + field.height + 8.dp.toPx()
    val drawn = mutableListOf<Pair<Float, Float>>()
    val ends = listOf(plot.points.first(), plot.points.last())
    for (point in (ends + plot.points.drop(1).dropLast(1)).distinct()) {
        val text = measurer.measure(formats.axis(point.at), looks.caption.copy(color = looks.palette.textSoft))
        val left = (field.x(scale.x(point)) - text.size.width / 2).coerceIn(field.left, size.width - text.size.width)
        val right = left + text.size.width
        val room = 12.dp.toPx()
        if (drawn.any { (from, to) -> left < to + room && right > from - room }) continue
        drawn += left to right
        drawText(text, topLeft = Offset(left, y))
    }
}
