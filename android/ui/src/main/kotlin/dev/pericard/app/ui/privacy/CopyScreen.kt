package dev.pericard.app.ui.privacy

import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.ColumnScope
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.selection.selectable
import androidx.compose.foundation.selection.selectableGroup
import androidx.compose.material3.RadioButton
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.semantics.Role
import dev.pericard.app.ui.components.Banner
import dev.pericard.app.ui.components.Group
import dev.pericard.app.ui.components.Leave
import dev.pericard.app.ui.components.Page
import dev.pericard.app.ui.components.PrimaryButton
import dev.pericard.app.ui.components.QuietButton
import dev.pericard.app.ui.components.RingState
import dev.pericard.app.ui.components.RowDivider
import dev.pericard.app.ui.components.SectionFoot
import dev.pericard.app.ui.components.SectionHead
import dev.pericard.app.ui.components.TonalButton
import dev.pericard.app.ui.components.Tone
import dev.pericard.app.ui.components.WrongLine
import dev.pericard.app.ui.components.of
import dev.pericard.app.ui.icons.Icons
import dev.pericard.app.ui.notices.Fact
import dev.pericard.app.ui.notices.NoticeView
import dev.pericard.app.ui.theme.Pericard
import dev.pericard.app.ui.theme.Space
import dev.pericard.app.ui.words.Words

@Composable
fun CopyScreen(state: CopyState, events: CopyEvents, onLeave: () -> Unit) {
    when (val step = state.step) {
        is CopyStep.Choosing -> Choosing(state, step, events, onLeave)
        CopyStep.StepUp -> StepUp(events)
        is CopyStep.Writing -> Writing(step, events)
        is CopyStep.Done -> Done(step, events)
        is CopyStep.Unfinished -> Unfinished(state, step, events)
    }
}

@Composable
private fun Choosing(state: CopyState, step: CopyStep.Choosing, events: CopyEvents, onLeave: () -> Unit) {
    val words = Pericard.words
    val dock: @Composable ColumnScope.() -> Unit = {
        step.problem?.let { WrongLine(words.of(it, state.clinic.name), Modifier.padding(bottom = Space.m)) }
        PrimaryButton(words.exportDo, events::begin)
    }
    Page(Leave.Back, onLeave, title = words.privacyExport, subtitle = state.clinic.name, dock = dock) {
        Text(
            words.exportText(state.person.name.ifEmpty { state.clinic.name }),
            Modifier.padding(start = Space.xs, end = Space.xs, top = Space.m),
            style = Pericard.type.body,
            color = Pericard.palette.text,
        )
        SectionHead(words.exportKind)
        Group(Modifier.selectableGroup()) {
            Kind(words.exportPage, words.exportPageText, state.kind == CopyKind.Page) { events.choose(CopyKind.Page) }
            RowDivider()
            Kind(words.exportData, words.exportDataText, state.kind == CopyKind.Data) { events.choose(CopyKind.Data) }
        }
        SectionFoot(if (state.hasPin) words.exportAsksPin else words.exportAsksSignIn)
        Banner(Icons.warning, words.exportOpen, Modifier.padding(top = Space.m), text = words.exportOpenText, tone = Tone.Warning)
    }
}

@Composable
private fun Kind(title: String, text: String, chosen: Boolean, onChoose: () -> Unit) {
    Row(
        Modifier
            .fillMaxWidth()
            .heightIn(min = Space.rowMin)
            .selectable(chosen, role = Role.RadioButton, onClick = onChoose)
            .padding(horizontal = Space.l, vertical = Space.m),
        verticalAlignment = Alignment.CenterVertically,
    ) {
        RadioButton(chosen, null)
        Column(Modifier.padding(start = Space.l)) {
            Text(title, style = Pericard.type.body, color = Pericard.palette.text)
            Text(text, style = Pericard.type.support, color = Pericard.palette.textSoft)
        }
    }
}

@Composable
private fun StepUp(events: CopyEvents) {
    val words = Pericard.words
    NoticeView(Icons.key, words.exportStepUp, words.exportStepUpText, emptyList(), ring = RingState.Closed, onLeave = events::again) {
        PrimaryButton(words.sealedAgain, events::signInAgain)
        QuietButton(words.commonNotNow, events::again, Modifier.fillMaxWidth())
    }
}

@Composable
private fun Writing(step: CopyStep.Writing, events: CopyEvents) {
    val words = Pericard.words
    // How much there will be is not known: the ring says no part of it.
    NoticeView(Icons.export, words.exportWriting, words.exportWritingText(Pericard.formats.size(step.bytes)), emptyList(), leave = null) {
        TonalButton(words.syncStop, events::stop)
    }
}

@Composable
private fun Done(step: CopyStep.Done, events: CopyEvents) {
    val words = Pericard.words
    NoticeView(
        Icons.sent,
        words.exportDone,
        words.exportDoneText(step.name, Pericard.formats.size(step.bytes)),
        listOf(Fact(Icons.warning, words.exportOpen, words.exportOpenText, Pericard.palette.warning)),
        ring = RingState.Closed,
        color = Pericard.palette.ok,
        onLeave = events::close,
    ) {
        PrimaryButton(words.toDone, events::close)
    }
}

@Composable
private fun Unfinished(state: CopyState, step: CopyStep.Unfinished, events: CopyEvents) {
    val words = Pericard.words
    val stopped = step.trouble == null
    val color = if (stopped) Pericard.palette.primary else Pericard.palette.error
    NoticeView(
        if (stopped) Icons.export else Icons.failed,
        if (stopped) words.exportStopped else words.exportFailed,
        step.trouble?.let { words.of(it, state.clinic.name) }.orEmpty(),
        listOf(
            when (step.left) {
                null -> Fact(Icons.delete, words.exportDeleted, words.exportDeletedText)
                else -> Fact(Icons.warning, words.exportLeft, words.exportLeftText(step.left), Pericard.palette.warning)
            },
        ),
        color = color,
        onLeave = events::close,
    ) {
        PrimaryButton(words.exportAgain, events::again)
        QuietButton(words.commonNotNow, events::close, Modifier.fillMaxWidth())
    }
}

/** Why a file was not written, in words. */
internal fun Words.of(trouble: CopyTrouble, clinic: String): String = when (trouble) {
    CopyTrouble.Full -> exportFull
    CopyTrouble.NotWritten -> exportNotWritten
    CopyTrouble.Locked -> exportLocked
    is CopyTrouble.Other -> of(trouble.problem, clinic)
}
