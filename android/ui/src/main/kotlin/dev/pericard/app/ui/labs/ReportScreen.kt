package dev.pericard.app.ui.labs

import androidx.compose.foundation.clickable
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.FlowRow
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.layout.widthIn
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.shape.RoundedCornerShape
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.Icon
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.SpanStyle
import androidx.compose.ui.text.buildAnnotatedString
import androidx.compose.ui.text.font.FontWeight
import androidx.compose.ui.text.style.TextDirection
import androidx.compose.ui.text.withStyle
import androidx.compose.ui.unit.dp
import dev.pericard.app.ui.components.Banner
import dev.pericard.app.ui.components.Group
import dev.pericard.app.ui.components.RowDivider
import dev.pericard.app.ui.components.SectionFoot
import dev.pericard.app.ui.components.SectionHead
import dev.pericard.app.ui.icons.Icons
import dev.pericard.app.ui.records.RecordFrame
import dev.pericard.app.ui.records.RecordFrameEvents
import dev.pericard.app.ui.records.RecordKind
import dev.pericard.app.ui.theme.Pericard
import dev.pericard.app.ui.theme.Radius
import dev.pericard.app.ui.theme.Space
import dev.pericard.app.ui.theme.foreign

/** One report: what the laboratory writes comes before any value. */
@Composable
fun ReportScreen(state: ReportState, events: ReportEvents, frame: RecordFrameEvents, onBack: () -> Unit, modifier: Modifier = Modifier) {
    val words = Pericard.words
    val clinic = state.owner.clinic.name
    val about = listOfNotNull(state.at?.let(Pericard.formats::date), state.laboratory.ifEmpty { null }).joinToString(", ")
    RecordFrame(state.owner, RecordKind.Labs, state.name.ifEmpty { words.labLoose }, state.shown, frame, onBack, modifier, subtitle = about) { report ->
        Column(Modifier.fillMaxSize().verticalScroll(rememberScrollState()), horizontalAlignment = Alignment.CenterHorizontally) {
            Column(Modifier.widthIn(max = Space.readMax).padding(horizontal = Space.gutter).padding(bottom = Space.xl), Arrangement.spacedBy(Space.l)) {
                if (report.conclusion.isNotEmpty()) Writes(listOf(report.conclusion), state.laboratory)
                StandingBanner(state.standing)
                if (report.results.isNotEmpty()) {
                    Group {
                        report.results.forEachIndexed { at, row ->
                            if (at > 0) RowDivider(Space.l)
                            ResultRowView(row, clinic) { events.open(row.id) }
                        }
                    }
                }
                if (report.missing > 0) SectionFoot(words.labMissing(report.missing))
                if (report.narrative.isNotEmpty()) {
                    Column {
                        SectionHead(words.labReportText)
                        Group { Text(report.narrative, Modifier.padding(Space.l), style = Pericard.type.body.foreign(), color = Pericard.palette.text) }
                    }
                }
            }
        }
    }
}

/** What the doctor or the laboratory writes, before anything else. */
@Composable
internal fun Writes(texts: List<String>, who: String, modifier: Modifier = Modifier) {
    val words = Pericard.words
    Surface(modifier.fillMaxWidth(), RoundedCornerShape(Radius.card), Pericard.palette.primaryContainer, Pericard.palette.onPrimaryContainer) {
        Row(Modifier.semantics(mergeDescendants = true) {}.padding(Space.l)) {
            Icon(Icons.lab, null, Modifier.padding(top = 2.dp).size(22.dp))
            Column(Modifier.padding(start = Space.m), Arrangement.spacedBy(Space.xs)) {
                Text(if (who.isEmpty()) words.labWritesLab else words.labWrites(who), style = Pericard.type.headline)
                texts.forEach { Text(words.offSaysQuote(it), style = Pericard.type.body) }
            }
        }
    }
}

@Composable
internal fun StandingBanner(standing: LabStanding, modifier: Modifier = Modifier) {
    val text = Pericard.words.explained(standing) ?: return
    Banner(Icons.notice, Pericard.words.of(standing).orEmpty(), modifier, text = text)
}

/** Name and value, the line with its range, and one sentence. */
@Composable
private fun ResultRowView(row: ResultRow, clinic: String, onClick: () -> Unit) {
    val words = Pericard.words
    val measured = row.measured
    Column(
        Modifier
            .fillMaxWidth()
            .clickable(role = Role.Button, onClick = onClick)
            .semantics(mergeDescendants = true) {}
            .padding(Space.l),
        Arrangement.spacedBy(Space.s),
    ) {
        FlowRow(Modifier.fillMaxWidth(), Arrangement.SpaceBetween, itemVerticalAlignment = Alignment.Bottom) {
            Text(measured.name, Modifier.padding(end = Space.m), style = Pericard.type.headline.foreign(), color = Pericard.palette.text)
            ValueText(measured.value, clinic)
        }
        measured.reading?.let { RangeLine(it) }
        words.sentences(measured).forEach { Text(it, style = Pericard.type.support, color = Pericard.palette.textSoft) }
        Marks(row.standing)
    }
}

/** A value with its unit, the figure standing out. Words and figures of the laboratory keep their own direction. */
@Composable
internal fun ValueText(value: MeasuredValue, clinic: String, modifier: Modifier = Modifier) {
    val said = Pericard.words.of(value, clinic)
    val soft = Pericard.palette.textSoft
    val text = buildAnnotatedString {
        withStyle(SpanStyle(fontWeight = FontWeight.Bold)) { append(said) }
        if (value is MeasuredValue.Amount && value.unit.isNotEmpty()) withStyle(SpanStyle(color = soft, fontSize = Pericard.type.support.fontSize)) { append(" ${value.unit}") }
    }
    val style = if (value is MeasuredValue.Amount) Pericard.type.headline.copy(textDirection = TextDirection.Ltr) else Pericard.type.headline.foreign()
    Text(text, modifier, style = style, color = Pericard.palette.text)
}
