package dev.pericard.app.ui.notices

import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import dev.pericard.app.ui.components.OwnerChip
import dev.pericard.app.ui.components.PrimaryButton
import dev.pericard.app.ui.components.QuietButton
import dev.pericard.app.ui.components.RingState
import dev.pericard.app.ui.icons.Icons
import dev.pericard.app.ui.model.Owner
import dev.pericard.app.ui.theme.Pericard
import dev.pericard.app.ui.theme.Space

/** In place of the inbox while its messages are closed: first what is safe, then the one way back. */
@Composable
fun ClosedScreen(owner: Owner, reason: ClosedReason, events: ClosedEvents, modifier: Modifier = Modifier) {
    val words = Pericard.words
    val clinic = owner.clinic.name
    val kept = Fact(Icons.sent, words.sealedKept, words.sealedKeptText)
    val chip = @Composable {
        OwnerChip(owner, events::choosePerson, Modifier.padding(vertical = Space.s), closed = true)
    }
    val signIn = @Composable { other: Boolean ->
        PrimaryButton(words.sealedAgain, events::signInAgain)
        if (other) QuietButton(words.sealedOther, events::useAnotherAccount, Modifier.fillMaxWidth().padding(top = Space.s))
    }
    when (reason) {
        ClosedReason.Refused, ClosedReason.IdentityChanged -> {
            val changed = reason == ClosedReason.IdentityChanged
            val facts = buildList {
                add(kept)
                if (!changed) add(Fact(Icons.notice, words.sealedWhy, words.sealedWhyText))
                // While sealed the person's name may be closed too.
                val name = owner.person.name
                if (name.isNotEmpty()) add(Fact(Icons.people, words.sealedNot(name), words.sealedNotText))
            }
            NoticeView(
                if (changed) Icons.refused else Icons.locked,
                if (changed) words.sealedIdentity(clinic) else words.sealedTitle(clinic),
                if (changed) words.sealedIdentityText else words.sealedText,
                facts,
                modifier,
                RingState.Closed,
                if (changed) Pericard.palette.error else Pericard.palette.primary,
                head = chip,
            ) { signIn(true) }
        }
        is ClosedReason.Lease -> NoticeView(
            Icons.offline,
            words.leaseTitle,
            words.leaseText(clinic, reason.days),
            listOf(Fact(Icons.sent, words.sealedKept, words.leaseKeptText), Fact(Icons.key, words.leaseNoPassword, words.leaseNoPasswordText)),
            modifier,
            RingState.Closed,
            head = chip,
        ) {
            PrimaryButton(words.leaseTry, events::tryNow, busy = reason.trying)
            QuietButton(words.leaseNetwork, events::openNetworkSettings, Modifier.fillMaxWidth().padding(top = Space.s))
        }
        is ClosedReason.Off -> NoticeView(
            Icons.off,
            if (reason.since == null) words.leaseTitle else words.offTitle,
            if (reason.since == null) words.offUnknownText(clinic) else switchedOff(clinic, reason.since),
            listOfNotNull(
                said(reason.quote),
                Fact(Icons.sent, words.offClosed, words.offClosedText),
                Fact(Icons.retry, words.offBack, words.offBackClosedText),
            ),
            modifier,
            RingState.Closed,
            head = chip,
        ) {
            PrimaryButton(words.leaseTry, events::tryNow, busy = reason.trying)
            if (owner.clinic.phone != null) {
                QuietButton(words.commonCall(clinic), events::callClinic, Modifier.fillMaxWidth().padding(top = Space.s), icon = Icons.phone)
            }
        }
        is ClosedReason.StepUp -> StepUpNotice(clinic, reason.problem, events::stepUp, modifier, head = chip)
        ClosedReason.Unavailable -> NoticeView(
            Icons.locked,
            words.unusableUnavailable,
            words.unusableUnavailableText,
            listOf(Fact(Icons.sent, words.sealedKept, words.leaseKeptText)),
            modifier,
            RingState.Closed,
            head = chip,
        ) { PrimaryButton(words.leaseTry, events::tryNow) }
        ClosedReason.Configuration -> NoticeView(
            Icons.browser,
            words.unusableConfiguration(clinic),
            words.unusableConfigurationText,
            listOf(kept),
            modifier,
            RingState.Closed,
            head = chip,
        ) { signIn(false) }
        ClosedReason.KeyLost, ClosedReason.Damaged, ClosedReason.Destroyed -> {
            val damaged = reason == ClosedReason.Damaged
            NoticeView(
                if (damaged) Icons.warning else Icons.key,
                when (reason) {
                    ClosedReason.Damaged -> words.unusableDamaged
                    ClosedReason.Destroyed -> words.unusableDestroyed
                    else -> words.unusableKeyLost
                },
                if (reason == ClosedReason.Destroyed) words.pinDestroyed else words.unusableKeyLostText(clinic),
                listOf(Fact(Icons.warning, words.unusableUnsent, words.unusableUnsentText)),
                modifier,
                RingState.Closed,
                head = chip,
            ) { signIn(false) }
        }
    }
}
