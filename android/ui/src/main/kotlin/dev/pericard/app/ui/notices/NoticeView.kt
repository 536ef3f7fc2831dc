package dev.pericard.app.ui.notices

import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.ColumnScope
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.material3.Icon
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.vector.ImageVector
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.unit.dp
import dev.pericard.app.ui.components.Group
import dev.pericard.app.ui.components.Leave
import dev.pericard.app.ui.components.Page
import dev.pericard.app.ui.components.Ring
import dev.pericard.app.ui.components.RingState
import dev.pericard.app.ui.components.RowDivider
import dev.pericard.app.ui.components.pane
import dev.pericard.app.ui.theme.Pericard
import dev.pericard.app.ui.theme.Space

/** One thing to know, with its icon. */
internal class Fact(val icon: ImageVector, val title: String, val text: String, val tint: Color? = null)

/** The frame of a notice: ring, what happened, what it means, what to do. */
@Composable
internal fun NoticeView(
    icon: ImageVector,
    title: String,
    text: String,
    facts: List<Fact>,
    modifier: Modifier = Modifier,
    ring: RingState = RingState.Open,
    color: Color = Pericard.palette.primary,
    leave: Leave? = Leave.Close,
    onLeave: () -> Unit = {},
    head: (@Composable () -> Unit)? = null,
    dock: @Composable ColumnScope.() -> Unit,
) {
    Page(leave, onLeave, modifier.pane(title), color = Pericard.palette.surface, bar = head == null, dock = dock) {
        head?.invoke()
        Column(Modifier.fillMaxWidth(), horizontalAlignment = Alignment.CenterHorizontally) {
            Ring(ring, Modifier.padding(top = Space.s), size = 96.dp, color = color) {
                Icon(icon, null, Modifier.size(36.dp), tint = color)
            }
            Text(
                title,
                Modifier.padding(top = Space.l).semantics { heading() },
                style = Pericard.type.title,
                color = Pericard.palette.text,
                textAlign = TextAlign.Center,
            )
            if (text.isNotEmpty()) {
                Text(
                    text,
                    Modifier.padding(top = Space.s, start = Space.l, end = Space.l),
                    style = Pericard.type.body,
                    color = Pericard.palette.textSoft,
                    textAlign = TextAlign.Center,
                )
            }
        }
        if (facts.isNotEmpty()) Facts(facts)
    }
}

@Composable
private fun Facts(facts: List<Fact>) {
    Group(Modifier.padding(top = Space.xl), color = Pericard.palette.surfaceSunken) {
        facts.forEachIndexed { at, fact ->
            if (at > 0) RowDivider()
            Row(Modifier.fillMaxWidth().semantics(mergeDescendants = true) {}.padding(Space.l)) {
                Icon(fact.icon, null, Modifier.size(24.dp), tint = fact.tint ?: Pericard.palette.primary)
                Column(Modifier.padding(start = Space.l)) {
                    Text(fact.title, style = Pericard.type.headline, color = Pericard.palette.text)
                    Text(fact.text, style = Pericard.type.support, color = Pericard.palette.textSoft)
                }
            }
        }
    }
}
