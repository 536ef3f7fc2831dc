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
import dev.pericard.app.ui.signin.Standing
import dev.pericard.app.ui.theme.Pericard
import dev.pericard.app.ui.theme.Space
import dev.pericard.app.ui.words.Words

/** Everybody whose messages are on this phone, by clinic. */
@Immutable
data class PeopleState(
    val rows: List<PersonRow>,
    val chosen: Owner,
    /** The chosen account is open, so that it can be asked for whom one acts. */
    val canAdd: Boolean = false,
) : Unprinted()

/** One of them, with what is new and where they stand. */
@Immutable
data class PersonRow(val owner: Owner, val unread: Int = 0, val standing: Standing = Standing.Active(null)) : Unprinted()

interface PeopleEvents {
    fun choose(owner: Owner)

    fun addPerson()

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
        state.rows.groupBy { it.owner.clinic }.forEach { (clinic, rows) ->
            SectionHead(clinic.name)
            // One number wants the others.
            val numbered = rows.any { it.owner.toldApartBy != null }
            Column(Modifier.selectableGroup()) {
                rows.forEach { Choice(it, numbered, it.owner.person.id == state.chosen.person.id) { events.choose(it.owner) } }
            }
        }
        SectionFoot(words.peopleFoot)
        if (state.canAdd) QuietButton(words.peopleAdd, events::addPerson, icon = Icons.people)
        QuietButton(words.clinicsAdd, events::addClinic, icon = Icons.add)
    }
}

@Composable
private fun Choice(row: PersonRow, numbered: Boolean, chosen: Boolean, onChoose: () -> Unit) {
    val words = Pericard.words
    val owner = row.owner
    // Where several signed in at one clinic, "You" would be each of them.
    val who = owner.number?.takeIf { numbered }?.let { words.peopleAccount(words.language.number(it)) }
        ?: words.peopleYou.takeIf { owner.person.isSelf && owner.number == null }
    val told = listOfNotNull(who, row.news(words)).joinToString(". ").ifEmpty { null }
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

/** What is worth a look: that nothing can be read, else what is new, else what one may not do. */
private fun PersonRow.news(words: Words): String? = when (standing) {
    Standing.SignedOut, Standing.SignIn -> words.clinicsSignedOut
    Standing.Lease -> words.clinicsClosed
    Standing.Unusable -> words.clinicsUnusable
    is Standing.Active -> when {
        unread > 0 -> words.inboxUnreadA11y(unread)
        !owner.person.canWrite -> words.peopleReadOnly
        else -> null
    }
}
