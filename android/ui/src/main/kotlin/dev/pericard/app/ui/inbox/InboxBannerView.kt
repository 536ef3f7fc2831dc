package dev.pericard.app.ui.inbox

import androidx.compose.runtime.Composable
import dev.pericard.app.ui.components.Banner
import dev.pericard.app.ui.components.Deed
import dev.pericard.app.ui.components.Tone
import dev.pericard.app.ui.components.of
import dev.pericard.app.ui.icons.Icons
import dev.pericard.app.ui.model.Owner
import dev.pericard.app.ui.theme.Pericard

@Composable
internal fun InboxBannerView(banner: InboxBanner, owner: Owner, events: InboxEvents) {
    val words = Pericard.words
    val formats = Pericard.formats
    val clinic = owner.clinic.name
    val why = Deed(words.offWhy) { events.openNotice(banner) }
    val call = Deed(words.commonCall(clinic), onClick = events::callClinic).takeIf { owner.clinic.phone != null }
    when (banner) {
        is InboxBanner.Offline ->
            Banner(Icons.offline, words.offlineTitle, text = banner.since?.let { words.offlineText(formats.time(it)) })
        InboxBanner.NotOffered -> Banner(Icons.off, words.inboxNotOffered(clinic), tone = Tone.Warning, deeds = listOfNotNull(call))
        InboxBanner.Off ->
            Banner(Icons.off, words.offTitle, text = words.offBanner(clinic), tone = Tone.Warning, deeds = listOfNotNull(why, call))
        InboxBanner.ReadOnly ->
            Banner(Icons.off, words.readOnlyTitle(clinic), text = words.readOnlyBanner, tone = Tone.Warning, deeds = listOf(why))
        is InboxBanner.Stopped ->
            Banner(Icons.refused, words.inboxStopped, text = words.inboxStoppedText(clinic), tone = Tone.Error, deeds = listOf(why))
        InboxBanner.StepUp ->
            Banner(
                Icons.key,
                words.inboxStepUp(clinic),
                text = words.inboxSignInText,
                tone = Tone.Warning,
                deeds = listOf(Deed(words.sealedAgain, onClick = events::stepUp)),
            )
        InboxBanner.SignIn ->
            Banner(
                Icons.key,
                words.inboxSignIn(clinic),
                text = words.inboxSignInText,
                tone = Tone.Warning,
                deeds = listOf(Deed(words.sealedAgain, onClick = events::signInAgain)),
            )
        is InboxBanner.Held ->
            Banner(Icons.unmatched, words.heldTitle(banner.count), deeds = listOf(why))
        is InboxBanner.BegunAnew -> Banner(Icons.download, words.anewTitle, deeds = listOf(why))
        is InboxBanner.Incomplete ->
            Banner(Icons.notice, words.inboxIncomplete, text = banner.at?.let { words.inboxIncompleteText(formats.time(it)) })
        is InboxBanner.RateLimited -> Banner(Icons.timer, words.inboxWait(clinic, formats.time(banner.until)))
        InboxBanner.ClockWrong -> Banner(Icons.clock, words.clockTitle, tone = Tone.Warning, deeds = listOf(why))
        is InboxBanner.UpdateRequired -> Banner(Icons.update, words.updateTitle, tone = Tone.Warning, deeds = listOf(why))
        is InboxBanner.AccessEnded ->
            Banner(
                Icons.off,
                words.peopleGone(clinic, banner.name),
                tone = Tone.Warning,
                deeds = listOf(Deed(words.commonOk, onClick = events::knowsOfEnd)),
            )
        is InboxBanner.Failed -> Banner(Icons.failed, words.of(banner.problem, clinic), tone = Tone.Warning)
    }
}
