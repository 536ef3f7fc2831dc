package dev.pericard.app.ui.thread

import androidx.compose.foundation.background
import androidx.compose.foundation.border
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.navigationBarsPadding
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.shape.RoundedCornerShape
import androidx.compose.foundation.text.BasicTextField
import androidx.compose.foundation.text.KeyboardOptions
import androidx.compose.material3.FilledIconButton
import androidx.compose.material3.Icon
import androidx.compose.material3.IconButton
import androidx.compose.material3.IconButtonDefaults
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.setValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.SolidColor
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.TextRange
import androidx.compose.ui.text.input.KeyboardCapitalization
import androidx.compose.ui.text.input.TextFieldValue
import androidx.compose.ui.text.style.TextDirection
import androidx.compose.ui.unit.dp
import dev.pericard.app.ui.icons.Icons
import dev.pericard.app.ui.theme.Pericard
import dev.pericard.app.ui.theme.Space
import dev.pericard.app.ui.theme.Stroke

/** Where one writes: files, text, send. */
@Composable
internal fun Dock(state: ThreadState, events: ThreadEvents) {
    val words = Pericard.words
    if (!state.canWrite) {
        Text(
            words.threadNoWriting(state.clinic.name),
            Modifier.fillMaxWidth().padding(Space.l).navigationBarsPadding(),
            style = Pericard.type.support,
            color = Pericard.palette.textSoft,
        )
        return
    }
    var value by remember(state.id, state.draft.revision) {
        mutableStateOf(TextFieldValue(state.draft.text, TextRange(state.draft.text.length)))
    }
    val canSend = value.text.isNotBlank() || state.draft.files.isNotEmpty()
    Column(Modifier.fillMaxWidth().navigationBarsPadding().padding(bottom = Space.s)) {
        if (state.draft.kept && value.text.isNotEmpty()) DraftKept()
        state.draft.files.forEach {
            NewFileCard(it, { events.removeFile(it.id) }, Modifier.padding(horizontal = Space.s))
        }
        Row(Modifier.padding(horizontal = Space.s), verticalAlignment = Alignment.Bottom) {
            IconButton(events::attach, Modifier.size(52.dp)) { Icon(Icons.attach, words.threadAttach, tint = Pericard.palette.text) }
            WriteField(
                value,
                {
                    value = it
                    events.write(it.text)
                },
                Modifier.weight(1f),
            )
            FilledIconButton(
                events::send,
                Modifier.padding(start = Space.s).size(52.dp),
                enabled = canSend,
                colors = IconButtonDefaults.filledIconButtonColors(
                    containerColor = Pericard.palette.primary,
                    contentColor = Pericard.palette.onPrimary,
                    disabledContainerColor = Pericard.palette.surfaceSunken,
                    disabledContentColor = Pericard.palette.textSoft,
                ),
            ) { Icon(Icons.sendFilled, words.threadSend) }
        }
    }
}

@Composable
private fun DraftKept() {
    Row(Modifier.padding(horizontal = Space.l, vertical = Space.xs), verticalAlignment = Alignment.CenterVertically) {
        Icon(Icons.draft, null, Modifier.size(16.dp), tint = Pericard.palette.textSoft)
        Text(
            Pericard.words.threadDraftKept,
            Modifier.padding(start = Space.s),
            style = Pericard.type.caption,
            color = Pericard.palette.textSoft,
        )
    }
}

@Composable
private fun WriteField(value: TextFieldValue, onChange: (TextFieldValue) -> Unit, modifier: Modifier) {
    val label = Pericard.words.threadWrite
    BasicTextField(
        value,
        onChange,
        modifier.semantics { contentDescription = label },
        textStyle = Pericard.type.body.copy(color = Pericard.palette.text, textDirection = TextDirection.Content),
        keyboardOptions = KeyboardOptions(KeyboardCapitalization.Sentences),
        maxLines = 6,
        cursorBrush = SolidColor(Pericard.palette.primary),
        decorationBox = { field ->
            Box(
                Modifier
                    .background(Pericard.palette.surface, RoundedCornerShape(26.dp))
                    .border(Stroke.field, Pericard.palette.outline, RoundedCornerShape(26.dp))
                    .heightIn(min = 52.dp)
                    .padding(horizontal = Space.l, vertical = Space.m),
                contentAlignment = Alignment.CenterStart,
            ) {
                if (value.text.isEmpty()) Text(label, style = Pericard.type.body, color = Pericard.palette.textSoft)
                field()
            }
        },
    )
}
