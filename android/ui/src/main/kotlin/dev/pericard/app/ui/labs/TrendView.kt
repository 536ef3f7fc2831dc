package dev.pericard.app.ui.labs

import androidx.compose.foundation.Canvas
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.FlowRow
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.selection.selectable
import androidx.compose.material3.ExperimentalMaterial3Api
import androidx.compose.material3.Icon
import androidx.compose.material3.SegmentedButton
import androidx.compose.material3.SegmentedButtonDefaults
import androidx.compose.material3.SingleChoiceSegmentedButtonRow
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.dp
import dev.pericard.app.ui.components.Group
import dev.pericard.app.ui.components.RowDivider
import dev.pericard.app.ui.icons.Icons
import dev.pericard.app.ui.theme.Pericard
import dev.pericard.app.ui.theme.Space
import dev.pericard.app.ui.theme.Touch

/** How a value developed: a chart, or the same as a list. Units that do not compare have a chart each. */
@Composable
internal fun Trend(plots: List<Plot>, asList: Boolean, events: ResultEvents) {
    plots.forEach { plot ->
        Column(verticalArrangement = Arrangement.spacedBy(Space.s)) {
            if (plots.size > 1) {
                val unit = if (plot.unit.isEmpty()) Pericard.words.labTrendUnitless else Pericard.words.labTrendIn(plot.unit)
                Text(unit, Modifier.padding(horizontal = Space.xs).semantics { heading() }, style = Pericard.type.label, color = Pericard.palette.textSoft)
            }
            Group { if (asList) Values(plot) else Chart(plot) }
        }
    }
    Choice(asList, events)
}

@Composable
private fun Chart(plot: Plot) {
    val words = Pericard.words
    Column(Modifier.padding(Space.l), Arrangement.spacedBy(Space.s)) {
        PlotView(plot)
        if (PlotScale(plot.points).hasGap) Text(words.labTrendGap, style = Pericard.type.caption, color = Pericard.palette.textSoft)
        if (plot.points.any { it.isInside != null }) {
            FlowRow(horizontalArrangement = Arrangement.spacedBy(Space.l)) {
                Key(words.labLegendIn, round = true)
                if (plot.points.any { it.isInside == false }) Key(words.labLegendOut, round = false)
            }
        }
    }
}

/** What a mark in the chart means. */
@Composable
private fun Key(text: String, round: Boolean) {
    val color = Pericard.palette.plot
    val ground = Pericard.palette.surface
    Row(verticalAlignment = Alignment.CenterVertically) {
        Canvas(Modifier.size(16.dp)) { marker(center, round, color, ground, hollow = !round, large = false) }
        Text(text, Modifier.padding(start = Space.xs), style = Pericard.type.caption, color = Pericard.palette.textSoft)
    }
}

/** Newest first. */
@Composable
private fun Values(plot: Plot) {
    val words = Pericard.words
    val formats = Pericard.formats
    plot.points.asReversed().forEachIndexed { at, point ->
        if (at > 0) RowDivider(Space.l)
        FlowRow(
            Modifier.fillMaxWidth().heightIn(min = Touch.least).semantics(mergeDescendants = true) {}.padding(horizontal = Space.l, vertical = Space.m),
            Arrangement.SpaceBetween,
            itemVerticalAlignment = Alignment.CenterVertically,
        ) {
            Column(Modifier.padding(end = Space.m)) {
                Text(formats.date(point.at), style = Pericard.type.body, color = Pericard.palette.text)
                val notes = listOfNotNull(
                    point.isInside?.let { if (it) words.labLegendIn else words.labLegendOut },
                    words.of(point.standing),
                    words.labConverted.takeIf { point.converted },
                )
                notes.forEach { Text(it, style = Pericard.type.support, color = Pericard.palette.textSoft) }
            }
            ValueText(MeasuredValue.Amount(point.text, plot.unit), "")
        }
    }
}

/** Chart or list; one under the other where the text is large. */
@OptIn(ExperimentalMaterial3Api::class)
@Composable
private fun Choice(asList: Boolean, events: ResultEvents) {
    val words = Pericard.words
    val choices = listOf(false to words.labChart, true to words.labList)
    if (Pericard.largeText) {
        Group {
            choices.forEach { (list, text) ->
                Row(
                    Modifier.fillMaxWidth().selectable(asList == list, role = Role.RadioButton) { events.asList(list) }.heightIn(min = Touch.least).padding(Space.l),
                    verticalAlignment = Alignment.CenterVertically,
                ) {
                    Icon(if (asList == list) Icons.radioOn else Icons.radioOff, null, Modifier.size(24.dp), tint = Pericard.palette.primary)
                    Text(text, Modifier.padding(start = Space.m), style = Pericard.type.body, color = Pericard.palette.text)
                }
            }
        }
        return
    }
    SingleChoiceSegmentedButtonRow(Modifier.fillMaxWidth()) {
        choices.forEachIndexed { at, (list, text) ->
            SegmentedButton(
                asList == list,
                { events.asList(list) },
                SegmentedButtonDefaults.itemShape(at, choices.size),
                Modifier.heightIn(min = Touch.least),
                colors = SegmentedButtonDefaults.colors(
                    activeContainerColor = Pericard.palette.primaryContainer,
                    activeContentColor = Pericard.palette.onPrimaryContainer,
                    activeBorderColor = Pericard.palette.outline,
                    inactiveContainerColor = Pericard.palette.background,
                    inactiveContentColor = Pericard.palette.text,
                    inactiveBorderColor = Pericard.palette.outline,
                ),
                icon = { if (asList == list) Icon(Icons.check, null, Modifier.size(18.dp)) },
            ) { Text(text, style = Pericard.type.label) }
        }
    }
}
