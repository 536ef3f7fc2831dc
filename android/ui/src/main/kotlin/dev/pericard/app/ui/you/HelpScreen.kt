package dev.pericard.app.ui.you

import androidx.compose.foundation.layout.padding
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import dev.pericard.app.ui.components.Chevron
import dev.pericard.app.ui.components.Group
import dev.pericard.app.ui.components.GroupRow
import dev.pericard.app.ui.components.Leave
import dev.pericard.app.ui.components.Page
import dev.pericard.app.ui.components.RowDivider
import dev.pericard.app.ui.components.RowIcon
import dev.pericard.app.ui.components.SectionHead
import dev.pericard.app.ui.components.firstSentenceBold
import dev.pericard.app.ui.icons.Icons
import dev.pericard.app.ui.theme.Pericard
import dev.pericard.app.ui.theme.Space

/** Always one step away under You. */
@Composable
fun HelpScreen(state: HelpState, events: HelpEvents, onLeave: () -> Unit) {
    val words = Pericard.words
    val phone = state.clinic.phone
    Page(Leave.Back, onLeave, title = words.youHelp) {
        if (phone != null) {
            SectionHead(words.youUrgent)
            Group {
                Text(
                    firstSentenceBold(words.commonUrgent(state.clinic.emergency, state.clinic.name, phone)),
                    Modifier.padding(Space.l),
                    style = Pericard.type.body,
                    color = Pericard.palette.text,
                )
            }
        }
        Group(Modifier.padding(top = Space.l)) {
            if (phone != null) {
                GroupRow(
                    words.commonCall(state.clinic.name),
                    text = phone,
                    leading = { RowIcon(Icons.phone) },
                    trailing = { Chevron() },
                    onClick = events::call,
                )
                RowDivider()
            }
            GroupRow(
                words.heldWrite,
                leading = { RowIcon(Icons.write) },
                trailing = { Chevron() },
                onClick = events::write,
            )
        }
        SectionHead(words.youAbout)
        Group {
            GroupRow("Pericard", text = words.youVersion(state.version), leading = { RowIcon(Icons.notice) })
        }
    }
}
