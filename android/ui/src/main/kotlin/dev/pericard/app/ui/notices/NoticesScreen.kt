package dev.pericard.app.ui.notices

import androidx.compose.foundation.layout.padding
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.vector.ImageVector
import dev.pericard.app.ui.components.Chevron
import dev.pericard.app.ui.components.CountBadge
import dev.pericard.app.ui.components.Group
import dev.pericard.app.ui.components.GroupRow
import dev.pericard.app.ui.components.Leave
import dev.pericard.app.ui.components.Page
import dev.pericard.app.ui.components.RowDivider
import dev.pericard.app.ui.components.RowIcon
import dev.pericard.app.ui.icons.Icons
import dev.pericard.app.ui.theme.Pericard
import dev.pericard.app.ui.theme.Space
import dev.pericard.app.ui.words.Words

@Composable
fun NoticesScreen(state: NoticesState, events: NoticesEvents, onLeave: () -> Unit) {
    val words = Pericard.words
    Page(Leave.Back, onLeave, title = words.youNotices) {
        if (state.rows.isEmpty()) {
            Text(words.noticesNone, Modifier.padding(Space.l), style = Pericard.type.body, color = Pericard.palette.textSoft)
        } else {
            Group(Modifier.padding(top = Space.s)) {
                state.rows.forEachIndexed { at, row ->
                    if (at > 0) RowDivider()
                    GroupRow(
                        row.notice.title(words, row.clinic.name),
                        text = "${row.clinic.name}, ${Pericard.formats.sentence(row.at)}",
                        leading = { RowIcon(row.notice.icon) },
                        trailing = {
                            if (row.isNew) CountBadge(words.noticesNew)
                            Chevron()
                        },
                        onClick = { events.open(row.id) },
                    )
                }
            }
        }
    }
}

private fun Notice.title(words: Words, clinic: String): String = when (this) {
    is Notice.Off -> words.offTitle
    is Notice.ReadOnly -> words.readOnlyTitle(clinic)
    is Notice.Incident -> words.incidentTitle
    is Notice.Held -> words.heldTitle(count)
    Notice.BegunAnew -> words.anewTitle
    is Notice.ClockWrong -> words.clockTitle
    is Notice.Update -> words.updateTitle
}

private val Notice.icon: ImageVector
    get() = when (this) {
        is Notice.Off, is Notice.ReadOnly -> Icons.off
        is Notice.Incident -> Icons.refused
        is Notice.Held -> Icons.unmatched
        Notice.BegunAnew -> Icons.download
        is Notice.ClockWrong -> Icons.clock
        is Notice.Update -> Icons.update
    }
