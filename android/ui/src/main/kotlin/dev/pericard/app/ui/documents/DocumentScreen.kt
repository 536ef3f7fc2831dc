package dev.pericard.app.ui.documents

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.FlowRow
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.navigationBarsPadding
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.Icon
import androidx.compose.material3.IconButton
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.vector.ImageVector
import androidx.compose.ui.unit.dp
import dev.pericard.app.ui.components.Banner
import dev.pericard.app.ui.components.PrimaryButton
import dev.pericard.app.ui.components.QuietButton
import dev.pericard.app.ui.components.Tone
import dev.pericard.app.ui.components.of
import dev.pericard.app.ui.icons.Icons
import dev.pericard.app.ui.records.Emptiness
import dev.pericard.app.ui.records.RecordFrame
import dev.pericard.app.ui.records.RecordFrameEvents
import dev.pericard.app.ui.records.RecordKind
import dev.pericard.app.ui.records.content
import dev.pericard.app.ui.theme.Pericard
import dev.pericard.app.ui.theme.Space
import dev.pericard.app.ui.thread.FileProblem

/** One document: as text, or page by page. What would act by itself is off, and nothing leaves the app without a warning. */
@Composable
fun DocumentScreen(state: DocumentState, events: DocumentEvents, frame: RecordFrameEvents, onBack: () -> Unit, modifier: Modifier = Modifier) {
    val words = Pericard.words
    val about = listOfNotNull(state.from.ifEmpty { null }, state.at?.let(Pericard.formats::date)).joinToString(". ")
    RecordFrame(
        state.owner,
        RecordKind.Documents,
        state.title.ifEmpty { words.fileUnnamed },
        state.shown,
        frame,
        onBack,
        modifier,
        subtitle = about,
        actions = {
            if (state.canShare) IconButton(events::askToShare) { Icon(Icons.shareOut, words.docShare) }
        },
    ) { body ->
        Column(Modifier.fillMaxSize()) {
            Notes(state)
            Box(Modifier.weight(1f).fillMaxWidth()) { Body(body, state, events) }
            // With large text it scrolls behind what it is about.
            if (body is DocumentBody.Pages || body is DocumentBody.Text && !Pericard.largeText) Dock(body, events)
        }
    }
    state.sharing?.let { SharingSheet(it, events) }
}

/** What one has to know before reading on. */
@Composable
private fun Notes(state: DocumentState) {
    val words = Pericard.words
    val side = Modifier.padding(start = Space.gutter, end = Space.gutter, bottom = Space.s)
    when (state.saved) {
        Saved.Done -> Banner(Icons.check, words.docSaved, side, tone = Tone.Ok)
        Saved.Not -> Banner(Icons.failed, words.docNotSaved, side, tone = Tone.Warning)
        Saved.NotWhole -> Banner(Icons.failed, words.docNotSaved, side, words.docNotSavedLeft, Tone.Warning)
        null -> {}
    }
    if (state.marks.isNotEmpty()) Banner(Icons.notice, state.marks.joinToString(". ") { words.of(it) }, side)
    when ((state.shown.content as? DocumentBody.Pages)?.caution) {
        Caution.Active -> Banner(Icons.notice, words.docActive, side)
        Caution.Hidden -> Banner(Icons.notice, words.docHidden, side)
        null -> {}
    }
}

@Composable
private fun Body(body: DocumentBody, state: DocumentState, events: DocumentEvents) {
    val words = Pericard.words
    val clinic = state.owner.clinic
    when (body) {
        is DocumentBody.Text -> Paper({ if (Pericard.largeText) Dock(body, events) }) { Letter(body, state.formats, events) }
        is DocumentBody.Pages -> PageView(body, state.title)
        is DocumentBody.Getting -> Waiting(body, events)
        is DocumentBody.NotHere -> Notice(Emptied(words.docNotHere, body.problem?.let { words.of(it, clinic.name) }.orEmpty())) {
            PrimaryButton(words.fileGet, events::download, icon = Icons.download)
        }
        is DocumentBody.Unavailable -> Notice(Emptied(words.docCannot, words.of(body.why, clinic))) {
            if (body.why.mayMend) PrimaryButton(words.fileGet, events::download, icon = Icons.retry)
        }
        DocumentBody.NoFile -> Notice(Emptied(words.docNoFile, "")) {}
        DocumentBody.CannotShow -> Notice(Emptied(words.docCannot, words.docCannotText)) {
            PrimaryButton(words.docShare, events::askToShare, icon = Icons.shareOut)
            Remove(events)
        }
        is DocumentBody.AnotherType -> {
            val found = body.found
            val text = if (found == null) words.docAnotherUnknown(clinic.name, body.claimed) else words.docAnotherText(clinic.name, body.claimed, found)
            Notice(Emptied(words.docAnother, text)) { Remove(events) }
        }
    }
}

