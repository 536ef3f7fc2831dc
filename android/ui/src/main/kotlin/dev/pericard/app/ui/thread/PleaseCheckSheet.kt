package dev.pericard.app.ui.thread

import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.Icon
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.vector.ImageVector
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.dp
import dev.pericard.app.ui.components.PrimaryButton
import dev.pericard.app.ui.components.QuietButton
import dev.pericard.app.ui.components.Sheet
import dev.pericard.app.ui.components.TonalButton
import dev.pericard.app.ui.components.firstSentenceBold
import dev.pericard.app.ui.icons.Icons
import dev.pericard.app.ui.model.Clinic
import dev.pericard.app.ui.theme.Pericard
import dev.pericard.app.ui.theme.Space

/** What can be done about a message that may or may not have arrived; waiting comes first, nothing is sent unasked. */
@Composable
internal fun PleaseCheckSheet(bubble: Bubble, clinic: Clinic, events: ThreadEvents) {
    Sheet(events::stopDeciding) { PleaseCheck(bubble, clinic, events) }
}

@Composable
internal fun PleaseCheck(bubble: Bubble, clinic: Clinic, events: ThreadEvents, modifier: Modifier = Modifier) {
    val words = Pericard.words
    Column(modifier.verticalScroll(rememberScrollState()).padding(horizontal = Space.xl).padding(bottom = Space.xl)) {
        Text(words.checkTitle, Modifier.semantics { heading() }, style = Pericard.type.title, color = Pericard.palette.text)
        Text(
            words.checkText(clinic.name),
            Modifier.padding(top = Space.s, bottom = Space.m),
            style = Pericard.type.body,
            color = Pericard.palette.textSoft,
        )
        Way(Icons.queued, words.checkWait)
        clinic.phone?.let { Way(Icons.phone, words.checkAsk(clinic.name, it)) }
        Way(Icons.retry, words.checkAgain)
        PrimaryButton(words.checkWaitNow, events::stopDeciding, Modifier.padding(top = Space.l))
        TonalButton(words.threadSendAgain, { events.retry(bubble.id) }, Modifier.padding(top = Space.s))
        if (clinic.phone != null) {
            QuietButton(words.commonCall(clinic.name), events::call, Modifier.fillMaxWidth().padding(top = Space.s), icon = Icons.phone)
        }
        QuietButton(words.checkRemove, { events.withdraw(bubble.id) }, Modifier.fillMaxWidth())
    }
}

@Composable
private fun Way(icon: ImageVector, text: String) {
    Row(Modifier.padding(vertical = Space.s).semantics(mergeDescendants = true) {}) {
        Icon(icon, null, Modifier.size(22.dp), tint = Pericard.palette.primary)
        Text(firstSentenceBold(text), Modifier.padding(start = Space.m), style = Pericard.type.support, color = Pericard.palette.text)
    }
}
