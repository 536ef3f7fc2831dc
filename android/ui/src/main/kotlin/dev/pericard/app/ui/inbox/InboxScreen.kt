package dev.pericard.app.ui.inbox

import androidx.compose.foundation.background
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.PaddingValues
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.lazy.LazyColumn
import androidx.compose.foundation.lazy.LazyListState
import androidx.compose.foundation.lazy.itemsIndexed
import androidx.compose.foundation.lazy.rememberLazyListState
import androidx.compose.foundation.layout.padding
import androidx.compose.material3.ExperimentalMaterial3Api
import androidx.compose.material3.HorizontalDivider
import androidx.compose.material3.pulltorefresh.PullToRefreshBox
import androidx.compose.runtime.Composable
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.snapshotFlow
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.semantics.CustomAccessibilityAction
import androidx.compose.ui.semantics.customActions
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.dp
import dev.pericard.app.ui.notices.ClosedEvents
import dev.pericard.app.ui.notices.ClosedScreen
import dev.pericard.app.ui.theme.Pericard
import kotlinx.coroutines.flow.distinctUntilChanged

/** The inbox of one person at one clinic. [selected] is the thread that is open beside it. */
@Composable
fun InboxScreen(state: InboxState, events: InboxEvents, closed: ClosedEvents, modifier: Modifier = Modifier, selected: String? = null) {
    when (val body = state.body) {
        is InboxBody.Closed -> ClosedScreen(state.owner, body.reason, closed, modifier)
        is InboxBody.Searching -> SearchScreen(state, body, events, modifier)
        InboxBody.Empty -> EmptyInbox(state, events, modifier)
        is InboxBody.FirstSync -> Threads(state, body.rows, events, modifier, selected, body.progress)
        is InboxBody.Content -> Threads(state, body.rows, events, modifier, selected)
    }
}

@OptIn(ExperimentalMaterial3Api::class)
@Composable
private fun Threads(
    state: InboxState,
    rows: List<ThreadRow>,
    events: InboxEvents,
    modifier: Modifier,
    selected: String?,
    progress: Progress? = null,
) {
    val list = rememberLazyListState()
    val large = Pericard.largeText
    TellShown(list, events)
    val refresh = Pericard.words.inboxRefresh
    Box(modifier.fillMaxSize().background(Pericard.palette.surface)) {
        Column {
            if (!large) InboxHead(state, events, progress)
            PullToRefreshBox(
                state.refreshing,
                events::refresh,
                // The twin of the pull for those who do not pull.
                Modifier.semantics {
                    customActions = listOf(
                        CustomAccessibilityAction(refresh) {
                            events.refresh()
                            true
                        },
                    )
                },
            ) {
                LazyColumn(Modifier.fillMaxSize(), list, contentPadding = PaddingValues(bottom = 88.dp)) {
                    if (large) item("head") { InboxHead(state, events, progress) }
                    itemsIndexed(rows, key = { _, row -> row.id }) { at, row ->
                        if (at > 0) HorizontalDivider(Modifier.padding(start = if (large) 0.dp else 68.dp), color = Pericard.palette.divider)
                        ThreadRowView(row, row.id == selected, { events.openThread(row.id) })
                    }
                }
            }
        }
        if (state.canWrite) ComposeButton(events::compose, Modifier.align(Alignment.BottomEnd))
    }
}

@Composable
private fun TellShown(list: LazyListState, events: InboxEvents) {
    LaunchedEffect(list) {
        snapshotFlow { list.layoutInfo.visibleItemsInfo.lastOrNull()?.index ?: 0 }
            .distinctUntilChanged()
            .collect(events::shown)
    }
}
