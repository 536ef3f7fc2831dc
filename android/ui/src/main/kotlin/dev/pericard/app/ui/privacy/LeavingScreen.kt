package dev.pericard.app.ui.privacy

import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.unit.dp
import dev.pericard.app.ui.components.Leave
import dev.pericard.app.ui.components.OutlineButton
import dev.pericard.app.ui.components.PrimaryButton
import dev.pericard.app.ui.components.WrongLine
import dev.pericard.app.ui.components.of
import dev.pericard.app.ui.icons.Icons
import dev.pericard.app.ui.notices.Fact
import dev.pericard.app.ui.notices.NoticeView
import dev.pericard.app.ui.theme.Palette
import dev.pericard.app.ui.theme.Pericard
import dev.pericard.app.ui.theme.Space
import dev.pericard.app.ui.words.Words
import dev.pericard.app.ui.you.listed

@Composable
fun LeavingScreen(state: LeavingState, events: LeavingEvents) {
    val words = Pericard.words
    val forgets = state.way == LeavingWay.Forget
    NoticeView(
        if (forgets) Icons.delete else Icons.signedOut,
        state.title(words),
        "",
        state.facts(words, Pericard.palette),
        color = Pericard.palette.error,
        leave = Leave.Back,
        onLeave = events::stay,
    ) {
        val line = state.problem?.let { words.of(it, state.clinic.name) } ?: words.forgetStuck(state.stuck).takeIf { state.stuck > 0 }
        line?.let { WrongLine(it, Modifier.padding(bottom = Space.m)) }
        val unsent = (state.waiting as? Waiting.Counted)?.unsent ?: 0
        if (unsent > 0 && state.stuck == 0) {
            PrimaryButton(words.forgetSend(unsent), events::sendFirst, Modifier.padding(bottom = Space.s), enabled = !state.going, busy = state.sending)
        }
        OutlineButton(
            if (forgets) words.forgetDo else words.privacySignOut,
            events::leave,
            Modifier.fillMaxWidth().heightIn(min = 52.dp),
            color = Pericard.palette.error,
            // First what waits: it is not left before that is known.
            enabled = state.waiting != null && !state.sending && !state.going,
        )
    }
}

private fun LeavingState.title(words: Words): String = when {
    person != null -> words.forgetPersonTitle(person.called)
    way == LeavingWay.Forget -> words.forgetTitle(clinic.name)
    else -> words.leaveTitle(clinic.name)
}

private fun LeavingState.facts(words: Words, palette: Palette): List<Fact> = buildList {
    val names = words.listed(others)
    val goes = person?.let { words.forgetPersonGoes(it.called) } ?: names?.let(words::forgetGoesOthers) ?: words.forgetGoesOwn
    add(Fact(Icons.delete, words.forgetGoes, goes, palette.error))
    when (val waiting = waiting) {
        null -> {}
        is Waiting.Counted -> {
            if (waiting.unsent > 0) add(Fact(Icons.warning, words.forgetUnsent(waiting.unsent), words.forgetUnsentText, palette.warning))
            if (waiting.drafts > 0) add(Fact(Icons.draft, words.forgetDrafts(waiting.drafts), words.forgetDraftsText, palette.warning))
        }
        Waiting.Unknown -> add(Fact(Icons.warning, words.unusableUnsent, words.forgetClosedText, palette.warning))
    }
    when {
        // What was granted for them is given back, as soon as the clinic can be reached.
        person != null -> {}
        way == LeavingWay.Forget -> add(Fact(Icons.key, words.forgetUntold, words.forgetUntoldText))
        offline -> add(Fact(Icons.offline, words.offlineTitle, words.leaveOfflineText))
        else -> add(Fact(Icons.key, words.leaveEnds, words.leaveEndsText))
    }
    add(Fact(Icons.clinic, words.forgetStays, person?.let { words.forgetPersonStays(it.called) } ?: words.forgetStaysText))
}
