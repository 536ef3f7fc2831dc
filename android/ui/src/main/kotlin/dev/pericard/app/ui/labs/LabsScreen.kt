package dev.pericard.app.ui.labs

import androidx.compose.foundation.clickable
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.FlowRow
import androidx.compose.foundation.layout.PaddingValues
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.widthIn
import androidx.compose.foundation.lazy.LazyColumn
import androidx.compose.foundation.lazy.itemsIndexed
import androidx.compose.foundation.lazy.rememberLazyListState
import androidx.compose.foundation.shape.RoundedCornerShape
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.remember
import androidx.compose.runtime.snapshotFlow
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.semantics
import dev.pericard.app.ui.components.Chevron
import dev.pericard.app.ui.components.Group
import dev.pericard.app.ui.components.RowDivider
import dev.pericard.app.ui.components.SectionHead
import dev.pericard.app.ui.icons.Icons
import dev.pericard.app.ui.records.Emptiness
import dev.pericard.app.ui.records.RecordFrame
import dev.pericard.app.ui.records.RecordFrameEvents
import dev.pericard.app.ui.records.RecordKind
import dev.pericard.app.ui.records.RecordsBannerView
import dev.pericard.app.ui.records.Refreshing
import dev.pericard.app.ui.records.TILED
import dev.pericard.app.ui.records.Tile
import dev.pericard.app.ui.theme.Pericard
import dev.pericard.app.ui.theme.Radius
import dev.pericard.app.ui.theme.Space
import dev.pericard.app.ui.theme.foreign
import dev.pericard.app.ui.words.Formats
import kotlinx.coroutines.flow.distinctUntilChanged

/** Reports by month. */
@Composable
fun LabsScreen(state: LabsState, events: LabsEvents, frame: RecordFrameEvents, onBack: () -> Unit, modifier: Modifier = Modifier) {
    val words = Pericard.words
    RecordFrame(state.owner, RecordKind.Labs, words.recordsLabs, state.shown, frame, onBack, modifier) { rows ->
        Refreshing(state.refreshing, events::refresh, Modifier.fillMaxSize()) {
            val list = rememberLazyListState()
            LaunchedEffect(list) {
                snapshotFlow { list.layoutInfo.run { visibleItemsInfo.lastOrNull()?.index == totalItemsCount - 1 } }
                    .distinctUntilChanged()
                    .collect { atEnd -> if (atEnd) events.shown(Int.MAX_VALUE) }
            }
            val formats = Pericard.formats
            val months = remember(rows, formats) { months(rows, formats) }
            LazyColumn(
                Modifier.fillMaxSize(),
                list,
                contentPadding = PaddingValues(start = Space.gutter, end = Space.gutter, bottom = Space.xl),
                horizontalAlignment = Alignment.CenterHorizontally,
            ) {
                state.banner?.let { item("banner") { RecordsBannerView(it, state.owner, RecordKind.Labs, frame) } }
                if (rows.isEmpty()) {
                    item("empty") { Emptiness(Icons.lab, words.labsEmpty, words.labsEmptyText(state.owner.clinic.name)) }
                }
                itemsIndexed(months, key = { _, month -> month.first }) { _, (name, reports) ->
                    Column(Modifier.widthIn(max = Space.readMax)) {
                        SectionHead(name)
                        Group {
                            reports.forEachIndexed { at, row ->
                                if (at > 0) RowDivider(TILED)
                                ReportRowView(row) { events.open(row.id) }
                            }
                        }
                    }
                }
            }
        }
    }
}

private fun months(rows: List<ReportRow>, formats: Formats): List<Pair<String, List<ReportRow>>> = rows.groupBy { formats.month(it.at) }.toList()

@Composable
private fun ReportRowView(row: ReportRow, onClick: () -> Unit) {
    val words = Pericard.words
    val line = listOfNotNull(row.laboratory.ifEmpty { null }?.let(words.language::isolate), Pericard.formats.inMonth(row.at)).joinToString(". ")
    Row(
        Modifier
            .fillMaxWidth()
            .clickable(role = Role.Button, onClick = onClick)
            .heightIn(min = Space.rowMin)
            .semantics(mergeDescendants = true) {}
            .padding(horizontal = Space.l, vertical = Space.m),
        verticalAlignment = Alignment.CenterVertically,
    ) {
        Tile(Icons.lab)
        Column(Modifier.weight(1f).padding(start = Space.m)) {
            Text(row.name.ifEmpty { words.labLoose }, style = Pericard.type.headline.foreign(), color = Pericard.palette.text)
            Text(line, style = Pericard.type.support, color = Pericard.palette.textSoft)
            Marks(row.standing, row.isNew)
        }
        Chevron()
    }
}

/** What is said of a report or a result beside its name. */
@Composable
internal fun Marks(standing: LabStanding, isNew: Boolean = false, modifier: Modifier = Modifier) {
    val words = Pericard.words
    val marks = listOfNotNull(words.labNew.takeIf { isNew }, words.of(standing))
    if (marks.isEmpty()) return
    FlowRow(modifier.padding(top = Space.xs), Arrangement.spacedBy(Space.s), Arrangement.spacedBy(Space.xs)) {
        marks.forEachIndexed { at, text -> Pill(text, strong = isNew && at == 0) }
    }
}

@Composable
private fun Pill(text: String, strong: Boolean) {
    Surface(
        shape = RoundedCornerShape(Radius.full),
        color = if (strong) Pericard.palette.primaryContainer else Pericard.palette.surfaceSunken,
        contentColor = if (strong) Pericard.palette.onPrimaryContainer else Pericard.palette.text,
    ) { Text(text, Modifier.padding(horizontal = Space.m, vertical = Space.xs), style = Pericard.type.label) }
}
