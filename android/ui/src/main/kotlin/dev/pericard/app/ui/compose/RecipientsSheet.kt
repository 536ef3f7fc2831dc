package dev.pericard.app.ui.compose

import androidx.compose.foundation.BorderStroke
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.lazy.LazyColumn
import androidx.compose.foundation.lazy.LazyListScope
import androidx.compose.foundation.lazy.items
import androidx.compose.foundation.selection.toggleable
import androidx.compose.foundation.shape.RoundedCornerShape
import androidx.compose.material3.Icon
import androidx.compose.material3.IconButton
import androidx.compose.material3.OutlinedTextField
import androidx.compose.material3.OutlinedTextFieldDefaults
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.saveable.rememberSaveable
import androidx.compose.runtime.setValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.vector.ImageVector
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.dp
import dev.pericard.app.ui.components.Avatar
import dev.pericard.app.ui.components.PrimaryButton
import dev.pericard.app.ui.components.SectionFoot
import dev.pericard.app.ui.components.SectionHead
import dev.pericard.app.ui.components.Sheet
import dev.pericard.app.ui.components.initials
import dev.pericard.app.ui.icons.Icons
import dev.pericard.app.ui.model.Clinic
import dev.pericard.app.ui.theme.Pericard
import dev.pericard.app.ui.theme.Radius
import dev.pericard.app.ui.theme.Space

/** Whom to write to. */
@Composable
internal fun RecipientsSheet(state: RecipientsState, clinic: Clinic, events: ComposeEvents) {
    Sheet(events::stopChoosing) { Recipients(state, clinic, events) }
}

@Composable
internal fun Recipients(state: RecipientsState, clinic: Clinic, events: ComposeEvents, modifier: Modifier = Modifier) {
    val words = Pericard.words
    Column(modifier) {
        Row(Modifier.fillMaxWidth().padding(start = Space.xl, end = Space.m), verticalAlignment = Alignment.CenterVertically) {
            Text(
                words.toTitle,
                Modifier.weight(1f).semantics { heading() },
                style = Pericard.type.title,
                color = Pericard.palette.text,
            )
            IconButton(events::stopChoosing) { Icon(Icons.close, words.commonClose, tint = Pericard.palette.text) }
        }
        TeamSearch(state.search, events::searchRecipients)
        LazyColumn(Modifier.weight(1f, fill = false).padding(horizontal = Space.gutter)) {
            rows(words.toBefore, "before", state.before, state.chosen, events)
            rows(words.toAll(clinic.name), "all", state.all, state.chosen, events)
            if (state.before.isEmpty() && state.all.isEmpty()) item("none") { SectionFoot(words.toNone) }
            clinic.phone?.let { phone ->
                item("urgent") { SectionFoot(words.commonUrgent(clinic.emergency, clinic.name, phone)) }
            }
        }
        PrimaryButton(
            words.toDone,
            events::stopChoosing,
            Modifier.padding(horizontal = Space.gutter, vertical = Space.m),
            enabled = state.chosen.isNotEmpty(),
        )
    }
}

@Composable
private fun TeamSearch(text: String, onSearch: (String) -> Unit) {
    val label = Pericard.words.toSearch
    var typed by rememberSaveable { mutableStateOf(text) }
    OutlinedTextField(
        typed,
        {
            typed = it
            onSearch(it)
        },
        Modifier.fillMaxWidth().padding(horizontal = Space.gutter, vertical = Space.s).semantics { contentDescription = label },
        textStyle = Pericard.type.body,
        placeholder = { Text(label, style = Pericard.type.body) },
        leadingIcon = { Icon(Icons.search, null) },
        singleLine = true,
        shape = RoundedCornerShape(50),
        colors = OutlinedTextFieldDefaults.colors(
            unfocusedContainerColor = Pericard.palette.surfaceSunken,
            focusedContainerColor = Pericard.palette.surfaceSunken,
            unfocusedBorderColor = Color.Transparent,
        ),
    )
}

private fun LazyListScope.rows(title: String, place: String, rows: List<RecipientRow>, chosen: Set<String>, events: ComposeEvents) {
    if (rows.isEmpty()) return
    item(place) { SectionHead(title) }
    items(rows, key = { "$place ${it.id}" }) { row -> Recipient(row, row.id in chosen) { events.toggleRecipient(row.id) } }
}

@Composable
private fun Recipient(row: RecipientRow, chosen: Boolean, onToggle: () -> Unit) {
    Surface(
        Modifier.fillMaxWidth().padding(bottom = Space.s),
        RoundedCornerShape(Radius.field),
        if (chosen) Pericard.palette.primaryContainer else Pericard.palette.background,
        border = BorderStroke(1.dp, Pericard.palette.divider),
    ) {
        Row(
            Modifier.toggleable(chosen, role = Role.Checkbox) { onToggle() }.heightIn(min = Space.rowMin).padding(Space.m),
            verticalAlignment = Alignment.CenterVertically,
        ) {
            Avatar(
                initials(row.name),
                icon = row.kind.icon,
                background = Pericard.palette.surface,
                color = Pericard.palette.textSoft,
            )
            Column(Modifier.weight(1f).padding(start = Space.m), Arrangement.Center) {
                val color = if (chosen) Pericard.palette.onPrimaryContainer else Pericard.palette.text
                Text(row.name, style = Pericard.type.headline, color = color)
                if (row.role.isNotEmpty()) Text(row.role, style = Pericard.type.support, color = if (chosen) color else Pericard.palette.textSoft)
            }
            if (chosen) Icon(Icons.sent, null, Modifier.size(22.dp), tint = Pericard.palette.primary)
        }
    }
}

private val RecipientKind.icon: ImageVector?
    get() = when (this) {
        RecipientKind.Person -> null
        RecipientKind.Team -> Icons.people
        RecipientKind.Organization -> Icons.clinic
    }
