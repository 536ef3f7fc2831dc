package dev.pericard.app.models

import dev.pericard.Draft
import dev.pericard.FileDownload
import dev.pericard.FileId
import dev.pericard.FileProgress
import dev.pericard.FileState
import dev.pericard.Message
import dev.pericard.MessageId
import dev.pericard.MessagePage
import dev.pericard.MessageState
import dev.pericard.Messages
import dev.pericard.NewMessage
import dev.pericard.PericardException
import dev.pericard.ThreadId
import dev.pericard.app.ui.model.Owner
import dev.pericard.app.ui.thread.DraftText
import dev.pericard.app.ui.thread.ThreadState
import dev.pericard.progress
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.launch

/** How a conversation is opened. */
class Opening(
    /** As its row in the list says it: shown until the conversation is read. */
    val subject: String,
    /** The message that was searched for. */
    val found: MessageId? = null,
    /** The message that was at the top of the screen when the app was ended. */
    val from: MessageId? = null,
)

/** A conversation: its newest page at once, older ones as one asks, and whatever changes in it. */
class ThreadModel(
    above: CoroutineScope,
    owner: Owner,
    private val of: AccountModel,
    private val messages: Messages,
    private val id: ThreadId,
    private val device: Device,
    opening: Opening,
    /** The conversation, or the account, can be read no more. */
    private val onClosed: () -> Unit,
) : Model<ThreadState>(
    above,
    ThreadState(
        id.value,
        owner,
        opening.subject,
        participants = emptyList(),
        messages = emptyList(),
        found = opening.found?.value,
        from = opening.from?.value,
    ),
) {
    private var read: List<Message> = emptyList()
    private var wanted = PAGE

    /** The message that has to be here before the list can open at it. */
    private val sought = opening.found ?: opening.from

    /** The message at the top of the screen; nothing where the newest one is in sight. */
    var from: MessageId? = opening.from
        private set
    private val downloads = mutableMapOf<String, FileProgress>()
    private val running = mutableMapOf<String, FileDownload>()
    private var drafting: Drafting? = null
    private var attachments = Attachments()
    private val reads = Channel<Unit>(Channel.CONFLATED)

    init {
        scope.launch { for (once in reads) readAll() }
        scope.launch {
            of.changes.collect { change ->
                val ours = change.outbox || change.records.any { it.all || id in it.groups }
                if (state.value.stepUp && change.session) attempt(::failed) { begin() } else if (ours || change.features) reload()
            }
        }
        scope.launch {
            of.state.collect { view ->
                show { it.copy(canWrite = owner.person.canWrite && view.offers?.canWrite ?: true, problem = if (it.stepUp) view.offline else it.problem) }
                if (view.gone || closed(view.seenBy(owner.person.id), of.account) != null) onClosed()
            }
        }
        attempt(::failed) { begin() }
    }

    private suspend fun begin() {
        reach()
        reload()
        if (drafting != null) return
        val draft = messages.draft(id)
        drafting = Drafting(scope, messages, draft?.id)
        draft?.let { kept -> show { it.copy(draft = DraftText(kept.text, revision = 1, kept = true)) } }
    }

    /** As many messages are asked for as reach the one to open at. */
    private suspend fun reach() {
        if (sought == null) return
        var page = messages.messages(id, limit = PAGE)
        while (sought !in page && page.after != null && wanted < MOST) {
            wanted += PAGE
            page = messages.messages(id, page.after, PAGE)
        }
        // It is not there any more, or too far back: the newest end is what is left.
        if (sought !in page) shownFrom(null)
    }

    private fun reload() {
        reads.trySend(Unit)
    }

    private suspend fun readAll() {
        try {
            val thread = messages.thread(id)
            val page = messages.messages(id, limit = wanted)
            read = page.messages
            show {
                it.copy(
                    subject = thread.subject,
                    participants = thread.participants,
                    hasOlder = page.after != null && wanted < MOST,
                    archived = thread.archived,
                    problem = it.problem.takeUnless { _ -> it.stepUp },
                    stepUp = false,
                    deciding = it.deciding?.takeIf { bubble -> page.messages.any { m -> m.id.value == bubble.id && m.state == MessageState.Unknown } },
                )
            }
            draw()
            if (thread.unread > 0) messages.markRead(id)
        } catch (_: PericardException.NotFound) {
            onClosed()
        } catch (error: PericardException) {
            failed(error)
        }
    }

    private fun draw() = show { state -> state.copy(messages = read.map { it.bubble(downloads) }) }

    private fun failed(error: PericardException) {
        if (error is PericardException.StepUpRequired) read = emptyList()
        show {
            when {
                // It opens again where it was.
                error is PericardException.StepUpRequired ->
                    it.copy(messages = emptyList(), from = from?.value, deciding = null, problem = of.state.value.offline, stepUp = true)
                error.isTooLong -> it.copy(tooLong = true)
                else -> it.copy(problem = error.asProblem())
            }
        }
    }

    fun older() {
        wanted = (wanted + PAGE).coerceAtMost(MOST)
        reload()
    }

    /** The list shows messages from this one on, or is at its newest end; so it has opened where it was to. */
    fun shownFrom(messageId: String?) {
        from = messageId?.let(::MessageId)
        show { it.copy(found = null, from = null) }
    }

    /** Only a fresh sign-in helps; anything else is tried again by itself. */
    private fun failedToKeep(error: PericardException) {
        if (error is PericardException.StepUpRequired) failed(error)
    }

    fun write(text: String) {
        show { it.copy(draft = it.draft.copy(text = text, kept = false), problem = null, tooLong = false) }
        drafting?.typed(NewMessage(text, id), ::failedToKeep) { show { it.copy(draft = it.draft.copy(kept = it.draft.text.isNotEmpty())) } }
    }

    fun send() {
        val drafting = drafting ?: return
        val text = state.value.draft.text
        val files = attachments
        if (text.isBlank() && files.rows.isEmpty()) return
        attempt(::failed) {
            drafting.send(NewMessage(text, id, files = files.opened()))
            attachments = Attachments()
            this.drafting = Drafting(scope, messages, null)
            show { it.copy(draft = DraftText(revision = it.draft.revision + 1), problem = null, refused = null) }
            reload()
            of.sync()
        }
    }

    fun attach() {
        scope.launch {
            val file = device.chooseFile() ?: return@launch
            val refused = attachments.refuses(file)
            if (refused == null) attachments += file
            show { it.copy(draft = it.draft.copy(files = attachments.rows), refused = refused) }
        }
    }

    fun removeFile(fileId: String) {
        attachments -= fileId
        show { it.copy(draft = it.draft.copy(files = attachments.rows), refused = null) }
    }

    fun retry(messageId: String) = settle { messages.retry(MessageId(messageId)) }

    fun withdraw(messageId: String) = settle { messages.withdraw(MessageId(messageId)) }

    private fun settle(deed: suspend () -> Unit) {
        show { it.copy(deciding = null, problem = null) }
        attempt(::failed) {
            deed()
            reload()
            of.sync()
        }
    }

    fun decide(messageId: String) = show { state -> state.copy(deciding = state.messages.find { it.id == messageId }) }

    fun stopDeciding() = show { it.copy(deciding = null) }

    fun call() {
        state.value.clinic.phone?.let(device::call)
    }

    fun download(fileId: String) {
        if (fileId in running) return
        show { it.copy(problem = null) }
        attempt({ error -> undone(fileId, error) }) {
            val download = messages.download(FileId(fileId))
            running[fileId] = download
            try {
                download.progress.collect {
                    downloads[fileId] = it
                    draw()
                }
            } finally {
                running -= fileId
                downloads -= fileId
                reload()
            }
        }
    }

    /** Stopped by the person is no failure, and what a file itself says about it is not said twice. */
    private fun undone(fileId: String, error: PericardException) {
        if (error is PericardException.Cancelled) return
        scope.launch {
            readAll()
            if (read.flatMap { it.files }.find { it.id.value == fileId }?.state !is FileState.Unavailable) failed(error)
        }
    }

    fun stopDownload(fileId: String) {
        running[fileId]?.cancel()
    }

    fun openFile(fileId: String) {
        val file = read.flatMap { it.files }.find { it.id.value == fileId } ?: return
        attempt(::failed) { messages.openFile(file.id).use { device.show(file.fileName, file.contentType, it) } }
    }

    fun copy(messageId: String) {
        read.find { it.id.value == messageId }?.let { device.copy(it.text, secret = true) }
    }

    fun archive(archived: Boolean) = attempt(::failed) {
        if (archived) messages.archive(id) else messages.unarchive(id)
        show { it.copy(archived = archived) }
    }

    /** Keeps what was typed last. */
    suspend fun keep() {
        drafting?.let { of.keep(it) }
    }

    suspend fun leave() {
        keep()
        close()
    }

    private companion object {
        const val PAGE = 50

        /** What the core gives in one page; a longer conversation is read from its newest end. */
        const val MOST = 500
    }
}

private operator fun MessagePage.contains(id: MessageId): Boolean = messages.any { it.id == id }