private val FileProblem.mayMend: Boolean
    get() = this == FileProblem.Mismatch || this == FileProblem.NotFound || this == FileProblem.Refused

private class Emptied(val title: String, val text: String)

@Composable
private fun Notice(said: Emptied, dock: @Composable () -> Unit) {
    Column(Modifier.fillMaxSize().verticalScroll(rememberScrollState()).padding(horizontal = Space.gutter)) {
        Emptiness(Icons.document, said.title, said.text, Modifier.fillMaxWidth())
        Column(Modifier.padding(vertical = Space.xl)) { dock() }
    }
}

/** How much has come; it can be stopped. */
@Composable
private fun Waiting(body: DocumentBody.Getting, events: DocumentEvents) {
    val words = Pericard.words
    val formats = Pericard.formats
    val total = body.total
    val text = if (total == null) formats.size(body.received) else words.fileProgress(formats.megabytes(body.received), formats.size(total))
    Column(Modifier.fillMaxSize().verticalScroll(rememberScrollState()).padding(horizontal = Space.gutter)) {
        Emptiness(Icons.download, words.docGetting, text, Modifier.fillMaxWidth(), part = total?.takeIf { it > 0 }?.let { body.received.toFloat() / it } ?: 0f)
        QuietButton(words.threadStopDownload, events::stop, Modifier.fillMaxWidth().padding(top = Space.m))
    }
}

/** Which page it is, the way to the others, and that it was noted. */
@Composable
private fun Dock(body: DocumentBody, events: DocumentEvents) {
    val words = Pericard.words
    Column(Modifier.fillMaxWidth().padding(horizontal = Space.gutter, vertical = Space.s).navigationBarsPadding()) {
        if (body is DocumentBody.Pages && body.count > 1) Turning(body, events)
        if (body is DocumentBody.Text && body.cleaned) Noted(words.docAsText, Icons.document)
        if (body is DocumentBody.Text || !Pericard.largeText) Noted(words.docLogged, Icons.log)
        Remove(events)
    }
}

/** From this phone; it stays at the clinic. */
@Composable
private fun Remove(events: DocumentEvents) = QuietButton(Pericard.words.docRemove, events::remove, icon = Icons.delete, flush = true)

@Composable
private fun Noted(text: String, icon: ImageVector) {
    Row(Modifier.padding(vertical = Space.xs), Arrangement.spacedBy(Space.m)) {
        Icon(icon, null, Modifier.size(20.dp), tint = Pericard.palette.textSoft)
        Text(text, style = Pericard.type.support, color = Pericard.palette.textSoft)
    }
}

@Composable
private fun Turning(body: DocumentBody.Pages, events: DocumentEvents) {
    val words = Pericard.words
    val number = words.language::number
    FlowRow(Modifier.fillMaxWidth(), Arrangement.SpaceBetween, itemVerticalAlignment = Alignment.CenterVertically) {
        Text(words.docPage(number(body.at + 1), number(body.count)), style = Pericard.type.headline, color = Pericard.palette.text)
        Row {
            IconButton({ events.page(body.at - 1) }, enabled = body.at > 0) { Icon(Icons.back, words.docPageBefore) }
            IconButton({ events.page(body.at + 1) }, enabled = body.at < body.count - 1) { Icon(Icons.forward, words.docPageNext) }
        }
    }
}
