package dev.pericard.app.ui.components

import androidx.compose.foundation.BorderStroke
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.layout.widthIn
import androidx.compose.foundation.shape.RoundedCornerShape
import androidx.compose.material3.Icon
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.semantics.clearAndSetSemantics
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.onClick
import androidx.compose.ui.semantics.role
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.text.style.TextOverflow
import androidx.compose.ui.unit.dp
import dev.pericard.app.ui.icons.Icons
import dev.pericard.app.ui.model.Owner
import dev.pericard.app.ui.theme.Pericard
import dev.pericard.app.ui.theme.Space
import dev.pericard.app.ui.theme.Stroke

/** Whose messages these are; opens the choice of people and clinics. */
@Composable
fun OwnerChip(owner: Owner, onClick: () -> Unit, modifier: Modifier = Modifier, closed: Boolean = false) {
    val words = Pericard.words
    val place = owner.number?.let { words.peopleAccountAt(owner.clinic.name, words.language.number(it)) } ?: owner.clinic.name
    val label = words.chipA11y(owner.name, place)
    val large = Pericard.largeText
    val ring = if (owner.person.isSelf) Pericard.palette.onPrimaryContainer else Pericard.palette.person(owner.person.color).second
    Surface(
        onClick = onClick,
        modifier = modifier.clearAndSetSemantics {
            contentDescription = label
            role = Role.Button
            onClick {
                onClick()
                true
            }
        },
        shape = RoundedCornerShape(50),
        color = Pericard.palette.surface,
        border = BorderStroke(Stroke.hairline, Pericard.palette.divider),
    ) {
        Row(
            Modifier.padding(start = Space.xs, end = Space.m, top = Space.xs, bottom = Space.xs),
            verticalAlignment = Alignment.CenterVertically,
        ) {
            Ring(if (closed) RingState.Closed else RingState.Open, size = 40.dp, width = 2.dp, color = ring) {
                PersonAvatar(owner.person)
            }
            Column(Modifier.padding(start = Space.s).weight(1f, fill = false).widthIn(max = if (large) 400.dp else 120.dp)) {
                val lines = if (large) Int.MAX_VALUE else 1
                Text(
                    owner.person.called.ifEmpty { owner.clinic.name },
                    style = Pericard.type.label,
                    color = Pericard.palette.text,
                    maxLines = lines,
                    overflow = TextOverflow.Ellipsis,
                )
                val under = owner.toldApartBy?.let { words.peopleAccount(words.language.number(it)) }
                    ?: owner.clinic.name.takeIf { owner.person.name.isNotEmpty() }
                if (under != null) {
                    Text(
                        under,
                        style = Pericard.type.caption,
                        color = Pericard.palette.textSoft,
                        maxLines = lines,
                        overflow = TextOverflow.Ellipsis,
                    )
                }
            }
            Box(Modifier.padding(start = Space.s)) {
                Icon(Icons.expand, null, Modifier.size(20.dp), tint = Pericard.palette.text)
            }
        }
    }
}
