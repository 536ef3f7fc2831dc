package dev.pericard.app.ui.you

import androidx.compose.foundation.layout.padding
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.Immutable
import androidx.compose.ui.Modifier
import dev.pericard.app.ui.components.Chevron
import dev.pericard.app.ui.components.Group
import dev.pericard.app.ui.components.GroupRow
import dev.pericard.app.ui.components.Leave
import dev.pericard.app.ui.components.Page
import dev.pericard.app.ui.components.RowDivider
import dev.pericard.app.ui.components.RowIcon
import dev.pericard.app.ui.components.SectionFoot
import dev.pericard.app.ui.components.WrongLine
import dev.pericard.app.ui.components.of
import dev.pericard.app.ui.icons.Icons
import dev.pericard.app.ui.model.Clinic
import dev.pericard.app.ui.model.Problem
import dev.pericard.app.ui.model.Unprinted
import dev.pericard.app.ui.theme.Pericard
import dev.pericard.app.ui.theme.Space

/** Those for whom the person may act and whose messages are not on this phone, as the clinic says. */
@Immutable
data class AddPersonState(
    val clinic: Clinic,
    /** Nothing until it has answered. */
    val found: List<FoundRow>? = null,
    /** A sign-in is about to begin. */
    val beginning: Boolean = false,
    val problem: Problem? = null,
) : Unprinted()

/** Somebody whom the clinic names. [relationship] is in its own words. */
@Immutable
data class FoundRow(val patient: String, val name: String, val relationship: String?) : Unprinted()

interface AddPersonEvents {
    fun add(patient: String)

    /** The clinic's own page asks for whom. */
    fun chooseThere()

    fun lookAgain()
}

@Composable
fun AddPersonScreen(state: AddPersonState, events: AddPersonEvents, onLeave: () -> Unit) {
    val words = Pericard.words
    val clinic = state.clinic.name
    Page(Leave.Back, onLeave, title = words.peopleAdd, subtitle = clinic) {
        state.problem?.let { WrongLine(words.of(it, clinic), Modifier.padding(vertical = Space.l)) }
        val found = state.found
        val text = when {
            found == null -> words.peopleAddLooking(clinic).takeIf { state.problem == null }
            found.isEmpty() -> "${words.peopleAddNone(clinic)}. ${words.peopleAddNoneText(clinic)}"
            else -> words.peopleAddText(clinic)
        }
        text?.let { Text(it, Modifier.padding(vertical = Space.l), style = Pericard.type.body, color = Pericard.palette.textSoft) }
        if (found == null) {
            if (state.problem != null) Again(events)
            return@Page
        }
        Group {
            found.forEachIndexed { at, row ->
                if (at > 0) RowDivider()
                GroupRow(
                    row.name.ifEmpty { words.peopleAddChoose },
                    text = row.relationship,
                    leading = { RowIcon(Icons.people) },
                    trailing = { Chevron() },
                    onClick = { if (!state.beginning) events.add(row.patient) },
                )
            }
            if (found.isEmpty()) {
                GroupRow(
                    words.peopleAddChoose,
                    leading = { RowIcon(Icons.key) },
                    trailing = { Chevron() },
                    onClick = { if (!state.beginning) events.chooseThere() },
                )
            }
        }
        SectionFoot(words.peopleAddFoot)
    }
}

@Composable
private fun Again(events: AddPersonEvents) = Group {
    GroupRow(Pericard.words.leaseTry, leading = { RowIcon(Icons.people) }, onClick = events::lookAgain)
}
