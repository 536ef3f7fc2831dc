package dev.pericard.app.ui.records

import androidx.compose.foundation.background
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.layout.widthIn
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.shape.RoundedCornerShape
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.ExperimentalMaterial3Api
import androidx.compose.material3.Icon
import androidx.compose.material3.Text
import androidx.compose.material3.pulltorefresh.PullToRefreshBox
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.vector.ImageVector
import androidx.compose.ui.semantics.CustomAccessibilityAction
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.customActions
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.unit.dp
import dev.pericard.app.ui.components.ActingStrip
import dev.pericard.app.ui.components.Chevron
import dev.pericard.app.ui.components.CountBadge
import dev.pericard.app.ui.components.Group
import dev.pericard.app.ui.components.GroupRow
import dev.pericard.app.ui.components.Ring
import dev.pericard.app.ui.components.RingState
import dev.pericard.app.ui.components.RowDivider
import dev.pericard.app.ui.icons.Icons
import dev.pericard.app.ui.inbox.TabHead
import dev.pericard.app.ui.notices.ClosedEvents
import dev.pericard.app.ui.notices.ClosedScreen
import dev.pericard.app.ui.theme.Pericard
import dev.pericard.app.ui.theme.Radius
import dev.pericard.app.ui.theme.Space
import dev.pericard.app.ui.words.Formats
import dev.pericard.app.ui.words.Words

/** The tab of records: each kind that the clinic has, with what is new. */
@Composable
fun RecordsScreen(state: RecordsState, events: RecordsEvents, frame: RecordFrameEvents, closed: ClosedEvents, modifier: Modifier = Modifier) {
    val body = state.body
    if (body is RecordsBody.Closed) {
        ClosedScreen(state.owner, body.reason, closed, modifier)
        return
    }
    Refreshing(state.refreshing, events::refresh, modifier.fillMaxSize().background(Pericard.palette.background)) {
        Column(Modifier.fillMaxSize().verticalScroll(rememberScrollState()), horizontalAlignment = Alignment.CenterHorizontally) {
            TabHead(Pericard.words.tabRecords, state.owner, frame::choosePerson)
            ActingStrip(state.owner, Modifier.padding(bottom = Space.m))
            Column(Modifier.widthIn(max = Space.readMax).padding(horizontal = Space.gutter).padding(bottom = Space.xl)) {
                state.banner?.let { RecordsBannerView(it, state.owner, null, frame, Modifier.padding(bottom = Space.l)) }
                when (body) {
                    is RecordsBody.Kinds -> Kinds(body.rows, state.owner.clinic.name, events)
                    RecordsBody.None -> Emptiness(Icons.records, Pericard.words.recordsNone, Pericard.words.recordsNoneText(state.owner.clinic.name))
                    RecordsBody.NotYet -> Emptiness(Icons.records, Pericard.words.recordsNothing, Pericard.words.recordsNotYetText(state.owner.clinic.name))
                    is RecordsBody.Closed -> {}
                }
            }
        }
    }
}

/** Pulled down, it fetches what is new; assistive technology has a twin of the pull. */
@OptIn(ExperimentalMaterial3Api::class)
@Composable
internal fun Refreshing(refreshing: Boolean, onRefresh: () -> Unit, modifier: Modifier = Modifier, content: @Composable () -> Unit) {
    val refresh = Pericard.words.recordsRefresh
    PullToRefreshBox(
        refreshing,
        onRefresh,
        modifier.semantics {
            customActions = listOf(
                CustomAccessibilityAction(refresh) {
                    onRefresh()
                    true
                },
            )
        },
    ) { content() }
}

@Composable
private fun Kinds(rows: List<KindRow>, clinic: String, events: RecordsEvents) {
    val words = Pericard.words
    Group {
        rows.forEachIndexed { at, row ->
            if (at > 0) RowDivider(TILED)
            val spoken = words.recordsNewA11y(row.news)
            GroupRow(
                words.title(row.kind),
                text = row.line.text(words, Pericard.formats, clinic),
                strong = true,
                leading = { Tile(if (row.kind == RecordKind.Labs) Icons.lab else Icons.document, quiet = row.line is KindLine.Off) },
                trailing = {
                    if (row.news > 0) CountBadge(words.language.number(row.news), Modifier.semantics { contentDescription = spoken })
                    Chevron()
                },
                onClick = { events.open(row.kind) },
            )
        }
    }
}

private fun KindLine.text(words: Words, formats: Formats, clinic: String): String = when (this) {
    is KindLine.New -> words.recordsLabsNew(count, formats.date(from))
    is KindLine.Newest -> words.recordsLabsNewest(formats.date(at))
    is KindLine.Count -> if (more) words.recordsDocsMany(count) else words.recordsDocsCount(count)
    KindLine.Nothing -> words.recordsNothing
    KindLine.Coming -> words.recordsComing
    is KindLine.Off -> if (closed) words.recordsOffClosed(clinic) else words.recordsOff(clinic)
    KindLine.StepUp -> words.stepUpTitle
}

/** Where the line under a row with a tile begins. */
internal val TILED = 72.dp

/** The icon of a row on its tile; a [quiet] one is of what is not here, or not to be had. */
@Composable
internal fun Tile(icon: ImageVector, quiet: Boolean = false) {
    val background: Color = if (quiet) Pericard.palette.surfaceSunken else Pericard.palette.primaryContainer
    val tint: Color = if (quiet) Pericard.palette.textSoft else Pericard.palette.onPrimaryContainer
    Box(Modifier.size(44.dp).background(background, RoundedCornerShape(Radius.field)), contentAlignment = Alignment.Center) {
        Icon(icon, null, Modifier.size(22.dp), tint = tint)
    }
}

/** A place where something will be; [part] is how much of it has come. */
@Composable
internal fun Emptiness(icon: ImageVector, title: String, text: String, modifier: Modifier = Modifier, part: Float? = null) {
    Column(modifier.padding(horizontal = Space.l).padding(top = Space.xxxl), horizontalAlignment = Alignment.CenterHorizontally) {
        Ring(part?.let(RingState::Part) ?: RingState.Open, size = 112.dp) { Icon(icon, null, Modifier.size(36.dp), tint = Pericard.palette.primary) }
        Text(
            title,
            Modifier.padding(top = Space.l).semantics { heading() },
            style = Pericard.type.title,
            color = Pericard.palette.text,
            textAlign = TextAlign.Center,
        )
        Text(text, Modifier.padding(top = Space.s), style = Pericard.type.body, color = Pericard.palette.textSoft, textAlign = TextAlign.Center)
    }
}
