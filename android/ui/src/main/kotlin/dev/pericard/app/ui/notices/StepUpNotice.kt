package dev.pericard.app.ui.notices

import androidx.compose.foundation.layout.padding
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import dev.pericard.app.ui.components.Banner
import dev.pericard.app.ui.components.Leave
import dev.pericard.app.ui.components.PrimaryButton
import dev.pericard.app.ui.components.RingState
import dev.pericard.app.ui.components.Tone
import dev.pericard.app.ui.components.of
import dev.pericard.app.ui.icons.Icons
import dev.pericard.app.ui.model.Problem
import dev.pericard.app.ui.theme.Pericard
import dev.pericard.app.ui.theme.Space

/** In place of what may be read only after a fresh sign-in; it comes back by itself after that. */
@Composable
internal fun StepUpNotice(
    clinic: String,
    problem: Problem?,
    onSignIn: () -> Unit,
    modifier: Modifier = Modifier,
    leave: Leave? = null,
    onLeave: () -> Unit = {},
    head: (@Composable () -> Unit)? = null,
) {
    val words = Pericard.words
    NoticeView(
        Icons.key,
        words.inboxStepUp(clinic),
        words.stepUpMessagesText,
        listOf(Fact(Icons.sent, words.sealedKept, words.stepUpKeptText)),
        modifier,
        RingState.Closed,
        leave = leave,
        onLeave = onLeave,
        head = head,
    ) {
        problem?.let { Banner(Icons.failed, words.of(it, clinic), Modifier.padding(bottom = Space.s), tone = Tone.Warning) }
        PrimaryButton(words.sealedAgain, onSignIn)
    }
}
