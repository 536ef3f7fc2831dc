package dev.pericard.app.ui.you

import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.selection.selectable
import androidx.compose.foundation.selection.selectableGroup
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.Icon
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.Immutable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.dp
import dev.pericard.app.ui.components.PersonAvatar
import dev.pericard.app.ui.components.QuietButton
import dev.pericard.app.ui.components.SectionFoot
import dev.pericard.app.ui.components.SectionHead
import dev.pericard.app.ui.components.Sheet
import dev.pericard.app.ui.icons.Icons
import dev.pericard.app.ui.model.Owner
import dev.pericard.app.ui.model.Unprinted
import dev.pericard.app.ui.theme.Pericard
import dev.pericard.app.ui.theme.Space

/** Everybody whose messages are on this phone, by clinic. */
@Immutable
data class PeopleState(val owners: List<Owner>, val chosen: Owner) : Unprinted()

interface PeopleEvents {
    fun choose(owner: Owner)

    fun addClinic()

    fun close()
}

@Composable
fun PeopleSheet(state: PeopleState, events: PeopleEvents) {
    Sheet(events::close) { People(state, events) }
}

@Composable
internal fun People(state: PeopleState, events: PeopleEvents, modifier: Modifier = Modifier) {
    val words = Pericard.words
    Column(modifier.verticalScroll(rememberScrollState()).padding(horizontal = Space.xl).padding(bottom = Space.l)) {
        Text(words.peopleTitle, Modifier.semantics { heading() }, style = Pericard.type.title, color = Pericard.palette.text)
        state.owners.groupBy { it.clinic }.forEach { (clinic, owners) ->
            SectionHead(clinic.name)
            // One number wants the others.
            val numbered = owners.any { it.toldApartBy != null }
            Column(Modifier.selectableGroup()) {
                owners.forEach { Choice(it, numbered, it.person.id == state.chosen.person.id) { events.choose(it) } }
            }
        }
        SectionFoot(words.peopleFoot)
        QuietButton(words.clinicsAdd, events::addClinic, icon = Icons.add)
    }
}

@Composable
private fun Choice(owner: Owner, numbered: Boolean, chosen: Boolean, onChoose: () -> Unit) {
    val words = Pericard.words
    // Where several signed in at one clinic, "You" would be each of them.
    val told = owner.number?.takeIf { numbered }?.let { words.peopleAccount(words.language.number(it)) }
        ?: words.peopleYou.takeIf { owner.person.isSelf && owner.number == null }
    Row(
        Modifier.fillMaxWidth().heightIn(min = Space.rowMin).selectable(chosen, role = Role.RadioButton, onClick = onChoose),
        verticalAlignment = Alignment.CenterVertically,
    ) {
        PersonAvatar(owner.person, size = 40.dp)
        Column(Modifier.weight(1f).padding(start = Space.m)) {
            Text(owner.name, style = Pericard.type.headline, color = Pericard.palette.text)
            if (told != null) Text(told, style = Pericard.type.support, color = Pericard.palette.textSoft)
        }
        if (chosen) Icon(Icons.sent, null, Modifier.size(22.dp), tint = Pericard.palette.primary)
    }
}
