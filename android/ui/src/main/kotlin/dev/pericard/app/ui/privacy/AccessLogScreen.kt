package dev.pericard.app.ui.privacy

import androidx.compose.foundation.background
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.PaddingValues
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.widthIn
import androidx.compose.foundation.lazy.LazyColumn
import androidx.compose.foundation.lazy.LazyListScope
import androidx.compose.foundation.lazy.itemsIndexed
import androidx.compose.foundation.shape.RoundedCornerShape
import androidx.compose.material3.Icon
import androidx.compose.material3.IconButton
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.vector.ImageVector
import androidx.compose.ui.unit.dp
import dev.pericard.app.ui.components.Banner
import dev.pericard.app.ui.components.Deed
import dev.pericard.app.ui.components.GroupRow
import dev.pericard.app.ui.components.Leave
import dev.pericard.app.ui.components.RowDivider
import dev.pericard.app.ui.components.RowIcon
import dev.pericard.app.ui.components.ScreenBar
import dev.pericard.app.ui.components.SectionFoot
import dev.pericard.app.ui.components.SectionHead
import dev.pericard.app.ui.components.TonalButton
import dev.pericard.app.ui.components.Tone
import dev.pericard.app.ui.components.WrongLine
import dev.pericard.app.ui.components.pane
import dev.pericard.app.ui.icons.Icons
import dev.pericard.app.ui.model.Moment
import dev.pericard.app.ui.theme.Pericard
import dev.pericard.app.ui.theme.Radius
import dev.pericard.app.ui.theme.Space
import dev.pericard.app.ui.words.Formats
import dev.pericard.app.ui.words.Words

@Composable
fun AccessLogScreen(state: AccessLogState, events: AccessLogEvents, onLeave: () -> Unit) {
    val words = Pericard.words
    val formats = Pericard.formats
    Column(Modifier.fillMaxSize().background(Pericard.palette.background).pane(words.privacyLog)) {
        ScreenBar(
            Leave.Back,
            onLeave,
            title = words.privacyLog,
            subtitle = state.clinic.name,
            actions = {
                if (state.body is LogBody.Content && state.body.rows.isNotEmpty()) {
                    IconButton(events::save, enabled = !state.saving) { Icon(Icons.save, words.logSave) }
                }
            },
        )
        LazyColumn(
            Modifier.fillMaxSize(),
            contentPadding = PaddingValues(start = Space.gutter, end = Space.gutter, top = Space.s, bottom = Space.xl),
            horizontalAlignment = Alignment.CenterHorizontally,
        ) {
            state.trouble?.let { trouble -> one("trouble") { WrongLine(words.of(trouble, state.clinic.name), Modifier.padding(bottom = Space.m)) } }
            one("standing") { Standing(state, events) }
            when (val body = state.body) {
                LogBody.Loading, LogBody.Closed -> {}
                is LogBody.Content -> days(body, formats, words, events)
            }
        }
    }
}

/** As wide as one reads. */
private fun LazyListScope.one(key: String, content: @Composable () -> Unit) =
    item(key) { Box(Modifier.widthIn(max = Space.readMax).fillMaxWidth()) { content() } }

private fun LazyListScope.days(body: LogBody.Content, formats: Formats, words: Words, events: AccessLogEvents) {
    if (body.rows.isEmpty()) one("empty") { SectionFoot(words.logEmpty) }
    body.rows.groupBy { formats.day(Moment(it.at)) }.forEach { (day, rows) ->
        one("day $day") { SectionHead(day) }
        itemsIndexed(rows, key = { _, row -> row.number }) { at, row -> Entry(row, isFirst = at == 0, isLast = at == rows.lastIndex) }
    }
    if (body.more) {
        one("earlier") {
            if (body.loading) SectionFoot(words.logLooking) else TonalButton(words.logEarlier, events::earlier, Modifier.padding(top = Space.l))
        }
    }
    one("foot") { SectionFoot(words.logFoot) }
}

