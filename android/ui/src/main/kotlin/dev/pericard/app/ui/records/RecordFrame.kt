package dev.pericard.app.ui.records

import androidx.compose.foundation.background
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.RowScope
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import dev.pericard.app.ui.components.ActingStrip
import dev.pericard.app.ui.components.Banner
import dev.pericard.app.ui.components.Deed
import dev.pericard.app.ui.components.Leave
import dev.pericard.app.ui.components.PrimaryButton
import dev.pericard.app.ui.components.QuietButton
import dev.pericard.app.ui.components.RingState
import dev.pericard.app.ui.components.ScreenBar
import dev.pericard.app.ui.components.Tone
import dev.pericard.app.ui.components.of
import dev.pericard.app.ui.components.pane
import dev.pericard.app.ui.icons.Icons
import dev.pericard.app.ui.model.Owner
import dev.pericard.app.ui.notices.Fact
import dev.pericard.app.ui.notices.NoticeView
import dev.pericard.app.ui.notices.said
import dev.pericard.app.ui.notices.switchedOff
import dev.pericard.app.ui.theme.Pericard
import dev.pericard.app.ui.theme.Space
import dev.pericard.app.ui.words.Words

/** A screen over records of one person: its bar, whose they are, and what it shows or why it cannot. */
@Composable
internal fun <T> RecordFrame(
    owner: Owner,
    kind: RecordKind,
    title: String,
    shown: Shown<T>,
    events: RecordFrameEvents,
    onBack: () -> Unit,
    modifier: Modifier = Modifier,
    subtitle: String = "",
    actions: @Composable RowScope.() -> Unit = {},
    content: @Composable (T) -> Unit,
) {
    if (shown is Shown.Shut) {
        ShutNotice(owner, kind, shown.why, events, onBack, modifier)
        return
    }
    Column(modifier.fillMaxSize().background(Pericard.palette.background).pane(title)) {
        ScreenBar(Leave.Back, onBack, title = title, subtitle = subtitle, actions = actions)
        ActingStrip(owner)
        Box(Modifier.weight(1f).fillMaxWidth(), contentAlignment = Alignment.TopCenter) {
            if (shown is Shown.Content) content(shown.content)
        }
    }
}

/** In place of records that may not be read now; it goes by itself. */
@Composable
private fun ShutNotice(owner: Owner, kind: RecordKind, why: ShutReason, events: RecordFrameEvents, onBack: () -> Unit, modifier: Modifier) {
    val words = Pericard.words
    val clinic = owner.clinic.name
    when (why) {
        is ShutReason.StepUp -> NoticeView(
            Icons.locked,
            words.stepUpTitle,
            words.stepUpRecordsText(clinic),
            listOf(Fact(Icons.messages, words.stepUpElse, words.stepUpElseText)),
            modifier,
            RingState.Closed,
            onLeave = onBack,
        ) {
            why.problem?.let { Banner(Icons.failed, words.of(it, clinic), Modifier.padding(bottom = Space.s), tone = Tone.Warning) }
            PrimaryButton(words.signInTitle, events::stepUp)
            QuietButton(words.commonNotNow, onBack, Modifier.fillMaxWidth().padding(top = Space.s))
        }
        is ShutReason.Off -> NoticeView(
            Icons.off,
            words.switchedOff(kind),
            if (why.since == null) words.recordsOffUnknown(clinic) else switchedOff(clinic, why.since),
            listOfNotNull(
                said(why.quote),
                Fact(Icons.sent, words.offClosed, if (kind == RecordKind.Labs) words.labsOffClosedText else words.docsOffClosedText),
                Fact(Icons.retry, words.offBack, words.recordsOffBackText),
            ),
            modifier,
            RingState.Closed,
            leave = Leave.Back,
            onLeave = onBack,
        ) {
            PrimaryButton(words.leaseTry, events::tryNow, busy = why.trying)
            if (owner.clinic.phone != null) {
                QuietButton(words.commonCall(clinic), events::callClinic, Modifier.fillMaxWidth().padding(top = Space.s), icon = Icons.phone)
            }
        }
        is ShutReason.Failed -> NoticeView(
            Icons.failed,
            words.of(why.problem, clinic),
            "",
            emptyList(),
            modifier,
            leave = Leave.Back,
            onLeave = onBack,
        ) { PrimaryButton(words.leaseTry, events::tryNow) }
    }
}

internal fun Words.switchedOff(kind: RecordKind): String = if (kind == RecordKind.Labs) labsOffTitle else docsOffTitle

internal fun Words.title(kind: RecordKind): String = if (kind == RecordKind.Labs) recordsLabs else recordsDocs

/** Above the rows of a screen over records. [kind] is nothing where it is over all of them. */
@Composable
internal fun RecordsBannerView(banner: RecordsBanner, owner: Owner, kind: RecordKind?, events: RecordFrameEvents, modifier: Modifier = Modifier) {
    val words = Pericard.words
    val clinic = owner.clinic.name
    when (banner) {
        is RecordsBanner.Offline ->
            Banner(Icons.offline, words.offlineTitle, modifier, text = banner.since?.let { words.recordsOfflineText(Pericard.formats.sentence(it)) })
        is RecordsBanner.Off -> {
            val text = listOfNotNull(switchedOff(clinic, banner.since), banner.quote?.let(words::offSaysQuote)).joinToString(" ")
            Banner(Icons.off, words.switchedOff(kind ?: RecordKind.Documents), modifier, text, Tone.Warning)
        }
        RecordsBanner.Stopped -> Banner(Icons.refused, words.recordsStopped, modifier, words.recordsStoppedText(clinic), Tone.Error)
        RecordsBanner.SignIn -> Banner(
            Icons.key,
            words.inboxSignIn(clinic),
            modifier,
            tone = Tone.Warning,
            deeds = listOf(Deed(words.sealedAgain, onClick = events::signInAgain)),
        )
        RecordsBanner.Incomplete -> Banner(Icons.notice, words.recordsIncomplete, modifier, words.recordsIncompleteText)
        is RecordsBanner.Held -> Banner(Icons.unmatched, words.heldTitle(banner.count), modifier)
        is RecordsBanner.Failed -> Banner(Icons.failed, words.of(banner.problem, clinic), modifier, tone = Tone.Warning)
    }
}
