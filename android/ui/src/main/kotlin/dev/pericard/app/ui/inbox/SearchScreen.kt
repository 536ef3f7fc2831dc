package dev.pericard.app.ui.inbox

import androidx.compose.foundation.background
import androidx.compose.foundation.border
import androidx.compose.foundation.clickable
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.imePadding
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.layout.statusBarsPadding
import androidx.compose.foundation.lazy.LazyColumn
import androidx.compose.foundation.lazy.items
import androidx.compose.foundation.shape.RoundedCornerShape
import androidx.compose.foundation.text.input.clearText
import androidx.compose.foundation.text.input.rememberTextFieldState
import androidx.compose.material3.ExperimentalMaterial3Api
import androidx.compose.material3.HorizontalDivider
import androidx.compose.material3.Icon
import androidx.compose.material3.IconButton
import androidx.compose.material3.SearchBarDefaults
import androidx.compose.material3.Text
import androidx.compose.material3.TextFieldDefaults
import androidx.compose.runtime.Composable
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.remember
import androidx.compose.runtime.snapshotFlow
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.focus.FocusRequester
import androidx.compose.ui.focus.focusRequester
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.semantics.LiveRegionMode
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.liveRegion
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.AnnotatedString
import androidx.compose.ui.text.SpanStyle
import androidx.compose.ui.text.buildAnnotatedString
import androidx.compose.ui.text.font.FontWeight
import androidx.compose.ui.text.style.TextOverflow
import androidx.compose.ui.text.withStyle
import androidx.compose.ui.unit.dp
import dev.pericard.app.ui.components.ActingStrip
import dev.pericard.app.ui.icons.Icons
import dev.pericard.app.ui.model.Owner
import dev.pericard.app.ui.theme.Pericard
import dev.pericard.app.ui.theme.Space
import dev.pericard.app.ui.theme.foreign
import kotlinx.coroutines.flow.drop

/** Search as one types, in what is on this phone. */
@Composable
internal fun SearchScreen(state: InboxState, body: InboxBody.Searching, events: InboxEvents, modifier: Modifier) {
    Column(modifier.fillMaxSize().background(Pericard.palette.surface).imePadding()) {
        Column(Modifier.fillMaxWidth().background(Pericard.palette.background).statusBarsPadding().padding(Space.gutter)) {
            SearchField(body.text, state.owner, events)
            Found(body)
            state.banner?.let { InboxBannerView(it, state.owner, events) }
        }
        ActingStrip(state.owner)
        HorizontalDivider(color = Pericard.palette.divider)
        LazyColumn(Modifier.fillMaxSize()) {
            items(body.hits, key = { it.messageId }) { hit ->
                HitRowView(hit) { events.openHit(hit.threadId, hit.messageId) }
                HorizontalDivider(color = Pericard.palette.divider)
            }
        }
    }
}

@OptIn(ExperimentalMaterial3Api::class)
@Composable
private fun SearchField(text: String, owner: Owner, events: InboxEvents) {
    val words = Pericard.words
    val label = words.searchIn(owner)
    val field = remember { FocusRequester() }
    LaunchedEffect(field) { field.requestFocus() }
    // The field keeps what is typed while the results of it are on their way.
    val typed = rememberTextFieldState(text)
    LaunchedEffect(typed) { snapshotFlow { typed.text.toString() }.drop(1).collect(events::search) }
    SearchBarDefaults.InputField(
        state = typed,
        onSearch = events::search,
        expanded = true,
        onExpandedChange = { if (!it) events.closeSearch() },
        modifier = Modifier
            .fillMaxWidth()
            .focusRequester(field)
            .background(Pericard.palette.surface, RoundedCornerShape(50))
            .border(2.dp, Pericard.palette.primary, RoundedCornerShape(50))
            .semantics { contentDescription = label },
        placeholder = { Text(label, style = Pericard.type.body) },
        leadingIcon = { IconButton(events::closeSearch) { Icon(Icons.back, words.commonBack) } },
        trailingIcon = if (typed.text.isEmpty()) null else { { IconButton({ typed.clearText() }) { Icon(Icons.clearFilled, words.searchClear) } } },
        colors = TextFieldDefaults.colors(
            focusedContainerColor = Color.Transparent,
            unfocusedContainerColor = Color.Transparent,
            focusedIndicatorColor = Color.Transparent,
            unfocusedIndicatorColor = Color.Transparent,
        ),
    )
}

@Composable
private fun Found(body: InboxBody.Searching) {
    if (body.text.isBlank() || body.searching) return
    val words = Pericard.words
    val text = if (body.hits.isEmpty()) words.searchNone(body.text) else words.searchCount(body.hits.size)
    Text(
        text,
        Modifier.padding(top = Space.m).semantics {
            liveRegion = LiveRegionMode.Polite
            heading()
        },
        style = Pericard.type.label,
        color = Pericard.palette.textSoft,
    )
}

@Composable
private fun HitRowView(hit: HitRow, onOpen: () -> Unit) {
    val large = Pericard.largeText
    Column(
        Modifier
            .fillMaxWidth()
            .clickable(role = Role.Button, onClick = onOpen)
            .semantics(mergeDescendants = true) {}
            .padding(horizontal = Space.gutter, vertical = Space.m),
    ) {
        val time = Pericard.formats.listed(hit.at)
        Row(verticalAlignment = Alignment.CenterVertically) {
            Text(
                hit.subject.ifEmpty { Pericard.words.inboxNoSubject },
                Modifier.weight(1f),
                style = Pericard.type.headline.foreign(),
                color = Pericard.palette.text,
                maxLines = if (large) Int.MAX_VALUE else 1,
                overflow = TextOverflow.Ellipsis,
            )
            if (!large) Text(time, Modifier.padding(start = Space.s), style = Pericard.type.caption, color = Pericard.palette.textSoft)
        }
        Text(hit.who, style = Pericard.type.support.foreign(), color = Pericard.palette.textSoft)
        if (large) Text(time, style = Pericard.type.caption, color = Pericard.palette.textSoft)
        if (hit.isElsewhere) Elsewhere()
        Text(
            marked(hit.snippet, Pericard.palette.mark, Pericard.palette.onMark),
            Modifier.padding(top = Space.xs),
            style = Pericard.type.support.foreign(),
            color = Pericard.palette.text,
        )
    }
}

@Composable
private fun Elsewhere() {
    Row(Modifier.padding(top = Space.xs), verticalAlignment = Alignment.CenterVertically) {
        Icon(Icons.search, null, Modifier.size(16.dp), tint = Pericard.palette.textSoft)
        Text(
            Pericard.words.searchElsewhere,
            Modifier.padding(start = Space.xs),
            style = Pericard.type.support,
            color = Pericard.palette.textSoft,
        )
    }
}

/** Hits are bold and marked: the colour is not the only sign. */
private fun marked(pieces: List<Piece>, mark: Color, onMark: Color): AnnotatedString = buildAnnotatedString {
    pieces.forEach { piece ->
        if (piece.hit) {
            withStyle(SpanStyle(color = onMark, background = mark, fontWeight = FontWeight.Bold)) { append(piece.text) }
        } else {
            append(piece.text)
        }
    }
}
