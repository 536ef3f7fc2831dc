package dev.pericard.app.ui.compose

import androidx.compose.runtime.Immutable
import dev.pericard.app.ui.model.Clinic
import dev.pericard.app.ui.model.Owner
import dev.pericard.app.ui.model.Problem
import dev.pericard.app.ui.model.Unprinted
import dev.pericard.app.ui.thread.NewFileRow

/** A new message. Closing keeps the draft. */
@Immutable
data class ComposeState(
    val owner: Owner,
    /** Another person's messages can be written too. */
    val canChangePerson: Boolean = false,
    /** Those whom it is for; none leaves it to the clinic where [mayOmitRecipient]. */
    val to: List<RecipientRow> = emptyList(),
    /** The clinic takes a message that names nobody. */
    val mayOmitRecipient: Boolean = false,
    val subject: String = "",
    val text: String = "",
    /** Changes when the fields are to be filled anew. */
    val revision: Int = 0,
    val files: List<NewFileRow> = emptyList(),
    /** What the clinic takes at most, in bytes, where it says so. */
    val mostBytes: Long? = null,
    val missing: Missing? = null,
    val refused: FileRefusal? = null,
    val choosing: RecipientsState? = null,
    val sending: Boolean = false,
    val problem: Problem? = null,
    /** The clinic asks for a fresh sign-in first: in place of all of it. What was typed stays. */
    val stepUp: Boolean = false,
) : Unprinted() {
    val clinic: Clinic get() = owner.clinic
    val bytes: Long get() = files.sumOf { it.size }
}

/** What Send lacked; said when it was tapped. */
enum class Missing { Recipient, Text, TooLong }

/** Why a file was not added. */
@Immutable
sealed interface FileRefusal {
    /** [mostBytes] is what is taken. */
    data class TooLarge(val mostBytes: Long) : Unprinted(), FileRefusal

    data object TooMany : FileRefusal
}

/** Somebody whom a message can be written to. */
@Immutable
data class RecipientRow(
    val id: String,
    val name: String,
    /** As what they look after the person; may be empty. */
    val role: String = "",
    val kind: RecipientKind = RecipientKind.Team,
) : Unprinted()

enum class RecipientKind { Person, Team, Organization }

@Immutable
data class RecipientsState(
    val before: List<RecipientRow>,
    val all: List<RecipientRow>,
    val chosen: Set<String> = emptySet(),
    val search: String = "",
) : Unprinted()

interface ComposeEvents {
    fun changePerson()

    fun chooseRecipients()

    fun searchRecipients(text: String)

    fun toggleRecipient(id: String)

    fun stopChoosing()

    fun subject(text: String)

    fun text(text: String)

    fun attach()

    fun removeFile(fileId: String)

    fun send()

    fun stepUp()

    /** Keeps the draft. */
    fun close()
}
