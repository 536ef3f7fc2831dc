package dev.pericard.app.ui.signin

import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.material3.Icon
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.unit.dp
import dev.pericard.app.ui.components.Chevron
import dev.pericard.app.ui.components.Group
import dev.pericard.app.ui.components.GroupRow
import dev.pericard.app.ui.components.Ring
import dev.pericard.app.ui.components.RingState
import dev.pericard.app.ui.components.RowDivider
import dev.pericard.app.ui.components.RowIcon
import dev.pericard.app.ui.components.SwitchRow
import dev.pericard.app.ui.icons.Icons
import dev.pericard.app.ui.theme.Pericard
import dev.pericard.app.ui.theme.Space

/** The clinic listens again at a time that is said; the question comes back by itself then. */
@Composable
internal fun WaitScreen(state: SignInState, step: Step.Wait, events: SignInEvents) {
    val words = Pericard.words
    val formats = Pericard.formats
    val minutes = formats.minutesUntil(step.until)
    val time = formats.time(step.until)
    val text = when (step.why) {
        WaitReason.WrongTries -> words.waitText(minutes, state.clinic.name)
        WaitReason.Busy -> words.waitBusy(minutes, state.clinic.name)
    }
    SignInPage(state, events::stop, title = null, second = state.userName) {
        Column(Modifier.fillMaxWidth().padding(top = Space.xl), horizontalAlignment = Alignment.CenterHorizontally) {
            Ring(RingState.Part(1f / (1 + minutes / WHOLE)), size = 112.dp) {
                Icon(Icons.timer, null, Modifier.size(32.dp), tint = Pericard.palette.primary)
            }
            Text(
                words.waitTitle(time),
                Modifier.padding(top = Space.l).semantics { heading() },
                style = Pericard.type.title,
                color = Pericard.palette.text,
                textAlign = TextAlign.Center,
            )
            Text(
                text,
                Modifier.padding(top = Space.s),
                style = Pericard.type.body,
                color = Pericard.palette.textSoft,
                textAlign = TextAlign.Center,
            )
        }
        Group(Modifier.padding(top = Space.xl), color = Pericard.palette.surfaceSunken) {
            SwitchRow(words.waitRemind(time), step.remind, events::remind, leading = { RowIcon(Icons.bell) })
            if (step.hasHelp) {
                RowDivider()
                GroupRow(
                    words.waitNoCodes,
                    text = words.waitNoCodesText(state.clinic.name),
                    leading = { RowIcon(Icons.browser) },
                    trailing = { Chevron() },
                    onClick = events::openHelp,
                )
            }
        }
    }
}

// The wait's length is not known, only its end: the ring fills as the end comes nearer.
private const val WHOLE = 10f
