package dev.pericard.app.ui.signin

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.FlowRow
import androidx.compose.foundation.layout.PaddingValues
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.selection.toggleable
import androidx.compose.foundation.shape.RoundedCornerShape
import androidx.compose.foundation.text.selection.SelectionContainer
import androidx.compose.material3.Checkbox
import androidx.compose.material3.Icon
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.dp
import dev.pericard.app.ui.components.OutlineButton
import dev.pericard.app.ui.components.Page
import dev.pericard.app.ui.components.PrimaryButton
import dev.pericard.app.ui.icons.Icons
import dev.pericard.app.ui.theme.Pericard
import dev.pericard.app.ui.theme.Radius
import dev.pericard.app.ui.theme.Space
import dev.pericard.app.ui.theme.Touch
import dev.pericard.app.ui.words.Language

/** The recovery codes, shown this once: there is no way back, and Finish wants the tick first. */
@Composable
internal fun RecoveryCodesScreen(step: Step.RecoveryCodes, events: SignInEvents) {
    val words = Pericard.words
    Page(
        leave = null,
        onLeave = {},
        color = Pericard.palette.surface,
        gutter = PaddingValues(horizontal = Space.xl),
        dock = { PrimaryButton(words.recoveryFinish, events::finish, enabled = step.kept) },
    ) {
        StepTitle(words.recoveryTitle)
        Text(words.recoveryText, Modifier.padding(top = Space.s), style = Pericard.type.body, color = Pericard.palette.textSoft)
        Codes(step.codes)
        Deeds(events)
        Surface(
            Modifier.fillMaxWidth().padding(top = Space.l),
            RoundedCornerShape(Radius.card),
            Pericard.palette.surfaceSunken,
        ) {
            Row(Modifier.padding(Space.l).semantics(mergeDescendants = true) {}) {
                Icon(Icons.notice, null, Modifier.size(20.dp), tint = Pericard.palette.text)
                Text(words.recoveryHint, Modifier.padding(start = Space.m), style = Pericard.type.support, color = Pericard.palette.text)
            }
        }
        Row(
            Modifier
                .padding(top = Space.l)
                .fillMaxWidth()
                .heightIn(min = Touch.least)
                .toggleable(step.kept, role = Role.Checkbox, onValueChange = events::keptCodes),
            verticalAlignment = Alignment.CenterVertically,
        ) {
            Checkbox(step.kept, null)
            Text(words.recoveryKept, Modifier.padding(start = Space.m), style = Pericard.type.body, color = Pericard.palette.text)
        }
    }
}

/** Side by side and alike where they fit. */
@Composable
private fun Deeds(events: SignInEvents) {
    val words = Pericard.words
    val deeds = listOf(
        Triple(words.commonSave, Icons.save, events::saveCodes),
        Triple(words.commonPrint, Icons.print, events::printCodes),
        Triple(words.commonCopy, Icons.copy, events::copyCodes),
    )
    FlowRow(
        Modifier.padding(top = Space.m),
        horizontalArrangement = Arrangement.spacedBy(Space.s),
        maxItemsInEachRow = if (Pericard.largeText || words.language == Language.French) 1 else deeds.size,
    ) {
        deeds.forEach { (text, icon, deed) -> OutlineButton(text, { deed() }, Modifier.weight(1f), icon) }
    }
}

@Composable
private fun Codes(codes: List<String>) {
    val label = Pericard.words.recoveryListA11y
    Surface(
        Modifier.fillMaxWidth().padding(top = Space.l).semantics { contentDescription = label },
        RoundedCornerShape(Radius.card),
        Pericard.palette.surfaceSunken,
    ) {
        SelectionContainer {
            if (Pericard.largeText || codes.any { it.length > PAIRED }) {
                Column(Modifier.padding(Space.l), Arrangement.spacedBy(Space.s)) { codes.forEach { Code(it) } }
            } else {
                Column(Modifier.padding(vertical = Space.m)) {
                    codes.chunked(2).forEach { pair ->
                        Row(Modifier.fillMaxWidth().padding(vertical = 5.dp), Arrangement.SpaceEvenly) {
                            pair.forEach { Code(it) }
                        }
                    }
                }
            }
        }
    }
}

@Composable
private fun Code(code: String) = Text(code, style = Pericard.type.key, color = Pericard.palette.text)

/** Two codes of so many letters fit beside each other. */
private const val PAIRED = 11
