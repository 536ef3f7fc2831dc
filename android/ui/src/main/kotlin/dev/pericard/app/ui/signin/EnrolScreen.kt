package dev.pericard.app.ui.signin

import androidx.compose.foundation.Canvas
import androidx.compose.foundation.background
import androidx.compose.foundation.border
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.FlowRow
import androidx.compose.foundation.layout.PaddingValues
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.layout.widthIn
import androidx.compose.foundation.shape.RoundedCornerShape
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.geometry.Offset
import androidx.compose.ui.geometry.Size
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.role
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.dp
import dev.pericard.app.ui.components.Leave
import dev.pericard.app.ui.components.Page
import dev.pericard.app.ui.components.PrimaryButton
import dev.pericard.app.ui.components.QuietButton
import dev.pericard.app.ui.components.TonalButton
import dev.pericard.app.ui.components.WrongLine
import dev.pericard.app.ui.components.of
import dev.pericard.app.ui.icons.Icons
import dev.pericard.app.ui.theme.Pericard
import dev.pericard.app.ui.theme.Radius
import dev.pericard.app.ui.theme.Space

/** Setting the second step up. It is not on before the first right code. */
@Composable
internal fun EnrolScreen(state: SignInState, step: Step.Enrol, events: SignInEvents) {
    val words = Pericard.words
    val entry = rememberCodeEntry(step.attempt, step.digits, events::code)
    Page(
        Leave.Back,
        events::stop,
        title = words.enrolTitle,
        subtitle = state.clinic.name,
        color = Pericard.palette.surface,
        gutter = PaddingValues(horizontal = Space.xl),
        dock = { PrimaryButton(words.enrolTurnOn, entry::send, enabled = entry.canSend, busy = state.busy) },
    ) {
        Text(words.enrolText, style = Pericard.type.body, color = Pericard.palette.textSoft)
        Head(words.enrolOne)
        FlowRow(horizontalArrangement = Arrangement.spacedBy(Space.l), itemVerticalAlignment = Alignment.CenterVertically) {
            Qr(step.qr)
            Text(
                words.enrolScan,
                Modifier.widthIn(min = 120.dp).weight(1f),
                style = Pericard.type.support,
                color = Pericard.palette.textSoft,
            )
        }
        if (step.canOpen) {
            TonalButton(words.enrolOpen, events::openAuthenticator, Modifier.padding(top = Space.m), icon = Icons.openApp)
        }
        Key(step.key, events::copyKey)
        Head(words.enrolTwo)
        CodeField(entry.code, entry::type, step.digits, step.wrong != null, onDone = entry::send)
        step.wrong?.let { WrongLine(words.ofCode(it), hint = words.codeWrongHint) }
        state.problem?.let { WrongLine(words.of(it, state.clinic.name)) }
    }
}

@Composable
private fun Head(text: String) {
    Text(
        text,
        Modifier.padding(top = Space.l, bottom = Space.m).semantics { heading() },
        style = Pericard.type.headline,
        color = Pericard.palette.text,
    )
}

/** In fours, from left to right; read as text by assistive technology. */
@Composable
private fun Key(key: String, onCopy: () -> Unit) {
    FlowRow(
        Modifier.fillMaxWidth().padding(top = Space.m),
        horizontalArrangement = Arrangement.SpaceBetween,
        itemVerticalAlignment = Alignment.CenterVertically,
    ) {
        Column(Modifier.semantics(mergeDescendants = true) {}) {
            Text(Pericard.words.enrolKey, style = Pericard.type.support, color = Pericard.palette.textSoft)
            Text(key.chunked(4).joinToString(" "), style = Pericard.type.key, color = Pericard.palette.text)
        }
        QuietButton(Pericard.words.commonCopy, onCopy, icon = Icons.copy)
    }
}

/** Black on white in every theme, with the quiet zone that readers need. */
@Composable
private fun Qr(qr: QrPicture) {
    val label = Pericard.words.enrolQrA11y
    Box(
        Modifier
            .size(144.dp)
            .border(1.dp, Pericard.palette.divider, RoundedCornerShape(Radius.card))
            .background(Color.White, RoundedCornerShape(Radius.card))
            .semantics {
                contentDescription = label
                role = Role.Image
            },
        contentAlignment = Alignment.Center,
    ) {
        Canvas(Modifier.size(120.dp)) {
            // Whole pixels, so that no seams run through the code.
            val module = (size.width / qr.side).toInt().coerceAtLeast(1).toFloat()
            val start = (size.width - module * qr.side) / 2
            qr.dark.forEachIndexed { at, dark ->
                if (dark) {
                    val place = Offset(start + at % qr.side * module, start + at / qr.side * module)
                    drawRect(Color.Black, place, Size(module, module))
                }
            }
        }
    }
}
