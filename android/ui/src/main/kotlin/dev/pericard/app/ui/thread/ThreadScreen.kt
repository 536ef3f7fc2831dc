package dev.pericard.app.ui.thread

import androidx.compose.foundation.background
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.PaddingValues
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.imePadding
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.widthIn
import androidx.compose.foundation.lazy.LazyColumn
import androidx.compose.foundation.lazy.LazyListLayoutInfo
import androidx.compose.foundation.lazy.LazyListState
import androidx.compose.foundation.lazy.items
import androidx.compose.foundation.lazy.rememberLazyListState
import androidx.compose.material3.DropdownMenu
import androidx.compose.material3.DropdownMenuItem
import androidx.compose.material3.Icon
import androidx.compose.material3.IconButton
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.saveable.rememberSaveable
import androidx.compose.runtime.setValue
import androidx.compose.runtime.snapshotFlow
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.dp
import dev.pericard.app.ui.components.ActingStrip
import dev.pericard.app.ui.components.Banner
import dev.pericard.app.ui.components.Leave
import dev.pericard.app.ui.components.ScreenBar
import dev.pericard.app.ui.components.Tone
import dev.pericard.app.ui.components.of
import dev.pericard.app.ui.components.pane
import dev.pericard.app.ui.icons.Icons
import dev.pericard.app.ui.notices.StepUpNotice
import dev.pericard.app.ui.theme.Pericard
import dev.pericard.app.ui.theme.Space
import kotlinx.coroutines.flow.distinctUntilChanged
import kotlinx.coroutines.flow.filter

/** A conversation with its dock. Beside the list there is no way back to show. */
@Composable
fun ThreadScreen(state: ThreadState, events: ThreadEvents, onLeave: () -> Unit, modifier: Modifier = Modifier, beside: Boolean = false) {
    if (state.stepUp) {
        return StepUpNotice(state.clinic.name, state.problem, events::stepUp, modifier, if (beside) null else Leave.Back, onLeave)
    }
    Column(modifier.fillMaxSize().background(Pericard.palette.background).imePadding().pane(state.subject)) {
        ScreenBar(
            if (beside) null else Leave.Back,
            onLeave,
            title = state.subject.ifEmpty { Pericard.words.inboxNoSubject },
            subtitle = state.participants.joinToString(", "),
        ) { More(state.archived, events) }
        ActingStrip(state.owner)
        Box(Modifier.weight(1f).fillMaxWidth(), contentAlignment = Alignment.BottomCenter) { Messages(state, events) }
        Wrongs(state)
        Dock(state, events)
    }
    state.deciding?.let { PleaseCheckSheet(it, state.clinic, events) }
}

/** What stood in the way of what the person just did, above where they write. */
@Composable
private fun Wrongs(state: ThreadState) {
    val words = Pericard.words
    val texts = listOfNotNull(
        state.refused?.let { words.of(it, state.clinic.name, Pericard.formats) },
        words.newTooLong.takeIf { state.tooLong },
        state.problem?.let { words.of(it, state.clinic.name) },
    )
    texts.forEach { Banner(Icons.failed, it, Modifier.padding(start = Space.gutter, end = Space.gutter, bottom = Space.s), tone = Tone.Warning) }
}

@Composable
private fun More(archived: Boolean, events: ThreadEvents) {
    val words = Pericard.words
    var open by remember { mutableStateOf(false) }
    Box {
        IconButton({ open = true }) { Icon(Icons.more, words.threadMore) }
        DropdownMenu(open, { open = false }) {
            DropdownMenuItem(
                { Text(if (archived) words.threadUnarchive else words.threadArchive, style = Pericard.type.body) },
                {
                    open = false
                    events.archive(!archived)
                },
            )
        }
    }
}

