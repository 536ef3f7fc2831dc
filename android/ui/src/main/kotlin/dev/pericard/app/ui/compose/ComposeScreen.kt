package dev.pericard.app.ui.compose

import androidx.compose.foundation.background
import androidx.compose.foundation.clickable
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.FlowRow
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.RowScope
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.imePadding
import androidx.compose.foundation.layout.navigationBarsPadding
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.widthIn
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.text.BasicTextField
import androidx.compose.foundation.text.KeyboardOptions
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.HorizontalDivider
import androidx.compose.material3.Icon
import androidx.compose.material3.IconButton
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.setValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.SolidColor
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.TextRange
import androidx.compose.ui.text.input.KeyboardCapitalization
import androidx.compose.ui.text.input.TextFieldValue
import androidx.compose.ui.text.style.TextDirection
import androidx.compose.ui.unit.dp
import dev.pericard.app.ui.components.ActingStrip
import dev.pericard.app.ui.components.Chevron
import dev.pericard.app.ui.components.Group
import dev.pericard.app.ui.components.Leave
import dev.pericard.app.ui.components.PersonAvatar
import dev.pericard.app.ui.components.QuietButton
import dev.pericard.app.ui.components.RowDivider
import dev.pericard.app.ui.components.ScreenBar
import dev.pericard.app.ui.components.WrongLine
import dev.pericard.app.ui.components.of
import dev.pericard.app.ui.components.pane
import dev.pericard.app.ui.icons.Icons
import dev.pericard.app.ui.notices.StepUpNotice
import dev.pericard.app.ui.theme.Pericard
import dev.pericard.app.ui.theme.Space
import dev.pericard.app.ui.thread.NewFileCard

@Composable
fun ComposeScreen(state: ComposeState, events: ComposeEvents) {
    if (state.stepUp) {
        return StepUpNotice(state.clinic.name, state.problem, events::stepUp, leave = Leave.Close, onLeave = events::close)
    }
    Column(
        Modifier.fillMaxSize().background(Pericard.palette.background).imePadding().pane(Pericard.words.inboxNew),
        horizontalAlignment = Alignment.CenterHorizontally,
    ) {
        ScreenBar(Leave.Close, events::close, title = Pericard.words.inboxNew) {
            IconButton(events::send, enabled = !state.sending) { Icon(Icons.sendFilled, Pericard.words.threadSend, tint = Pericard.palette.primary) }
        }
        ActingStrip(state.owner)
        Column(
            Modifier.weight(1f).verticalScroll(rememberScrollState()).widthIn(max = Space.readMax).padding(horizontal = Space.gutter),
        ) {
            Envelope(state, events)
            Letter(state, events)
            Wrongs(state)
        }
        Attachments(state, events)
    }
    state.choosing?.let { RecipientsSheet(it, state.clinic, events) }
}

@Composable
private fun Envelope(state: ComposeState, events: ComposeEvents) {
    val words = Pericard.words
    Group(Modifier.padding(top = Space.s)) {
        Line(words.newFor, if (state.canChangePerson) events::changePerson else null) {
            PersonAvatar(state.owner.person)
            Value(state.owner.name, Modifier.weight(1f).padding(start = Space.s))
        }
        RowDivider(Space.l)
        Line(words.newTo, events::chooseRecipients) {
            val to = state.to.joinToString(", ") { it.name }
            if (to.isNotEmpty()) {
                Value(to, Modifier.weight(1f))
            } else {
                val hint = if (state.mayOmitRecipient) words.toAnyone(state.clinic.name) else words.newChoose
                Text(hint, Modifier.weight(1f), style = Pericard.type.body, color = Pericard.palette.textSoft)
            }
        }
        RowDivider(Space.l)
        Line(words.newAbout, null) {
            Input(state.subject, state.revision, events::subject, words.newAbout, Modifier.weight(1f), oneLine = true)
        }
    }
}

