package dev.pericard.app.ui.signin

import androidx.compose.foundation.clickable
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.FlowRow
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.shape.RoundedCornerShape
import androidx.compose.material3.HorizontalDivider
import androidx.compose.material3.Icon
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.vector.ImageVector
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.dp
import dev.pericard.app.ui.components.Chevron
import dev.pericard.app.ui.components.ClinicMark
import dev.pericard.app.ui.components.Group
import dev.pericard.app.ui.components.GroupRow
import dev.pericard.app.ui.components.Leave
import dev.pericard.app.ui.components.Page
import dev.pericard.app.ui.components.PersonAvatar
import dev.pericard.app.ui.components.RowIcon
import dev.pericard.app.ui.components.SectionFoot
import dev.pericard.app.ui.icons.Icons
import dev.pericard.app.ui.model.Person
import dev.pericard.app.ui.theme.Pericard
import dev.pericard.app.ui.theme.Radius
import dev.pericard.app.ui.theme.Space

@Composable
fun ClinicsScreen(state: ClinicsState, events: ClinicsEvents, onLeave: () -> Unit) {
    val words = Pericard.words
    Page(Leave.Back, onLeave, title = words.clinicsTitle) {
        state.accounts.forEach { Account(it, events) }
        Group(Modifier.padding(top = Space.s)) {
            GroupRow(
                words.clinicsAdd,
                titleColor = Pericard.palette.primary,
                leading = { RowIcon(Icons.add) },
                onClick = events::add,
            )
        }
        SectionFoot(words.clinicsFoot)
    }
}

@Composable
private fun Account(card: AccountCard, events: ClinicsEvents) {
    val words = Pericard.words
    val self = card.people.find { it.isSelf && it.name.isNotEmpty() }
    Group(Modifier.padding(bottom = Space.m)) {
        Row(
            Modifier
                .fillMaxWidth()
                .clickable(role = Role.Button) { events.open(card.id) }
                .semantics(mergeDescendants = true) {}
                .padding(Space.l),
        ) {
            ClinicMark(card.clinic.kind)
            Column(Modifier.weight(1f).padding(start = Space.m), verticalArrangement = Arrangement.spacedBy(Space.xs)) {
                Text(card.clinic.name, style = Pericard.type.headline, color = Pericard.palette.text)
                val told = self?.let { words.clinicsSignedInAs(it.name) }
                    ?: card.number?.let { words.peopleAccount(words.language.number(it)) }
                if (told != null) Text(told, style = Pericard.type.support, color = Pericard.palette.textSoft)
                StandingTag(card.standing)
                if (card.people.size > 1) People(card.people)
            }
            Chevron()
        }
        if (card.standing == Standing.SignedOut || card.standing == Standing.SignIn) {
            HorizontalDivider(Modifier.padding(start = Space.l), color = Pericard.palette.divider)
            GroupRow(
                words.sealedAgain,
                titleColor = Pericard.palette.primary,
                leading = { RowIcon(Icons.key) },
                onClick = { events.signInAgain(card.id) },
            )
        }
    }
}

@Composable
private fun People(people: List<Person>) {
    FlowRow(
        Modifier.padding(top = Space.xs),
        horizontalArrangement = Arrangement.spacedBy(Space.xs),
        itemVerticalAlignment = Alignment.CenterVertically,
    ) {
        people.forEach { PersonAvatar(it) }
        Text(
            Pericard.words.clinicsPeople(people.size),
            Modifier.padding(start = Space.xs),
            style = Pericard.type.support,
            color = Pericard.palette.textSoft,
        )
    }
}

@Composable
private fun StandingTag(standing: Standing) {
    val words = Pericard.words
    val palette = Pericard.palette
    when (standing) {
        is Standing.Active -> {
            val at = standing.completeAt
            val text = when {
                at == null -> words.clinicsNever
                Pericard.formats.isToday(at) -> words.clinicsUpToDate(Pericard.formats.time(at))
                else -> words.clinicsLastAt(Pericard.formats.sentence(at))
            }
            if (at == null) {
                Tag(text, Icons.queued, palette.surfaceSunken, palette.textSoft)
            } else {
                Tag(text, Icons.sent, palette.okContainer, palette.onOkContainer)
            }
        }
        Standing.SignIn, Standing.SignedOut -> Tag(words.clinicsSignedOut, Icons.locked, palette.warningContainer, palette.onWarningContainer)
        Standing.Lease -> Tag(words.clinicsClosed, Icons.offline, palette.warningContainer, palette.onWarningContainer)
        Standing.Unusable -> Tag(words.clinicsUnusable, Icons.failed, palette.errorContainer, palette.onErrorContainer)
    }
}

@Composable
private fun Tag(text: String, icon: ImageVector, background: Color, color: Color) {
    Surface(shape = RoundedCornerShape(Radius.field), color = background, contentColor = color) {
        Row(Modifier.padding(horizontal = Space.s, vertical = 3.dp), verticalAlignment = Alignment.CenterVertically) {
            Icon(icon, null, Modifier.size(16.dp))
            Text(text, Modifier.padding(start = Space.xs), style = Pericard.type.label)
        }
    }
}
