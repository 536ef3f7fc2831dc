package dev.pericard.app.models

import dev.pericard.MessageThread
import dev.pericard.Messages
import dev.pericard.MessagesState
import dev.pericard.PericardException
import dev.pericard.PersonId
import dev.pericard.app.ui.inbox.HitRow
import dev.pericard.app.ui.inbox.InboxBanner
import dev.pericard.app.ui.inbox.InboxBody
import dev.pericard.app.ui.inbox.InboxState
import dev.pericard.app.ui.inbox.Progress
import dev.pericard.app.ui.inbox.ThreadRow
import dev.pericard.app.ui.model.Owner
import dev.pericard.app.ui.notices.ClosedReason
import dev.pericard.search
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Job
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.flow.distinctUntilChanged
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.launch

/** The messages of one person at one clinic: what is here is shown at once, and again whenever it changes. */
class InboxModel(above: CoroutineScope, owner: Owner, val of: AccountModel, private val device: Device) :
    Model<InboxState>(above, InboxState(owner, InboxBody.Content(emptyList()), canWrite = owner.person.canWrite)) {
    val owner: Owner get() = state.value.owner

    /** What was read; the state is made of it and of the account's view. */
    private var read = Read()
    private var searching: InboxBody.Searching? = null
    private var search: Job? = null

    /** How many conversations are asked for: a page more each time that their end comes into sight. */
    private var wanted = PAGE
    private val reads = Channel<Unit>(Channel.CONFLATED)

    private class Read(
        val rows: List<ThreadRow>? = null,
        val more: Boolean = false,
        val messages: MessagesState? = null,
        val unreadable: ClosedReason? = null,
    )

    /** The messages behind the screen; nothing while the account is closed. */
    val messages: Messages? get() = runCatching { of.account.messages(PersonId(owner.person.id)) }.getOrNull()

    init {
        scope.launch { for (once in reads) readAll() }
        scope.launch { of.state.collect { draw() } }
        // A sync that brought nothing has changed since when that is known.
        scope.launch { of.state.map { it.sync == null }.distinctUntilChanged().collect { ended -> if (ended) reload() } }
        scope.launch { of.changes.collect { change -> if (change.records.isNotEmpty() || change.outbox || change.session || change.features || change.people) reload() } }
        reload()
    }

    /** Reads anew; what is asked for meanwhile is read once more after that. */
    fun reload() {
        reads.trySend(Unit)
    }

    /** Where the person was in the list, as far as it has to be read to go there. */
    internal val place: Place? get() = Place.Rows(wanted).takeIf { wanted > PAGE }

    /** Reads at least so many conversations; returns when they are shown. */
    suspend fun reach(count: Int = PAGE) {
        wanted = wanted.coerceAtLeast(count.coerceAtMost(FAR))
        readAll()
    }

    private suspend fun readAll() {
        read = try {
            val messages = of.account.messages(PersonId(owner.person.id))
            val pending = Pending(messages.outbox(), messages.drafts())
            val threads = mutableListOf<MessageThread>()
            var page = messages.threads(limit = wanted.coerceAtMost(MOST))
            threads += page.threads
            while (page.after != null && threads.size < wanted) {
                page = messages.threads(page.after, MOST)
                threads += page.threads
            }
            val recipients = if (pending.begun.any { it.recipients.isNotEmpty() }) messages.recipients() else emptyList()
            val (risen, rows) = threads.map { it.row(pending, owner.clinic) }.partition(pending::rises)
            Read(pending.begun.map { it.row(recipients, owner.clinic) } + risen + rows, page.after != null, messages.state())
        } catch (error: PericardException) {
            // Why they were switched off may not have been read yet.
            if (error is PericardException.SwitchedOff) of.readFeatures()
            // A sealed account is told by its session; its last rows must not stay in sight.
            Read(unreadable = error.closes())
        }
        draw()
    }

    private fun draw() {
        val view = of.state.value.seenBy(owner.person.id)
        val owner = owner.among(of.owners)
        val rows = read.rows
        val reason = closed(view, of.account) ?: read.unreadable?.asOf(view)
        val first = read.messages?.let { it.syncedAt == null } ?: false
        val progress = view.sync?.progress
        val found = searching
        val body = when {
            reason != null -> InboxBody.Closed(reason)
            found != null -> found
            first && view.sync != null -> InboxBody.FirstSync(Progress(progress?.done?.toInt() ?: 0, progress?.of?.toInt()), rows.orEmpty())
            rows != null && rows.isEmpty() && !first -> InboxBody.Empty
            else -> InboxBody.Content(rows.orEmpty())
        }
        val ended = of.state.value.ended.firstOrNull()?.let { InboxBanner.AccessEnded(it.name) }
        val banner = (ended ?: banner(view, read.messages, untold(view, device), device.now())).takeIf { reason == null }
        show {
            it.copy(
                owner = owner,
                body = body,
                banner = banner,
                refreshing = view.sync?.asked == true && body !is InboxBody.FirstSync,
                canWrite = owner.person.canWrite && view.offers?.canWrite ?: true,
            )
        }
    }

    /** Without the network nobody signs in. */
    private fun ClosedReason.asOf(view: AccountView): ClosedReason =
        if (this is ClosedReason.StepUp) copy(problem = view.offline) else this

    /** New messages of this inbox. */
    val unread: Int get() = read.rows.orEmpty().sumOf { it.unread }

    /** The subject of a conversation that is in sight. */
    fun subject(threadId: String): String = read.rows.orEmpty().find { it.id == threadId }?.subject
        ?: searching?.hits.orEmpty().find { it.threadId == threadId }?.subject.orEmpty()

    fun shown(index: Int) {
        if (read.more && index >= wanted - PAGE / 2) {
            wanted += PAGE
            reload()
        }
    }

    fun search(text: String) {
        search?.cancel()
        val before = searching
        searching = InboxBody.Searching(text, before?.hits.orEmpty(), searching = text.isNotBlank())
        draw()
        search = attempt({ error ->
            found(text, emptyList())
            // The list says why nothing can be read.
            if (error.closes() != null) reload()
        }) {
            val hits = if (text.isBlank()) emptyList() else messages?.search(text, limit = PAGE)?.hits.orEmpty()
            found(text, hits.map { it.row() })
        }
    }

    private fun found(text: String, hits: List<HitRow>) {
        searching = InboxBody.Searching(text, hits)
        draw()
    }

    fun knowsOfEnd() = of.knowsOfEnd()

    fun closeSearch() {
        search?.cancel()
        searching = null
        draw()
    }

    /** As they are called now; a sealed account takes the name from none whose screen is there. */
    private fun Owner.among(owners: List<Owner>): Owner {
        val now = owners.find { it.person.id == person.id } ?: return this
        return now.copy(person = now.person.copy(name = now.person.name.ifEmpty { person.name }))
    }

    private companion object {
        const val PAGE = 50
        const val MOST = 500

        /** Nobody scrolls further by hand. */
        const val FAR = 5_000
    }
}
