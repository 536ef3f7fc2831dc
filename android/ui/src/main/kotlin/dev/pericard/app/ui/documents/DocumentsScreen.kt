package dev.pericard.app.ui.documents

import androidx.compose.foundation.clickable
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.PaddingValues
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.widthIn
import androidx.compose.foundation.lazy.LazyColumn
import androidx.compose.foundation.lazy.LazyListState
import androidx.compose.foundation.lazy.items
import androidx.compose.foundation.lazy.rememberLazyListState
import androidx.compose.material3.Icon
import androidx.compose.material3.IconButton
import androidx.compose.material3.LinearProgressIndicator
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.remember
import androidx.compose.runtime.snapshotFlow
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.vector.ImageVector
import androidx.compose.ui.semantics.Role
import dev.pericard.app.ui.components.Chevron
import dev.pericard.app.ui.components.Group
import dev.pericard.app.ui.components.RowDivider
import dev.pericard.app.ui.components.SectionFoot
import dev.pericard.app.ui.components.SectionHead
import dev.pericard.app.ui.icons.Icons
import dev.pericard.app.ui.model.Clinic
import dev.pericard.app.ui.records.Emptiness
import dev.pericard.app.ui.records.RecordFrame
import dev.pericard.app.ui.records.RecordFrameEvents
import dev.pericard.app.ui.records.RecordKind
import dev.pericard.app.ui.records.RecordsBannerView
import dev.pericard.app.ui.records.Refreshing
import dev.pericard.app.ui.records.TILED
import dev.pericard.app.ui.records.Tile
import dev.pericard.app.ui.theme.Pericard
import dev.pericard.app.ui.theme.Space
import dev.pericard.app.ui.theme.foreign
import dev.pericard.app.ui.thread.FilePlace
import dev.pericard.app.ui.thread.FileProblem
import dev.pericard.app.ui.words.Formats
import dev.pericard.app.ui.words.Words
import kotlinx.coroutines.flow.distinctUntilChanged

/** Documents by month. An arrow fetches one that is not on this phone; opening one fetches it, too. */
@Composable
fun DocumentsScreen(state: DocumentsState, events: DocumentsEvents, frame: RecordFrameEvents, onBack: () -> Unit, modifier: Modifier = Modifier) {
    val words = Pericard.words
    RecordFrame(state.owner, RecordKind.Documents, words.recordsDocs, state.shown, frame, onBack, modifier) { rows ->
        Refreshing(state.refreshing, events::refresh, Modifier.fillMaxSize()) {
            val list = rememberLazyListState()
            TellShown(list, events)
            val formats = Pericard.formats
            val months = remember(rows, formats) { months(rows, formats) }
            LazyColumn(
                Modifier.fillMaxSize(),
                list,
                contentPadding = PaddingValues(start = Space.gutter, end = Space.gutter, bottom = Space.xl),
                horizontalAlignment = Alignment.CenterHorizontally,
            ) {
                state.banner?.let { item("banner") { RecordsBannerView(it, state.owner, RecordKind.Documents, frame) } }
                if (rows.isEmpty()) {
                    item("empty") { Emptiness(Icons.document, words.docsEmpty, words.docsEmptyText(state.owner.clinic.name)) }
                }
                items(months, key = { it.name }) { month ->
                    Column(Modifier.widthIn(max = Space.readMax)) {
                        SectionHead(month.name)
                        Group {
                            month.rows.forEachIndexed { at, row ->
                                if (at > 0) RowDivider(TILED)
                                DocumentRowView(row, state.owner.clinic, events)
                            }
                        }
                    }
                }
                if (rows.any { it.file?.place is FilePlace.Remote }) {
                    item("foot") { SectionFoot(words.docsFoot, Modifier.widthIn(max = Space.readMax).fillMaxWidth()) }
                }
            }
        }
    }
}

private class Month(val name: String, val rows: List<DocumentRow>)

private fun months(rows: List<DocumentRow>, formats: Formats): List<Month> =
    rows.groupBy { formats.month(it.at) }.map { (name, rows) -> Month(name, rows) }

