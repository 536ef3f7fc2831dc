package dev.pericard.app.ui.inbox

import androidx.compose.foundation.background
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.layout.widthIn
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.shape.RoundedCornerShape
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.ExperimentalMaterial3Api
import androidx.compose.material3.Icon
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.material3.pulltorefresh.PullToRefreshBox
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.unit.dp
import dev.pericard.app.ui.components.ActingStrip
import dev.pericard.app.ui.components.Ring
import dev.pericard.app.ui.components.RingState
import dev.pericard.app.ui.components.firstSentenceBold
import dev.pericard.app.ui.icons.Icons
import dev.pericard.app.ui.model.Clinic
import dev.pericard.app.ui.theme.Pericard
import dev.pericard.app.ui.theme.Radius
import dev.pericard.app.ui.theme.Space

@OptIn(ExperimentalMaterial3Api::class)
@Composable
internal fun EmptyInbox(state: InboxState, events: InboxEvents, modifier: Modifier) {
    val words = Pericard.words
    Box(modifier.fillMaxSize().background(Pericard.palette.background)) {
        PullToRefreshBox(state.refreshing, events::refresh, Modifier.fillMaxSize()) {
            Column(Modifier.fillMaxSize().verticalScroll(rememberScrollState()), horizontalAlignment = Alignment.CenterHorizontally) {
                TabHead(words.tabMessages, state.owner, events::choosePerson)
                ActingStrip(state.owner, Modifier.padding(bottom = Space.m))
                Column(Modifier.padding(horizontal = Space.gutter), Arrangement.spacedBy(Space.m)) {
                    SearchButton(state.owner) { events.search("") }
                    state.banner?.let { InboxBannerView(it, state.owner, events) }
                }
                Ring(RingState.Open, Modifier.padding(top = Space.xxxl), size = 112.dp) {
                    Icon(Icons.messages, null, Modifier.size(36.dp), tint = Pericard.palette.primary)
                }
                Text(
                    words.emptyTitle,
                    Modifier.padding(top = Space.l).semantics { heading() },
                    style = Pericard.type.title,
                    color = Pericard.palette.text,
                )
                if (state.canWrite) {
                    Text(
                        words.emptyText,
                        Modifier.padding(horizontal = Space.xxl, vertical = Space.s),
                        style = Pericard.type.body,
                        color = Pericard.palette.textSoft,
                        textAlign = TextAlign.Center,
                    )
                }
                UrgentCard(state.owner.clinic, Modifier.padding(horizontal = Space.xl).padding(top = Space.s, bottom = 96.dp))
            }
        }
        if (state.canWrite) ComposeButton(events::compose, Modifier.align(Alignment.BottomEnd))
    }
}

/** Messages are not for emergencies; says whom to call. Nothing where no number is known. */
@Composable
internal fun UrgentCard(clinic: Clinic, modifier: Modifier = Modifier) {
    val phone = clinic.phone ?: return
    Surface(modifier.widthIn(max = 420.dp).fillMaxWidth(), RoundedCornerShape(Radius.card), Pericard.palette.surface) {
        Row(Modifier.padding(Space.l).semantics(mergeDescendants = true) {}) {
            Icon(Icons.phone, null, Modifier.size(20.dp), tint = Pericard.palette.primary)
            Text(
                firstSentenceBold(Pericard.words.commonUrgent(clinic.emergency, clinic.name, phone)),
                Modifier.padding(start = Space.m),
                style = Pericard.type.support,
                color = Pericard.palette.text,
            )
        }
    }
}
