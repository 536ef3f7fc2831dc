package dev.pericard.app.ui.labs

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.navigationBarsPadding
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.widthIn
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.SpanStyle
import androidx.compose.ui.text.buildAnnotatedString
import androidx.compose.ui.text.style.TextDirection
import androidx.compose.ui.text.withStyle
import dev.pericard.app.ui.components.Group
import dev.pericard.app.ui.components.RowDivider
import dev.pericard.app.ui.components.SectionHead
import dev.pericard.app.ui.components.TonalButton
import dev.pericard.app.ui.icons.Icons
import dev.pericard.app.ui.records.RecordFrame
import dev.pericard.app.ui.records.RecordFrameEvents
import dev.pericard.app.ui.records.RecordKind
import dev.pericard.app.ui.theme.Pericard
import dev.pericard.app.ui.theme.Space
import dev.pericard.app.ui.theme.foreign

/** One result: what somebody writes about it, then the value and where it lies, then how it developed. */
@Composable
fun ResultScreen(state: ResultState, events: ResultEvents, frame: RecordFrameEvents, onBack: () -> Unit, modifier: Modifier = Modifier) {
    val docked = state.canAsk && !Pericard.largeText
    RecordFrame(state.owner, RecordKind.Labs, state.name, state.shown, frame, onBack, modifier) { result ->
        Column(Modifier.fillMaxSize(), horizontalAlignment = Alignment.CenterHorizontally) {
            Column(
                Modifier.weight(1f).verticalScroll(rememberScrollState()).widthIn(max = Space.readMax).fillMaxWidth().padding(horizontal = Space.gutter).padding(bottom = Space.l),
                Arrangement.spacedBy(Space.l),
            ) {
                ResultBody(result, state, events)
                if (state.canAsk && !docked) Ask(events)
            }
            if (docked) {
                Ask(events, Modifier.widthIn(max = Space.readMax).padding(horizontal = Space.gutter, vertical = Space.m).navigationBarsPadding())
            }
        }
    }
}

@Composable
private fun Ask(events: ResultEvents, modifier: Modifier = Modifier) = TonalButton(Pericard.words.labAsk, events::ask, modifier, icon = Icons.write)

@Composable
private fun ResultBody(result: ResultContent, state: ResultState, events: ResultEvents) {
    val words = Pericard.words
    val formats = Pericard.formats
    val clinic = state.owner.clinic.name
    if (result.comments.isNotEmpty()) Writes(result.comments, "")
    StandingBanner(state.standing)
    Column(Modifier.padding(horizontal = Space.xs), Arrangement.spacedBy(Space.s)) {
        Column(Modifier.semantics(mergeDescendants = true) {}) {
            Figure(result.measured.value, clinic)
            state.at?.let { Text(formats.date(it), style = Pericard.type.support, color = Pericard.palette.textSoft) }
        }
        result.measured.reading?.let { RangeLine(it) }
        words.sentences(result.measured).forEachIndexed { at, text ->
            Text(text, style = if (at == 0) Pericard.type.headline else Pericard.type.support, color = if (at == 0) Pericard.palette.text else Pericard.palette.textSoft)
        }
        result.development?.let { Text(it.sentence(), style = Pericard.type.support, color = Pericard.palette.text) }
    }
    if (result.parts.isNotEmpty()) Parts(result.parts, clinic)
    if (result.plots.sumOf { it.points.size } > 1) Trend(result.plots, state.asList, events)
}

/** The value, large. */
@Composable
private fun Figure(value: MeasuredValue, clinic: String) {
    val said = Pericard.words.of(value, clinic)
    if (value !is MeasuredValue.Amount) {
        Text(said, style = Pericard.type.title.foreign(), color = Pericard.palette.text)
        return
    }
    val unit = SpanStyle(color = Pericard.palette.textSoft, fontSize = Pericard.type.body.fontSize, fontWeight = Pericard.type.body.fontWeight)
    val text = buildAnnotatedString {
        append(said)
        if (value.unit.isNotEmpty()) withStyle(unit) { append(" ${value.unit}") }
    }
    Text(text, style = Pericard.type.number.copy(textDirection = TextDirection.Ltr), color = Pericard.palette.text)
}

@Composable
private fun Development.sentence(): String {
    val words = Pericard.words
    val date = Pericard.formats.date(at)
    return when (to) {
        Development.Direction.Lower -> words.labTrendLower(before, date)
        Development.Direction.Higher -> words.labTrendHigher(before, date)
        Development.Direction.Same -> words.labTrendSame(date)
    }
}

@Composable
private fun Parts(parts: List<Measured>, clinic: String) {
    Column {
        SectionHead(Pericard.words.labTogether)
        Group {
            parts.forEachIndexed { at, part ->
                if (at > 0) RowDivider(Space.l)
                Column(Modifier.fillMaxWidth().semantics(mergeDescendants = true) {}.padding(Space.l), Arrangement.spacedBy(Space.xs)) {
                    Text(part.name, style = Pericard.type.support.foreign(), color = Pericard.palette.textSoft)
                    ValueText(part.value, clinic)
                    part.reading?.let { RangeLine(it) }
                    Pericard.words.sentences(part).forEach { Text(it, style = Pericard.type.support, color = Pericard.palette.textSoft) }
                }
            }
        }
    }
}
