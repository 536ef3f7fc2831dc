package dev.pericard.app.ui.notices

import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import dev.pericard.app.ui.components.PrimaryButton
import dev.pericard.app.ui.components.QuietButton
import dev.pericard.app.ui.components.TonalButton
import dev.pericard.app.ui.icons.Icons
import dev.pericard.app.ui.model.Clinic
import dev.pericard.app.ui.theme.Pericard
import dev.pericard.app.ui.theme.Space
import java.time.Instant

@Composable
fun NoticeScreen(state: NoticeState, events: NoticeEvents) {
    when (val notice = state.notice) {
        is Notice.Off -> Off(state.clinic, notice, events)
        is Notice.ReadOnly -> ReadOnly(state.clinic, notice, events)
        is Notice.Incident -> Incident(state.clinic, notice, events)
        is Notice.Held -> Held(state.clinic, notice, events)
        Notice.BegunAnew -> BegunAnew(state.clinic, events)
        is Notice.ClockWrong -> Clock(state.clinic, notice, events)
        is Notice.Update -> Update(state.clinic, notice, events)
    }
}

@Composable
private fun Second(text: String, onClick: () -> Unit) =
    QuietButton(text, onClick, Modifier.fillMaxWidth().padding(top = Space.s))

@Composable
private fun Off(clinic: Clinic, notice: Notice.Off, events: NoticeEvents) {
    val words = Pericard.words
    val facts = listOfNotNull(
        said(notice.quote),
        Fact(Icons.messages, words.offRead, words.offReadText),
        Fact(Icons.retry, words.offBack, words.offBackText),
    )
    NoticeView(Icons.off, words.offTitle, switchedOff(clinic.name, notice.since), facts, onLeave = events::close) { CallOrRead(clinic, events) }
}

/** That the clinic switched messages off, and when where it says so. */
@Composable
internal fun switchedOff(clinic: String, since: Instant?): String =
    since?.let { Pericard.words.offTextSince(clinic, Pericard.formats.sentence(it)) } ?: Pericard.words.offText(clinic)

/** The clinic's own words; nothing where it says none. */
@Composable
internal fun said(quote: String?): Fact? = quote?.let { Fact(Icons.notice, Pericard.words.offSays, Pericard.words.offSaysQuote(it)) }

@Composable
private fun CallOrRead(clinic: Clinic, events: NoticeEvents) {
    val words = Pericard.words
    if (clinic.phone != null) TonalButton(words.commonCall(clinic.name), events::call, icon = Icons.phone)
    Second(words.offReadMine, events::readMessages)
}

@Composable
private fun ReadOnly(clinic: Clinic, notice: Notice.ReadOnly, events: NoticeEvents) {
    val words = Pericard.words
    val text = notice.since?.let { words.readOnlyTextSince(Pericard.formats.sentence(it)) } ?: words.readOnlyBanner
    val facts = listOfNotNull(
        said(notice.quote),
        Fact(Icons.messages, words.offRead, words.readOnlyReadText),
        Fact(Icons.retry, words.offBack, words.offBackText),
    )
    NoticeView(Icons.off, words.readOnlyTitle(clinic.name), text, facts, onLeave = events::close) { CallOrRead(clinic, events) }
}

@Composable
private fun Incident(clinic: Clinic, notice: Notice.Incident, events: NoticeEvents) {
    val words = Pericard.words
    val todo = words.incidentDoText(notice.number, Pericard.formats.sentence(notice.at))
    val facts = listOf(
        Fact(Icons.whole, words.incidentSafe, words.incidentSafeText),
        Fact(Icons.off, words.incidentPaused, words.incidentPausedText),
        Fact(Icons.phone, words.incidentDo, todo),
    )
    NoticeView(
        Icons.refused,
        words.incidentTitle,
        words.incidentText(clinic.name),
        facts,
        color = Pericard.palette.error,
        onLeave = events::close,
    ) {
        if (clinic.phone != null) {
            PrimaryButton(words.commonCall(clinic.name), events::call, icon = Icons.phone)
            QuietButton(words.incidentCopy, events::copyReport, Modifier.fillMaxWidth().padding(top = Space.s), icon = Icons.copy)
        } else {
            PrimaryButton(words.incidentCopy, events::copyReport, icon = Icons.copy)
        }
    }
}

@Composable
private fun Held(clinic: Clinic, notice: Notice.Held, events: NoticeEvents) {
    val words = Pericard.words
    val facts = listOf(
        Fact(Icons.messages, words.heldElse, words.heldElseText(notice.count)),
        Fact(Icons.retry, words.heldCome, words.heldComeText),
        Fact(Icons.phone, words.heldMissing, words.heldMissingText),
    )
    NoticeView(Icons.unmatched, words.heldTitle(notice.count), words.heldText(clinic.name), facts, onLeave = events::close) {
        if (notice.canWrite) TonalButton(words.heldWrite, events::write, icon = Icons.write)
        Second(words.commonOk, events::close)
    }
}

@Composable
private fun BegunAnew(clinic: Clinic, events: NoticeEvents) {
    val words = Pericard.words
    val facts = listOf(
        Fact(Icons.messages, words.anewCome, words.anewComeText),
        Fact(Icons.write, words.anewWrote, words.anewWroteText),
        Fact(Icons.devices, words.anewAgain, words.anewAgainText),
    )
    NoticeView(Icons.download, words.anewTitle, words.anewText(clinic.name), facts, onLeave = events::close) {
        TonalButton(words.offReadMine, events::readMessages)
    }
}

@Composable
private fun Clock(clinic: Clinic, notice: Notice.ClockWrong, events: NoticeEvents) {
    val words = Pericard.words
    val formats = Pericard.formats
    val facts = listOfNotNull(
        Fact(Icons.devices, words.clockPhone, formats.full(notice.phoneTime)),
        notice.clinicTime?.let { Fact(Icons.clinic, words.clockClinic(clinic.name), formats.full(it)) },
        Fact(Icons.settings, words.clockHow, words.clockHowAndroid),
    )
    NoticeView(Icons.clock, words.clockTitle, words.clockText, facts, onLeave = events::close) {
        PrimaryButton(words.clockOpen, events::openClockSettings)
        Second(words.clockDone, events::clockIsSet)
    }
}

@Composable
private fun Update(clinic: Clinic, notice: Notice.Update, events: NoticeEvents) {
    val words = Pericard.words
    val least = notice.least
    val facts = buildList {
        if (least != null) add(Fact(Icons.messages, words.offRead, words.updateReadText))
        add(Fact(Icons.queued, words.updateWait, words.updateWaitText))
    }
    NoticeView(
        Icons.update,
        words.updateTitle,
        if (least == null) words.updateTextUnknown else words.updateText(clinic.name, least, notice.have),
        facts,
        onLeave = events::close,
    ) {
        PrimaryButton(words.updateAndroid, events::openStore)
        Second(words.commonLater, events::close)
    }
}
