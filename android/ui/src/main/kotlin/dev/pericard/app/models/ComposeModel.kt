package dev.pericard.app.models

import dev.pericard.Draft
import dev.pericard.DraftId
import dev.pericard.MessageId
import dev.pericard.Messages
import dev.pericard.NewMessage
import dev.pericard.PericardException
import dev.pericard.Recipient
import dev.pericard.RecipientId
import dev.pericard.app.ui.compose.ComposeState
import dev.pericard.app.ui.compose.Missing
import dev.pericard.app.ui.compose.RecipientsState
import dev.pericard.app.ui.model.Owner
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.launch
import java.text.Normalizer

/** A new message. [onQueued] is told once it waits to be sent. */
class ComposeModel(
    above: CoroutineScope,
    owner: Owner,
    private val of: AccountModel,
    private val messages: Messages,
    private val device: Device,
    kept: Draft?,
    /** What it is about, until the person says otherwise. */
    subject: String = "",
    private val onQueued: (MessageId) -> Unit,
    /** The account can be read no more. */
    onClosed: () -> Unit,
) : Model<ComposeState>(
    above,
    ComposeState(owner, subject = kept?.subject ?: subject, text = kept?.text.orEmpty(), mostBytes = Attachments.MOST_BYTES),
) {
    /** Where what was typed is kept; nothing before the first pause. */
    val draft: DraftId? get() = drafting.id

    private val drafting = Drafting(scope, messages, kept?.id)
    private var recipients: List<Recipient> = emptyList()
    private var attachments = Attachments()

    init {
        scope.launch {
            of.state.collect { view ->
                if (state.value.stepUp) show { it.copy(problem = view.offline) }
                if (view.gone || closed(view.seenBy(owner.person.id), of.account) != null) onClosed()
            }
        }
        scope.launch { of.changes.collect { change -> if (state.value.stepUp && change.session) begin(kept) } }
        begin(kept)
    }

    private fun begin(kept: Draft?) = attempt(::failed) {
        recipients = messages.recipients()
        val chosen = kept?.recipients.orEmpty()
        show { state ->
            state.copy(
                // Where the clinic names nobody, it decides itself who reads a message.
                mayOmitRecipient = recipients.isEmpty(),
                to = state.to.ifEmpty { recipients.filter { it.id in chosen }.map { it.row() } },
                problem = state.problem.takeUnless { state.stepUp },
                stepUp = false,
            )
        }
        // The list may have been opened before there was one.
        state.value.choosing?.let { choosing(it.search) }
    }

    private fun failed(error: PericardException) = show {
        if (error is PericardException.StepUpRequired) {
            it.copy(sending = false, choosing = null, problem = of.state.value.offline, stepUp = true)
        } else {
            it.copy(sending = false, problem = error.asProblem())
        }
    }

    private fun written(): NewMessage = state.value.let { state ->
        NewMessage(state.text, subject = state.subject, recipients = state.to.map { RecipientId(it.id) })
    }

    private fun edit(change: (ComposeState) -> ComposeState) {
        show { change(it).copy(missing = null, problem = null) }
        drafting.typed(written(), ::failedToKeep) {}
    }

    /** Only a fresh sign-in helps; anything else is tried again by itself. */
    private fun failedToKeep(error: PericardException) {
        if (error is PericardException.StepUpRequired) failed(error)
    }

    fun subject(text: String) = edit { it.copy(subject = text) }

    fun text(text: String) = edit { it.copy(text = text) }

    fun chooseRecipients() = choosing("")

    fun searchRecipients(text: String) = choosing(text)

    private fun choosing(search: String) = show { state ->
        val found = recipients.map { it.row() }.filter { search.isBlank() || folded(search) in folded("${it.name} ${it.role}") }
        val chosen = state.to.mapTo(mutableSetOf()) { it.id }
        state.copy(choosing = RecipientsState(before = emptyList(), all = found, chosen = chosen, search = search))
    }

    fun toggleRecipient(id: String) {
        val row = recipients.find { it.id.value == id }?.row() ?: return
        edit { state -> state.copy(to = if (row in state.to) state.to - row else state.to + row) }
        state.value.choosing?.let { choosing(it.search) }
    }

    fun stopChoosing() = show { it.copy(choosing = null) }

    fun attach() {
        scope.launch {
            val file = device.chooseFile() ?: return@launch
            val refused = attachments.refuses(file)
            if (refused == null) attachments += file
            show { it.copy(files = attachments.rows, refused = refused) }
        }
    }

    fun removeFile(fileId: String) {
        attachments -= fileId
        show { it.copy(files = attachments.rows, refused = null) }
    }

    fun send() {
        val state = state.value
        val missing = when {
            state.to.isEmpty() && !state.mayOmitRecipient -> Missing.Recipient
            state.text.isBlank() && state.files.isEmpty() -> Missing.Text
            else -> null
        }
        show { it.copy(missing = missing, sending = missing == null, problem = null) }
        if (missing != null || state.sending) return
        attempt({ error ->
            if (error.isTooLong) show { it.copy(sending = false, missing = Missing.TooLong) } else failed(error)
        }) {
            val queued = drafting.send(written().copy(files = attachments.opened()))
            of.sync()
            onQueued(queued.id)
        }
    }

    /** Keeps the draft. */
    suspend fun keep() = of.keep(drafting)

    suspend fun leave() {
        keep()
        close()
    }
}

/** Without case and accents, as one searches for names. */
private fun folded(text: String): String =
    Normalizer.normalize(text, Normalizer.Form.NFD).filterNot { Character.getType(it) == Character.NON_SPACING_MARK.toInt() }.lowercase()