/** A month is an item, so what is in sight is told by rows. */
@Composable
private fun TellShown(list: LazyListState, events: DocumentsEvents) {
    LaunchedEffect(list) {
        snapshotFlow { list.layoutInfo.run { visibleItemsInfo.lastOrNull()?.index == totalItemsCount - 1 } }
            .distinctUntilChanged()
            .collect { atEnd -> if (atEnd) events.shown(Int.MAX_VALUE) }
    }
}

@Composable
private fun DocumentRowView(row: DocumentRow, clinic: Clinic, events: DocumentsEvents) {
    val words = Pericard.words
    val place = row.file?.place
    val title = row.title.ifEmpty { words.fileUnnamed }
    Row(
        Modifier
            .fillMaxWidth()
            .clickable(onClickLabel = words.fileOpen(title), role = Role.Button) { events.open(row.id) }
            .heightIn(min = Space.rowMin)
            .padding(start = Space.l, end = Space.s, top = Space.m, bottom = Space.m),
        verticalAlignment = Alignment.CenterVertically,
    ) {
        Tile(row.sort.icon, quiet = place != FilePlace.Stored)
        Column(Modifier.weight(1f).padding(horizontal = Space.m)) {
            Text(title, style = Pericard.type.headline.foreign(), color = Pericard.palette.text)
            Text(row.line(words, Pericard.formats, clinic), style = Pericard.type.support, color = Pericard.palette.textSoft)
            row.marks.forEach { Text(words.of(it), style = Pericard.type.support, color = Pericard.palette.textSoft) }
            if (place is FilePlace.Downloading) Progress(place)
        }
        when (place) {
            is FilePlace.Remote -> IconButton({ events.download(row.id) }) { Icon(Icons.download, words.fileGet, tint = Pericard.palette.textSoft) }
            is FilePlace.Downloading -> IconButton({ events.stop(row.id) }) { Icon(Icons.close, words.threadStopDownload, tint = Pericard.palette.textSoft) }
            else -> Row(Modifier.padding(end = Space.s)) { Chevron() }
        }
    }
}

@Composable
private fun Progress(at: FilePlace.Downloading) {
    val total = at.total?.takeIf { it > 0 } ?: return
    LinearProgressIndicator(
        { at.received.toFloat() / total },
        Modifier.fillMaxWidth().padding(top = Space.s),
        color = Pericard.palette.primary,
        trackColor = Pericard.palette.divider,
        drawStopIndicator = {},
    )
}

private val DocumentSort.icon: ImageVector
    get() = when (this) {
        DocumentSort.Letter -> Icons.document
        DocumentSort.Laboratory -> Icons.lab
        DocumentSort.Picture -> Icons.image
    }

/** Cardiology. 3 Nov. 1.2 MB; while it comes, how much of it; where it cannot be had, why. */
private fun DocumentRow.line(words: Words, formats: Formats, clinic: Clinic): String {
    val place = file?.place
    if (place is FilePlace.Downloading) {
        val total = place.total
        return if (total == null) formats.size(place.received) else words.fileProgress(formats.megabytes(place.received), formats.size(total))
    }
    if (place is FilePlace.Unavailable) return words.of(place.why, clinic)
    val size = file?.size.takeIf { place is FilePlace.Remote }?.let(formats::size)
    return listOfNotNull(from.ifEmpty { null }?.let(words.language::isolate), formats.inMonth(at), size).joinToString(". ")
}

internal fun Words.of(mark: DocumentMark): String = when (mark) {
    DocumentMark.Superseded -> docsSuperseded
    DocumentMark.Preliminary -> docsPreliminary
    DocumentMark.Restricted -> docsRestricted
}

/** Why the file of a document cannot be had. */
internal fun Words.of(why: FileProblem, clinic: Clinic): String = when (why) {
    FileProblem.NoSource -> docNoSource
    FileProblem.TooLarge -> fileTooLarge
    FileProblem.Mismatch -> fileMismatch
    FileProblem.NotFound -> fileGone(clinic.name)
    FileProblem.Refused -> fileRefused(clinic.name)
    FileProblem.Foreign -> fileForeign
}
