package dev.pericard.testing

import dev.pericard.MessageState
import dev.pericard.internal.ChangeSet
import dev.pericard.internal.DatePrecision
import dev.pericard.internal.Draft
import dev.pericard.internal.Feature
import dev.pericard.internal.FeatureChanges
import dev.pericard.internal.FormerText
import dev.pericard.internal.InputProblem
import dev.pericard.internal.Message
import dev.pericard.internal.MessagePage
import dev.pericard.internal.MessageThread
import dev.pericard.internal.Messages
import dev.pericard.internal.MessagesState
import dev.pericard.internal.NewMessage
import dev.pericard.internal.NoHandle
import dev.pericard.internal.PericardException
import dev.pericard.internal.Recipient
import dev.pericard.internal.SearchHit
import dev.pericard.internal.SearchPage
import dev.pericard.internal.SnippetPart
import dev.pericard.internal.SyncOutcome
import dev.pericard.internal.ThreadPage
import dev.pericard.toCore
import java.text.Normalizer
import java.time.Instant

/** What a [FakeMessages] stands on: messages in memory, in the core's own shapes. */
internal class Correspondence(letters: List<FakeLetter>, private val recipients: List<Recipient>) : Messages(NoHandle) {
    private class Entry(val id: String, var letter: FakeLetter, val former: MutableList<FormerText> = mutableListOf())

    private val lock = Any()
    private val entries = mutableListOf<Entry>()
    private val drafts = mutableListOf<Draft>()
    private val archived = mutableSetOf<String>()
    private var next = 0
    private var told = MessagesState(null, null, null, 0u, 0u)

    @Volatile
    var onChange: (ChangeSet) -> Unit = {}

    @Volatile
    var failure: PericardException? = null

    init {
        letters.forEach(::add)
    }

    fun receive(letter: FakeLetter) {
        synchronized(lock) {
            archived -= letter.subject
            add(letter)
        }
        changed(letter.subject)
    }

    fun editReceived(message: String, text: String) {
        val subject = synchronized(lock) {
            val entry = entries.firstOrNull { it.id == message } ?: return
            entry.former.add(0, FormerText(entry.letter.text, Instant.now()))
            entry.letter = entry.letter.copy(text = text)
            entry.letter.subject
        }
        changed(subject)
    }

    fun settle(message: String, state: MessageState) {
        val subject = synchronized(lock) {
            val entry = entries.firstOrNull { it.id == message } ?: return
            entry.letter = entry.letter.copy(state = state)
            entry.letter.subject
        }
        changed(subject, outbox = true)
    }

    fun synced(outcome: SyncOutcome) {
        synchronized(lock) {
            entries.filter { it.letter.state == MessageState.Queued }
                .forEach { it.letter = it.letter.copy(state = MessageState.Sent) }
            val reason = (outcome as? SyncOutcome.Incomplete)?.reason
            val now = Instant.now()
            told = told.copy(syncedAt = now, completeAt = if (reason == null) now else told.completeAt, incomplete = reason)
        }
        onChange(ChangeSet(emptyList(), outbox = true, session = false, features = false, people = false))
    }

    override suspend fun threads(after: String?, limit: UInt): ThreadPage =
        read { paged(threads(false), after, limit, ::ThreadPage) }

    override suspend fun archivedThreads(after: String?, limit: UInt): ThreadPage =
        read { paged(threads(true), after, limit, ::ThreadPage) }

    override suspend fun thread(id: String): MessageThread = read { viewOf(known(id)) }

    override suspend fun messages(thread: String, after: String?, limit: UInt): MessagePage = read {
        val from = after?.toIntOrNull() ?: 0
        cut(newestFirst(known(thread)), from, from + limit.toInt())
    }

    override suspend fun newerMessages(thread: String, before: String, limit: UInt): MessagePage = read {
        val end = before.toIntOrNull() ?: 0
        cut(newestFirst(known(thread)), end - limit.toInt(), end)
    }