@Composable
private fun Standing(state: AccessLogState, events: AccessLogEvents) {
    val words = Pericard.words
    val phone = state.clinic.phone
    when (state.standing) {
        null -> SectionFoot(words.logLooking)
        is LogStanding.Whole -> Banner(Icons.whole, words.logWhole, text = words.logWholeText, tone = Tone.Ok)
        LogStanding.Broken -> Banner(
            Icons.refused,
            words.logBroken,
            text = words.logBrokenText,
            tone = Tone.Error,
            deeds = listOfNotNull(
                Deed(words.logChangePin, Icons.pin, events::changePin).takeIf { state.hasPin },
                phone?.let { Deed(words.commonCall(state.clinic.name), Icons.phone, events::call) },
            ),
        )
        LogStanding.Unchecked -> Banner(Icons.warning, words.logUnchecked, text = words.logUncheckedText, tone = Tone.Warning)
        LogStanding.Closed -> Banner(Icons.locked, words.logClosed, text = words.logClosedText)
    }
}

/** One element: what, of whom or how, when. */
@Composable
private fun Entry(row: LogRow, isFirst: Boolean, isLast: Boolean) {
    val words = Pericard.words
    val time = Pericard.formats.time(row.at)
    val large = Pericard.largeText
    val detail = listOfNotNull(row.deed.how(words), row.about?.let(words::logAbout), time.takeIf { large }).joinToString("\n")
    val (top, bottom) = (if (isFirst) Radius.card else 0.dp) to if (isLast) Radius.card else 0.dp
    Surface(Modifier.widthIn(max = Space.readMax).fillMaxWidth(), RoundedCornerShape(top, top, bottom, bottom), Pericard.palette.surface) {
        Column {
            GroupRow(
                row.deed.title(words, row.times),
                text = detail.ifEmpty { null },
                leading = { RowIcon(row.deed.icon) },
                trailing = {
                    if (!large) {
                        val start = Modifier.align(Alignment.Top).padding(start = Space.s, top = 2.dp)
                        Text(time, start, style = Pericard.type.support, color = Pericard.palette.textSoft)
                    }
                },
            )
            if (!isLast) RowDivider()
        }
    }
}

private fun LogDeed.title(words: Words, times: Int): String = when (this) {
    LogDeed.SignedIn -> words.logSignedIn
    LogDeed.Unlocked, LogDeed.UnlockedWithKey -> words.logUnlocked
    LogDeed.WrongPin -> words.logWrongPin(times)
    LogDeed.PinSet -> words.logPinSet
    LogDeed.PinRemoved -> words.logPinRemoved
    LogDeed.Destroyed -> words.logDestroyed
    LogDeed.Sealed -> words.logSealed
    LogDeed.ConversationOpened -> words.logOpened
    LogDeed.Searched -> words.logSearched
    LogDeed.FileOpened -> words.logFile
    LogDeed.LabResultOpened -> words.logLabs
    LogDeed.DocumentOpened -> words.logDocument
    LogDeed.Written -> words.logWritten
    LogDeed.Copied -> words.logExported
    LogDeed.PolicyChanged -> words.logPolicy
    LogDeed.Refused -> words.logIncident
    LogDeed.PersonForgotten -> words.logForgotten
    LogDeed.AccessEnded -> words.logEnded
    LogDeed.Other -> words.logOther
}

private fun LogDeed.how(words: Words): String? = when (this) {
    LogDeed.Unlocked -> words.logWithPin
    LogDeed.UnlockedWithKey -> words.logWithKey
    LogDeed.WrongPin -> words.logNotOpened
    LogDeed.Sealed -> words.logSealedText
    else -> null
}

private val LogDeed.icon: ImageVector
    get() = when (this) {
        LogDeed.SignedIn -> Icons.you
        LogDeed.Unlocked -> Icons.pin
        LogDeed.UnlockedWithKey -> Icons.finger
        LogDeed.WrongPin, LogDeed.Refused -> Icons.refused
        LogDeed.PinSet, LogDeed.PinRemoved -> Icons.pin
        LogDeed.Destroyed -> Icons.delete
        LogDeed.Sealed -> Icons.locked
        LogDeed.ConversationOpened -> Icons.messages
        LogDeed.Searched -> Icons.search
        LogDeed.FileOpened, LogDeed.LabResultOpened, LogDeed.DocumentOpened -> Icons.file
        LogDeed.Written -> Icons.write
        LogDeed.Copied -> Icons.export
        LogDeed.PolicyChanged -> Icons.clinic
        LogDeed.PersonForgotten -> Icons.delete
        LogDeed.AccessEnded -> Icons.off
        LogDeed.Other -> Icons.notice
    }
