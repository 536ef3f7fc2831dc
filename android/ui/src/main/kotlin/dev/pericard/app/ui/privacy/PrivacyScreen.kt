package dev.pericard.app.ui.privacy

import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.material3.Icon
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.vector.ImageVector
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.dp
import dev.pericard.app.ui.components.Chevron
import dev.pericard.app.ui.components.Group
import dev.pericard.app.ui.components.GroupRow
import dev.pericard.app.ui.components.Leave
import dev.pericard.app.ui.components.Page
import dev.pericard.app.ui.components.Ring
import dev.pericard.app.ui.components.RingState
import dev.pericard.app.ui.components.RowDivider
import dev.pericard.app.ui.components.RowIcon
import dev.pericard.app.ui.components.SectionHead
import dev.pericard.app.ui.components.WrongLine
import dev.pericard.app.ui.components.of
import dev.pericard.app.ui.icons.Icons
import dev.pericard.app.ui.theme.Pericard
import dev.pericard.app.ui.theme.Space

@Composable
fun PrivacyScreen(state: PrivacyState, events: PrivacyEvents, onLeave: () -> Unit) {
    val words = Pericard.words
    Page(Leave.Back, onLeave, title = words.youPrivacy) {
        Promise()
        SectionHead(words.threadOnPhone)
        Group {
            LogRow(state.log, events::openLog)
            if (state.readable) {
                RowDivider()
                GroupRow(
                    words.privacyExport,
                    text = words.privacyExportText,
                    leading = { RowIcon(Icons.export) },
                    trailing = { Chevron() },
                    onClick = events::copy,
                )
            }
        }
        if (state.sessionsPage || state.accountPage) Pages(state, events)
        state.problem?.let { WrongLine(words.of(it, state.clinic.name), Modifier.padding(Space.s)) }
        Group(Modifier.padding(top = Space.xl)) {
            GroupRow(
                words.privacySignOut,
                text = words.privacySignOutText,
                leading = { RowIcon(Icons.signedOut) },
                onClick = events::signOut,
            )
            state.actsFor?.let {
                RowDivider()
                GroupRow(
                    words.privacyForgetPerson(it),
                    titleColor = Pericard.palette.error,
                    leading = { RowIcon(Icons.people, Pericard.palette.error) },
                    onClick = events::forgetPerson,
                )
            }
            RowDivider()
            GroupRow(
                words.privacyForget,
                titleColor = Pericard.palette.error,
                leading = { RowIcon(Icons.delete, Pericard.palette.error) },
                onClick = events::forget,
            )
        }
    }
}

@Composable
private fun Promise() {
    val words = Pericard.words
    Group(Modifier.padding(top = Space.s)) {
        val ring = @Composable {
            Ring(RingState.Closed, size = 72.dp) {
                Icon(Icons.whole, null, Modifier.size(28.dp), tint = Pericard.palette.primary)
            }
        }
        val text = @Composable { modifier: Modifier ->
            Column(modifier) {
                Text(words.privacyKey, Modifier.semantics { heading() }, style = Pericard.type.headline, color = Pericard.palette.text)
                Text(words.privacyKeyText, style = Pericard.type.support, color = Pericard.palette.textSoft)
            }
        }
        if (Pericard.largeText) {
            Column(Modifier.padding(Space.l)) {
                ring()
                text(Modifier.padding(top = Space.m))
            }
        } else {
            Row(Modifier.padding(Space.l), verticalAlignment = Alignment.CenterVertically) {
                ring()
                text(Modifier.weight(1f).padding(start = Space.l))
            }
        }
    }
}

@Composable
private fun LogRow(standing: LogStanding?, onOpen: () -> Unit) {
    val words = Pericard.words
    val isBroken = standing == LogStanding.Broken
    GroupRow(
        words.privacyLog,
        text = when (standing) {
            null -> words.logLooking
            is LogStanding.Whole -> words.privacyLogWhole(standing.entries)
            LogStanding.Broken -> words.logBroken
            LogStanding.Unchecked -> words.logUnchecked
            LogStanding.Closed -> words.privacyClosed
        },
        textColor = if (isBroken) Pericard.palette.error else Pericard.palette.textSoft,
        leading = { if (isBroken) RowIcon(Icons.refused, Pericard.palette.error) else RowIcon(Icons.log) },
        trailing = { Chevron() },
        onClick = onOpen,
    )
}

/** The clinic's own pages, which the browser shows. */
@Composable
private fun Pages(state: PrivacyState, events: PrivacyEvents) {
    val words = Pericard.words
    SectionHead(words.privacyAt(state.clinic.name))
    Group {
        if (state.sessionsPage) PageRow(words.privacySessions, Icons.devices, events::openSessionsPage)
        if (state.sessionsPage && state.accountPage) RowDivider()
        if (state.accountPage) PageRow(words.privacyAccount, Icons.key, events::openAccountPage)
    }
}

@Composable
private fun PageRow(title: String, icon: ImageVector, onOpen: () -> Unit) = GroupRow(
    title,
    text = Pericard.words.clinicAccountText,
    leading = { RowIcon(icon) },
    trailing = { Icon(Icons.openApp, null, Modifier.padding(start = Space.s).size(20.dp), tint = Pericard.palette.textSoft) },
    onClick = onOpen,
)