    override suspend fun messagesAround(message: String, limit: UInt): MessagePage = read {
        val all = newestFirst(entry(message).letter.subject)
        val most = limit.toInt().coerceAtLeast(3)
        val from = all.indexOfFirst { it.id == message } - (most - 1) / 2
        cut(all, from, from + most)
    }

    override suspend fun message(id: String): Message = read { viewOf(entry(id)) }

    override suspend fun formerTexts(message: String): List<FormerText> = read { entry(message).former.toList() }

    override suspend fun search(text: String, after: String?, limit: UInt): SearchPage = read {
        val words = plain(text).split(' ').filter { it.isNotEmpty() }
        val found = entries.sortedByDescending { it.letter.at }.filter { entry ->
            val said = plain("${entry.letter.subject} ${entry.letter.from.orEmpty()} ${entry.letter.text}")
            words.isNotEmpty() && words.all { it in said }
        }
        paged(found.map { hit(it, words) }, after, limit, ::SearchPage)
    }

    override suspend fun state(): MessagesState = read { told }

    override suspend fun outbox(): List<Message> = read { entries.filter { it.letter.state.isWaiting() }.map(::viewOf) }

    override suspend fun recipients(): List<Recipient> = read { recipients }

    override suspend fun send(message: NewMessage): Message = write(Message::thread) { queue(message) }

    override suspend fun edit(message: String, text: String): Message = write(Message::thread) {
        val entry = waiting(message)
        entry.letter = entry.letter.copy(text = text, state = MessageState.Queued)
        viewOf(entry)
    }

    override suspend fun retry(message: String): Message = write(Message::thread) {
        val entry = waiting(message)
        entry.letter = entry.letter.copy(state = MessageState.Queued)
        viewOf(entry)
    }

    override suspend fun withdraw(message: String) {
        write({ it }) { waiting(message).also(entries::remove).letter.subject }
    }

    override suspend fun markRead(thread: String): Unit = mark(thread) { subject ->
        entries.filter { it.letter.subject == subject }.forEach { it.letter = it.letter.copy(unread = false) }
    }

    override suspend fun markUnread(thread: String): Unit = mark(thread) { subject ->
        newestFirst(subject).firstOrNull { it.letter.from != null }?.let { it.letter = it.letter.copy(unread = true) }
    }

    override suspend fun archive(thread: String): Unit = mark(thread) { archived += it }

    override suspend fun unarchive(thread: String): Unit = mark(thread) { archived -= it }

    override suspend fun saveDraft(draft: String?, message: NewMessage): Draft? = read {
        val id = draft ?: drafts.firstOrNull { it.thread != null && it.thread == message.thread }?.id
        if (id != null && drafts.none { it.id == id }) throw PericardException.NotFound()
        drafts.removeAll { it.id == id }
        val subject = message.subject.orEmpty()
        if (subject.isEmpty() && message.text.isBlank()) return@read null
        Draft(id ?: newId("draft"), message.thread, subject, message.text, message.recipients, Instant.now())
            .also { drafts.add(0, it) }
    }

    override suspend fun drafts(): List<Draft> = read { drafts.toList() }

    override suspend fun draft(thread: String): Draft? = read { drafts.firstOrNull { it.thread == thread } }

    override suspend fun discardDraft(draft: String) {
        read { take(draft) }
    }

    override suspend fun sendDraft(draft: String): Message = write(Message::thread) {
        val kept = take(draft)
        queue(NewMessage(kept.thread, kept.subject, kept.text, kept.recipients))
    }

    override fun close() {}

    private inline fun <T> read(work: () -> T): T = synchronized(lock) {
        failure?.let { throw it }
        work()
    }

    private inline fun <T> write(subject: (T) -> String, work: () -> T): T {
        val done = read(work)
        changed(subject(done), outbox = true)
        return done
    }

    private inline fun mark(thread: String, work: (String) -> Unit) {
        read { work(known(thread)) }
        changed(thread)
    }

    private fun changed(thread: String, outbox: Boolean = false) {
        val feature = FeatureChanges(Feature.MESSAGES, listOf(thread), all = false)
        onChange(ChangeSet(listOf(feature), outbox, session = false, features = false, people = false))
    }

