package dev.pericard.app.ui.you

import androidx.compose.foundation.layout.padding
import androidx.compose.material3.AlertDialog
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.vector.ImageVector
import dev.pericard.app.ui.components.Banner
import dev.pericard.app.ui.components.Chevron
import dev.pericard.app.ui.components.Deed
import dev.pericard.app.ui.components.Group
import dev.pericard.app.ui.components.GroupRow
import dev.pericard.app.ui.components.Leave
import dev.pericard.app.ui.components.Page
import dev.pericard.app.ui.components.QuietButton
import dev.pericard.app.ui.components.RowDivider
import dev.pericard.app.ui.components.RowIcon
import dev.pericard.app.ui.components.SectionFoot
import dev.pericard.app.ui.components.TonalButton
import dev.pericard.app.ui.components.Tone
import dev.pericard.app.ui.components.WrongLine
import dev.pericard.app.ui.components.of
import dev.pericard.app.ui.icons.Icons
import dev.pericard.app.ui.theme.Pericard
import dev.pericard.app.ui.theme.Space

@Composable
fun SecondStepScreen(state: SecondStepPageState, events: SecondStepEvents, onLeave: () -> Unit) {
    val words = Pericard.words
    val clinic = state.clinic.name
    Page(Leave.Back, onLeave, title = words.enrolTitle, subtitle = clinic) {
        state.problem?.let { WrongLine(words.of(it, clinic), Modifier.padding(top = Space.s, bottom = Space.l)) }
        if (state.asking != null) {
            Banner(
                Icons.key,
                words.secondStepUp,
                Modifier.padding(top = Space.s, bottom = Space.s),
                text = words.secondStepUpText,
                tone = Tone.Warning,
                deeds = listOf(Deed(words.sealedAgain, onClick = events::signInAgain)),
            )
        }
        val step = state.step
        when {
            step == null && state.problem == null -> SectionFoot(words.secondLooking(clinic))
            step == null -> TonalButton(words.exportAgain, events::lookAgain)
            step.on -> On(step, state.busy, clinic, events)
            else -> Off(state.busy, events)
        }
    }
    if (state.turningOff) TurningOff(events)
}

@Composable
private fun On(step: SecondStepState, busy: Boolean, clinic: String, events: SecondStepEvents) {
    val words = Pericard.words
    Banner(Icons.whole, words.secondOn, Modifier.padding(top = Space.s), text = words.secondOnText(clinic), tone = Tone.Ok)
    Group(Modifier.padding(top = Space.l)) {
        DeedRow(words.secondMove, words.secondMoveText, Icons.devices, busy, events::setUp)
        RowDivider()
        val few = step.codesLeft?.takeIf { it <= FEW }
        GroupRow(
            words.secondNewCodes,
            text = few?.let { "${words.secondFew(it)} ${words.secondNewCodesText}" } ?: words.secondNewCodesText,
            textColor = if (few != null) Pericard.palette.warning else Pericard.palette.textSoft,
            leading = { RowIcon(Icons.document) },
            trailing = { Chevron() },
            onClick = events::newCodes.takeIf { !busy },
        )
    }
    Group(Modifier.padding(top = Space.xl)) {
        GroupRow(
            words.secondOff,
            titleColor = Pericard.palette.error,
            leading = { RowIcon(Icons.off, Pericard.palette.error) },
            onClick = events::askToTurnOff.takeIf { !busy },
        )
    }
    SectionFoot(words.secondFoot)
}

@Composable
private fun Off(busy: Boolean, events: SecondStepEvents) {
    val words = Pericard.words
    Banner(Icons.warning, words.secondIsOff, Modifier.padding(top = Space.s), text = words.enrolText, tone = Tone.Warning)
    Group(Modifier.padding(top = Space.l)) {
        DeedRow(words.secondTurnOn, null, Icons.key, busy, events::setUp)
    }
    SectionFoot(words.secondFootOff)
}

@Composable
private fun DeedRow(title: String, text: String?, icon: ImageVector, busy: Boolean, onDo: () -> Unit) = GroupRow(
    title,
    text = text,
    leading = { RowIcon(icon) },
    trailing = { Chevron() },
    onClick = onDo.takeIf { !busy },
)

@Composable
private fun TurningOff(events: SecondStepEvents) {
    val words = Pericard.words
    AlertDialog(
        onDismissRequest = events::keepOn,
        confirmButton = { QuietButton(words.secondOff, events::turnOff, color = Pericard.palette.error) },
        dismissButton = { QuietButton(words.secondKeep, events::keepOn) },
        title = { Text(words.secondOffTitle, style = Pericard.type.title) },
        text = { Text(words.secondOffText, style = Pericard.type.body) },
        containerColor = Pericard.palette.surfaceRaised,
    )
}

/** So few recovery codes are left that new ones are wanted. */
internal const val FEW = 2