/** Newest at the bottom: the list is laid out from there, so that a new message moves nothing that is being read. */
@Composable
private fun Messages(state: ThreadState, events: ThreadEvents) {
    val list = rememberLazyListState()
    if (state.hasOlder) AskForOlder(list, events)
    val formats = Pericard.formats
    val entries = remember(state.messages, formats) { entries(state.messages) { formats.day(it.at) } }
    if (opened(state, entries, list)) TellFrom(list, events)
    FollowNewest(state.messages.firstOrNull(), list)
    LazyColumn(
        Modifier.fillMaxSize(),
        list,
        contentPadding = PaddingValues(horizontal = Space.gutter, vertical = Space.m),
        reverseLayout = true,
        verticalArrangement = Arrangement.Bottom,
        horizontalAlignment = Alignment.CenterHorizontally,
    ) {
        items(entries, key = { it.key }, contentType = { it::class }) { entry ->
            when (entry) {
                is Entry.Day -> DayHead(entry.text)
                is Entry.Of -> MessageBubble(
                    entry.bubble,
                    entry.named,
                    state.clinic,
                    events,
                    Modifier.padding(top = if (entry.named) Space.m else Space.s).widthIn(max = 960.dp),
                )
            }
        }
    }
}

/**
 * Whether the list has opened: at the message that was searched for, or with the one at its top that was there when the app
 * was ended, once it is here. It stays where one scrolls from then on.
 */
@Composable
private fun opened(state: ThreadState, entries: List<Entry>, list: LazyListState): Boolean {
    val sought = state.found ?: state.from
    var isOpen by remember(sought) { mutableStateOf(sought == null) }
    LaunchedEffect(entries, isOpen) {
        val at = if (isOpen) -1 else entries.indexOfFirst { it is Entry.Of && it.bubble.id == sought }
        if (at >= 0) {
            list.scrollToItem(at)
            if (state.found == null) list.liftToTop(at)
            isOpen = true
        }
    }
    return isOpen
}

/** Scrolling goes to the start of a list, which is at the bottom of this one. */
private suspend fun LazyListState.liftToTop(index: Int) {
    val item = layoutInfo.visibleItemsInfo.find { it.index == index } ?: return
    val above = layoutInfo.room - item.size
    if (above > 0) scrollToItem(index, -above)
}

/** What there is between the paddings. */
private val LazyListLayoutInfo.room: Int get() = viewportEndOffset - afterContentPadding

@Composable
private fun TellFrom(list: LazyListState, events: ThreadEvents) {
    LaunchedEffect(list) {
        snapshotFlow {
            val isNewest = list.firstVisibleItemIndex == 0 && list.firstVisibleItemScrollOffset == 0
            if (isNewest) null else list.layoutInfo.run { visibleItemsInfo.lastOrNull { it.contentType == Entry.Of::class && it.offset < room }?.key as? String }
        }
            .distinctUntilChanged()
            .collect(events::shownFrom)
    }
}

/** What the person sent comes into sight, and so does what comes while they look at the newest; else nothing moves. */
@Composable
private fun FollowNewest(newest: Bubble?, list: LazyListState) {
    var known by rememberSaveable { mutableStateOf<String?>(null) }
    LaunchedEffect(newest?.id) {
        val isNew = known != null && newest != null && newest.id != known
        known = newest?.id
        if (isNew && (newest.outgoing || list.firstVisibleItemIndex <= BESIDE_NEWEST)) list.animateScrollToItem(0)
    }
}

@Composable
private fun DayHead(text: String) {
    Text(
        text,
        Modifier.padding(top = Space.xl, bottom = Space.xs).semantics { heading() },
        style = Pericard.type.label,
        color = Pericard.palette.textSoft,
    )
}

@Composable
private fun AskForOlder(list: LazyListState, events: ThreadEvents) {
    LaunchedEffect(list) {
        snapshotFlow { list.layoutInfo.run { (visibleItemsInfo.lastOrNull()?.index ?: 0) >= totalItemsCount - AHEAD } }
            .distinctUntilChanged()
            .filter { it }
            .collect { events.older() }
    }
}

private const val AHEAD = 5

/** The newest message was in sight before another one came: it, its day, and those of the other. */
private const val BESIDE_NEWEST = 2
