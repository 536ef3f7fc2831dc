package dev.pericard.testing

import dev.pericard.internal.ChangeSet
import dev.pericard.internal.Document
import dev.pericard.internal.DocumentFile
import dev.pericard.internal.DocumentKind
import dev.pericard.internal.DocumentPage
import dev.pericard.internal.DocumentView
import dev.pericard.internal.Documents
import dev.pericard.internal.DocumentsState
import dev.pericard.internal.Feature
import dev.pericard.internal.FeatureChanges
import dev.pericard.internal.FileDownload
import dev.pericard.internal.FileProgress
import dev.pericard.internal.FileReader
import dev.pericard.internal.FileState
import dev.pericard.internal.NoHandle
import dev.pericard.internal.PericardException
import dev.pericard.internal.SyncOutcome
import dev.pericard.toCore
import java.time.Instant

/** What a [FakeDocuments] stands on: documents in memory, in the core's own shapes. */
internal class Folder(documents: List<FakeDocument>) : Documents(NoHandle) {
    private class Entry(var document: Document, val contents: List<FakeContent>)

    private val lock = Any()
    private val entries = mutableListOf<Entry>()
    private var told = DocumentsState(null, null, null, 0u, 0u)

    @Volatile
    var onChange: (ChangeSet) -> Unit = {}

    @Volatile
    var failure: PericardException? = null

    @Volatile
    var steps: List<FileProgress> = emptyList()

    @Volatile
    var downloadFailure: PericardException? = null

    init {
        documents.forEach(::add)
    }

    fun receive(document: FakeDocument) {
        synchronized(lock) {
            entries.removeAll { it.document.id == document.document.id.value }
            add(document)
        }
        changed()
    }

    fun synced(outcome: SyncOutcome): Unit = synchronized(lock) {
        val reason = (outcome as? SyncOutcome.Incomplete)?.reason
        val now = Instant.now()
        told = told.copy(syncedAt = now, completeAt = if (reason == null) now else told.completeAt, incomplete = reason)
    }

    override suspend fun documents(kind: DocumentKind?, after: String?, limit: UInt): DocumentPage = read {
        val newest = entries.map { it.document }.filter { kind == null || it.kind == kind }.sortedByDescending { it.at }
        paged(newest, after, limit, ::DocumentPage)
    }

    override suspend fun document(id: String): Document = read { known(id).document }

    override suspend fun download(file: String): FileDownload {
        val download = read {
            val (entry, at) = found(file)
            val size = entry.contents.getOrNull(at)?.bytes?.size?.toULong() ?: 0u
            if (entry.document.files[at].state is FileState.Stored) {
                FakeFileDownload(emptyList(), null) {}
            } else {
                entry.set(at, FileState.Downloading)
                val told = steps.ifEmpty { listOf(FileProgress(size, size)) }
                FakeFileDownload(told, downloadFailure) { ended(file, it) }
            }
        }
        changed()
        return download
    }

    override suspend fun openFile(file: String): FileReader = read { FakeFileReader(stored(file).bytes) }

    override suspend fun view(file: String): DocumentView = read { stored(file).view.toCore() }

    override suspend fun keepOffline(id: String, keep: Boolean) {
        read {
            val entry = known(id)
            entry.document = entry.document.copy(keptOffline = keep)
            if (keep && downloadFailure == null) entry.document.files.indices.forEach { entry.set(it, FileState.Stored) }
        }
        changed()
    }

    override suspend fun removeDownload(file: String) {
        read {
            val (entry, at) = found(file)
            entry.set(at, FileState.Remote(0u))
            entry.document = entry.document.copy(keptOffline = false)
        }
        changed()
    }

    override suspend fun state(): DocumentsState = read { told }

    override fun close() {}

    private fun ended(file: String, here: Boolean) {
        synchronized(lock) {
            // It may have been removed or replaced meanwhile.
            val (entry, at) = runCatching { found(file) }.getOrNull() ?: return
            if (entry.document.files[at].state is FileState.Downloading) entry.set(at, if (here) FileState.Stored else FileState.Remote(0u))
        }
        changed()
    }

    private fun add(new: FakeDocument) {
        entries += Entry(new.document.toCore(), new.contents)
    }

    private inline fun <T> read(work: () -> T): T = synchronized(lock) {
        failure?.let { throw it }
        work()
    }

    private fun changed() {
        val feature = FeatureChanges(Feature.DOCUMENTS, emptyList(), all = false)
        onChange(ChangeSet(listOf(feature), outbox = false, session = false, features = false, people = false))
    }

    private fun known(document: String): Entry = entries.firstOrNull { it.document.id == document } ?: throw PericardException.NotFound()

    private fun found(file: String): Pair<Entry, Int> {
        for (entry in entries) {
            val at = entry.document.files.indexOfFirst { it.id == file }
            if (at >= 0) return entry to at
        }
        throw PericardException.NotFound()
    }

    private fun stored(file: String): FakeContent {
        val (entry, at) = found(file)
        if (entry.document.files[at].state !is FileState.Stored) throw PericardException.NotFound()
        return entry.contents.getOrNull(at) ?: throw PericardException.NotFound()
    }

    private fun Entry.set(at: Int, state: FileState) {
        val files: List<DocumentFile> = document.files.mapIndexed { index, file -> if (index == at) file.copy(state = state) else file }
        document = document.copy(files = files)
    }
}

/** A download of a [FakeDocuments]: the scripted steps, then the scripted end. */
private class FakeFileDownload(
    steps: List<FileProgress>,
    private var end: PericardException?,
    private val onEnd: (here: Boolean) -> Unit,
) : FileDownload(NoHandle) {
    private val lock = Any()
    private val left = ArrayDeque(steps)
    private var isOver = false

    override suspend fun next(): FileProgress? {
        synchronized(lock) {
            if (left.isNotEmpty()) return left.removeFirst()
            if (isOver) return null
            isOver = true
        }
        onEnd(end == null)
        end?.let { throw it }
        return null
    }

    override fun cancel() {
        synchronized(lock) {
            if (isOver) return
            left.clear()
            end = PericardException.Cancelled()
        }
    }

    override fun close() {}
}

/** Reads what is in memory. */
private class FakeFileReader(private val bytes: ByteArray) : FileReader(NoHandle) {
    private val lock = Any()
    private var at = 0

    override fun size(): ULong = bytes.size.toULong()

    override suspend fun read(maxBytes: UInt): ByteArray = synchronized(lock) {
        val most = maxBytes.coerceIn(1u, 1_048_576u).toInt()
        val end = (at + most).coerceAtMost(bytes.size)
        bytes.copyOfRange(at, end).also { at = end }
    }

    override fun seek(position: ULong): Unit = synchronized(lock) { at = position.coerceAtMost(bytes.size.toULong()).toInt() }

    override fun close() {}
}