    private fun newId(kind: String): String = "fake-$kind-${++next}"

    private fun add(letter: FakeLetter): Entry = Entry(newId("message"), letter).also { entries += it }

    private fun queue(message: NewMessage): Message {
        val text = message.text.trim()
        if (text.isEmpty()) throw PericardException.InvalidInput("text", InputProblem.EMPTY)
        val subject = message.thread?.let(::known) ?: message.subject.orEmpty()
        return viewOf(add(FakeLetter(subject, null, text, Instant.now(), state = MessageState.Queued)))
    }

    private fun take(draft: String): Draft {
        val kept = drafts.firstOrNull { it.id == draft } ?: throw PericardException.NotFound()
        return kept.also(drafts::remove)
    }

    private fun known(thread: String): String =
        if (entries.any { it.letter.subject == thread }) thread else throw PericardException.NotFound()

    private fun entry(message: String): Entry = entries.firstOrNull { it.id == message } ?: throw PericardException.NotFound()

    private fun waiting(message: String): Entry {
        val state = entry(message).letter.state
        if (!state.isWaiting() || state == MessageState.Sending) {
            throw PericardException.InvalidInput("message", InputProblem.WRONG_STATE)
        }
        return entry(message)
    }

    private fun newestFirst(subject: String): List<Entry> =
        entries.filter { it.letter.subject == subject }.sortedWith(compareBy<Entry> { it.letter.at }.thenBy { it.id }).reversed()

    private fun threads(archived: Boolean): List<MessageThread> = entries.map { it.letter.subject }.distinct()
        .filter { (it in this.archived) == archived }.map(::viewOf).sortedByDescending { it.lastAt }

    private fun cut(all: List<Entry>, from: Int, end: Int): MessagePage {
        val first = from.coerceIn(0, all.size)
        val last = end.coerceIn(first, all.size)
        return MessagePage(
            all.subList(first, last).map(::viewOf),
            after = "$last".takeIf { last < all.size },
            before = "$first".takeIf { first > 0 },
        )
    }

    private fun hit(entry: Entry, words: List<String>): SearchHit {
        val text = entry.letter.text
        // Accents are taken off one by one, so that places in both texts are the same.
        val same = text.map { plain("$it").firstOrNull() ?: it }.joinToString("")
        val word = words.firstOrNull { it in same }
        val at = word?.let(same::indexOf) ?: 0
        val end = at + (word?.length ?: 0)
        val parts = listOf(
            SnippetPart(text.substring(0, at), false),
            SnippetPart(text.substring(at, end), true),
            SnippetPart(text.substring(end), false),
        )
        return SearchHit(viewOf(entry), entry.letter.subject, parts.filter { it.text.isNotEmpty() })
    }

    private fun plain(text: String): String =
        Normalizer.normalize(text.lowercase(), Normalizer.Form.NFD).filter { Character.getType(it) != Character.NON_SPACING_MARK.toInt() }

    private fun viewOf(subject: String): MessageThread {
        val all = newestFirst(subject)
        val last = all.first().letter
        return MessageThread(
            id = subject,
            subject = subject,
            participants = all.reversed().mapNotNull { it.letter.from }.distinct(),
            lastFrom = last.from.orEmpty(),
            lastOutgoing = last.from == null,
            lastText = last.text,
            lastAt = last.at,
            lastPrecision = DatePrecision.INSTANT,
            unread = all.count { it.letter.unread }.toUInt(),
            messages = all.size.toUInt(),
            archived = subject in archived,
        )
    }

    private fun viewOf(entry: Entry): Message = Message(
        id = entry.id,
        thread = entry.letter.subject,
        from = entry.letter.from.orEmpty(),
        outgoing = entry.letter.from == null,
        text = entry.letter.text,
        files = emptyList(),
        at = entry.letter.at,
        precision = DatePrecision.INSTANT,
        state = entry.letter.state.toCore(),
        unread = entry.letter.unread,
        edited = entry.former.isNotEmpty(),
        category = "",
        urgent = false,
    )
}

private fun MessageState.isWaiting(): Boolean = this != MessageState.Received && this != MessageState.Sent
