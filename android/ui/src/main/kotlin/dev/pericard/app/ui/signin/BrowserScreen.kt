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
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.unit.dp
import dev.pericard.app.ui.components.Leave
import dev.pericard.app.ui.components.QuietButton
import dev.pericard.app.ui.components.Ring
import dev.pericard.app.ui.components.RingState
import dev.pericard.app.ui.components.TonalButton
import dev.pericard.app.ui.icons.Icons
import dev.pericard.app.ui.theme.Pericard
import dev.pericard.app.ui.theme.Space

/** The person is on the clinic's own page; leaving and coming back leads here. */
@Composable
internal fun BrowserScreen(state: SignInState, events: SignInEvents) {
    val words = Pericard.words
    SignInPage(state, events::stop, title = null, leave = Leave.Close) {
        Column(Modifier.fillMaxWidth().padding(top = Space.xxxl), horizontalAlignment = Alignment.CenterHorizontally) {
            Ring(RingState.Open, size = 112.dp) {
                Icon(Icons.browser, null, Modifier.size(32.dp), tint = Pericard.palette.primary)
            }
            StepTitle(words.browserTitle, Modifier.padding(top = Space.xl))
            Text(
                words.browserText(state.clinic.name),
                Modifier.padding(top = Space.s),
                style = Pericard.type.body,
                color = Pericard.palette.textSoft,
                textAlign = TextAlign.Center,
            )
            TonalButton(words.browserAgain, events::openBrowserAgain, Modifier.padding(top = Space.xl), icon = Icons.openApp)
            QuietButton(words.browserStop, events::stop, Modifier.padding(top = Space.m))
        }
    }
}