/** A line of the envelope: its label, its value, and where it leads. */
@Composable
private fun Line(label: String, onClick: (() -> Unit)?, value: @Composable RowScope.() -> Unit) {
    val clickable = if (onClick == null) Modifier else Modifier.clickable(role = Role.Button, onClick = onClick).semantics(mergeDescendants = true) {}
    FlowRow(
        clickable.fillMaxWidth().heightIn(min = Space.rowMin).padding(horizontal = Space.l, vertical = Space.s),
        itemVerticalAlignment = Alignment.CenterVertically,
        verticalArrangement = Arrangement.Center,
    ) {
        Text(label, Modifier.widthIn(min = 56.dp).padding(end = Space.s), style = Pericard.type.support, color = Pericard.palette.textSoft)
        Row(Modifier.weight(1f).widthIn(min = 160.dp), verticalAlignment = Alignment.CenterVertically) {
            value()
            if (onClick != null) Chevron()
        }
    }
}

@Composable
private fun Value(text: String, modifier: Modifier) = Text(text, modifier, style = Pericard.type.body, color = Pericard.palette.text)

@Composable
private fun Letter(state: ComposeState, events: ComposeEvents) {
    Group(Modifier.padding(top = Space.m)) {
        Column(Modifier.padding(Space.l), Arrangement.spacedBy(Space.m)) {
            Input(state.text, state.revision, events::text, Pericard.words.newText, Modifier.fillMaxWidth().heightIn(min = 120.dp))
            state.files.forEach { NewFileCard(it, { events.removeFile(it.id) }) }
        }
    }
}

/** What Send lacked and what was not added, said at once. */
@Composable
private fun Wrongs(state: ComposeState) {
    val words = Pericard.words
    val texts = listOfNotNull(
        when (state.missing) {
            Missing.Recipient -> words.newNeedTo
            Missing.Text -> words.newNeedText
            Missing.TooLong -> words.newTooLong
            null -> null
        },
        state.refused?.let { words.of(it, state.clinic.name, Pericard.formats) },
        state.problem?.let { words.of(it, state.clinic.name) },
    )
    texts.forEach { WrongLine(it, Modifier.padding(horizontal = Space.xs)) }
}

@Composable
private fun Attachments(state: ComposeState, events: ComposeEvents) {
    val words = Pericard.words
    val most = state.mostBytes
    Column(Modifier.fillMaxWidth().navigationBarsPadding()) {
        HorizontalDivider(color = Pericard.palette.divider)
        FlowRow(
            Modifier.fillMaxWidth().padding(horizontal = Space.s),
            Arrangement.SpaceBetween,
            itemVerticalAlignment = Alignment.CenterVertically,
        ) {
            QuietButton(words.threadAttach, events::attach, icon = Icons.attach)
            if (most != null && state.files.isNotEmpty()) {
                Text(
                    words.newSize(Pericard.formats.megabytes(state.bytes), Pericard.formats.megabytes(most)),
                    Modifier.padding(horizontal = Space.m),
                    style = Pericard.type.caption,
                    color = Pericard.palette.textSoft,
                )
            }
        }
    }
}

@Composable
private fun Input(text: String, revision: Int, onChange: (String) -> Unit, label: String, modifier: Modifier, oneLine: Boolean = false) {
    var value by remember(revision) { mutableStateOf(TextFieldValue(text, TextRange(text.length))) }
    BasicTextField(
        value,
        {
            value = it
            onChange(it.text)
        },
        modifier.semantics { contentDescription = label },
        textStyle = Pericard.type.body.copy(color = Pericard.palette.text, textDirection = TextDirection.Content),
        keyboardOptions = KeyboardOptions(KeyboardCapitalization.Sentences),
        singleLine = oneLine,
        cursorBrush = SolidColor(Pericard.palette.primary),
        decorationBox = { field ->
            Box {
                if (value.text.isEmpty() && !oneLine) Text(label, style = Pericard.type.body, color = Pericard.palette.textSoft)
                field()
            }
        },
    )
}
