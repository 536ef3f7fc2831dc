package dev.pericard.app.ui.inbox

import androidx.compose.foundation.background
import androidx.compose.foundation.clickable
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.FlowRow
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.layout.statusBarsPadding
import androidx.compose.foundation.shape.RoundedCornerShape
import androidx.compose.material3.ExtendedFloatingActionButton
import androidx.compose.material3.FloatingActionButton
import androidx.compose.material3.HorizontalDivider
import androidx.compose.material3.Icon
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.semantics.LiveRegionMode
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.liveRegion
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.unit.dp
import dev.pericard.app.ui.components.ActingStrip
import dev.pericard.app.ui.components.OwnerChip
import dev.pericard.app.ui.components.QuietButton
import dev.pericard.app.ui.components.Ring
import dev.pericard.app.ui.components.RingState
import dev.pericard.app.ui.icons.Icons
import dev.pericard.app.ui.model.Owner
import dev.pericard.app.ui.theme.Pericard
import dev.pericard.app.ui.theme.Radius
import dev.pericard.app.ui.theme.Space
import dev.pericard.app.ui.words.Words

/** Title and chip; in large text the chip goes below. */
@Composable
fun TabHead(title: String, owner: Owner?, onChoose: () -> Unit, modifier: Modifier = Modifier) {
    FlowRow(
        modifier.fillMaxWidth().statusBarsPadding().padding(horizontal = Space.gutter, vertical = Space.s),
        horizontalArrangement = Arrangement.SpaceBetween,
        itemVerticalAlignment = Alignment.CenterVertically,
    ) {
        Text(
            title,
            Modifier.padding(end = Space.m).semantics { heading() },
            style = Pericard.type.screenTitle,
            color = Pericard.palette.text,
        )
        if (owner != null) OwnerChip(owner, onChoose)
    }
}

/** What stands over the rows: title, chip, search or progress, banner. */
@Composable
internal fun InboxHead(state: InboxState, events: InboxEvents, progress: Progress?) {
    Column(Modifier.fillMaxWidth().background(Pericard.palette.background)) {
        TabHead(Pericard.words.tabMessages, state.owner, events::choosePerson)
        ActingStrip(state.owner, Modifier.padding(bottom = Space.m))
        Column(Modifier.padding(horizontal = Space.gutter).padding(bottom = Space.m), Arrangement.spacedBy(Space.m)) {
            if (progress == null) SearchButton(state.owner) { events.search("") } else SyncCard(progress, events::stopSync)
            state.banner?.let { InboxBannerView(it, state.owner, events) }
        }
        HorizontalDivider(color = Pericard.palette.divider)
    }
}

/** Opens the search; the field itself comes with the keyboard. */
@Composable
internal fun SearchButton(owner: Owner, onClick: () -> Unit) {
    Surface(
        Modifier.fillMaxWidth(),
        RoundedCornerShape(50),
        Pericard.palette.surfaceSunken,
        Pericard.palette.textSoft,
    ) {
        Row(
            Modifier
                .clickable(role = Role.Button, onClick = onClick)
                .heightIn(min = 52.dp)
                .padding(horizontal = Space.l, vertical = Space.s),
            verticalAlignment = Alignment.CenterVertically,
        ) {
            Icon(Icons.search, null, Modifier.size(22.dp))
            Text(Pericard.words.searchIn(owner), Modifier.padding(start = Space.m), style = Pericard.type.body)
        }
    }
}

internal fun Words.searchIn(owner: Owner): String = owner.actsFor?.let(::inboxSearchOf) ?: inboxSearch

/** The first sync. Without a total there is no per cent. */
@Composable
private fun SyncCard(progress: Progress, onStop: () -> Unit) {
    val words = Pericard.words
    val share = progress.share
    val percent = share?.let { (it * 100).toInt() }
    Surface(Modifier.fillMaxWidth(), RoundedCornerShape(Radius.card), Pericard.palette.surface) {
        Column(Modifier.padding(start = Space.l, top = Space.l, end = Space.l, bottom = Space.xs)) {
            FlowRow(horizontalArrangement = Arrangement.spacedBy(Space.l), itemVerticalAlignment = Alignment.CenterVertically) {
                Ring(if (share == null) RingState.Open else RingState.Part(share), size = 64.dp) {
                    if (percent != null && !Pericard.largeText) {
                        Text(Pericard.words.language.number(percent) + "%", style = Pericard.type.label, color = Pericard.palette.primary)
                    }
                }
                Column(Modifier.weight(1f).semantics(mergeDescendants = true) {}) {
                    Text(words.syncTitle, style = Pericard.type.headline, color = Pericard.palette.text)
                    val total = progress.total
                    val text = if (total == null) words.syncNoTotal(progress.done) else words.syncText(progress.done, total)
                    Text(text, style = Pericard.type.support, color = Pericard.palette.textSoft)
                }
            }
            Row(Modifier.fillMaxWidth(), Arrangement.End) { QuietButton(words.syncStop, onStop) }
        }
        if (percent != null) SaidInQuarters(percent)
    }
}

/** Speaks the progress each 25 per cent and not in between. */
@Composable
private fun SaidInQuarters(percent: Int) {
    val said = Pericard.words.sayProgress(percent / 25 * 25)
    Box(
        Modifier.size(1.dp).semantics {
            liveRegion = LiveRegionMode.Polite
            contentDescription = said
        },
    )
}

/** Keeps its icon alone in large text. */
@Composable
internal fun ComposeButton(onClick: () -> Unit, modifier: Modifier = Modifier) {
    val label = Pericard.words.inboxNew
    val padded = modifier.padding(Space.l)
    if (Pericard.largeText) {
        FloatingActionButton(onClick, padded, containerColor = Pericard.palette.primaryContainer, contentColor = Pericard.palette.onPrimaryContainer) {
            Icon(Icons.write, label)
        }
    } else {
        ExtendedFloatingActionButton(
            text = { Text(label, style = Pericard.type.headline) },
            // Material hides the text from assistive technology, and wants the icon to speak.
            icon = { Icon(Icons.write, label) },
            onClick = onClick,
            modifier = padded,
            containerColor = Pericard.palette.primaryContainer,
            contentColor = Pericard.palette.onPrimaryContainer,
        )
    }
}
