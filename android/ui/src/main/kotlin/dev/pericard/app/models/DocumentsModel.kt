package dev.pericard.app.models

import dev.pericard.Document
import dev.pericard.Documents
import dev.pericard.FileDownload
import dev.pericard.FileProgress
import dev.pericard.FileState
import dev.pericard.PagePosition
import dev.pericard.PericardException
import dev.pericard.app.ui.documents.DocumentsState
import dev.pericard.app.ui.model.Owner
import dev.pericard.app.ui.records.RecordKind
import dev.pericard.app.ui.records.RecordsBanner
import dev.pericard.app.ui.records.ShutReason
import dev.pericard.app.ui.records.Shown
import dev.pericard.progress
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.launch

/** The documents of one person, as many as one has scrolled to, and the downloads that were begun in the list. */
internal class DocumentsModel(above: CoroutineScope, owner: Owner, of: AccountModel, onClosed: () -> Unit) :
    RecordModel<DocumentsState>(above, owner, of, RecordKind.Documents, DocumentsState(owner), onClosed) {
    private val documents: Documents get() = of.account.documents(person)
    private var read: List<Document> = emptyList()
    private var fetched: Fetched? = null
    private var wanted = PAGE
    private var more = false
    private val downloads = mutableMapOf<String, FileProgress>()
    private val running = mutableMapOf<String, FileDownload>()

    init {
        follow()
    }

    override suspend fun read() {
        val documents = documents
        val all = mutableListOf<Document>()
        var after: PagePosition? = null
        do {
            val page = documents.documents(after = after, limit = (wanted - all.size).coerceIn(1, MOST))
            all += page.documents
            after = page.after
        } while (after != null && all.size < wanted)
        read = all
        more = after != null
        fetched = documents.state().fetched()
        draw()
    }

    private fun draw() {
        show {
            it.copy(
                owner = of.named(owner),
                shown = Shown.Content(read.map { document -> document.row(downloads) }),
                banner = banner(view, RecordKind.Documents, fetched),
            )
        }
    }

    override fun shut(why: ShutReason) {
        read = emptyList()
        show { it.copy(shown = Shown.Shut(why), banner = null) }
    }

    override fun look(view: AccountView) = show {
        it.copy(
            refreshing = view.sync?.asked == true && it.shown is Shown.Content,
            banner = if (it.shown is Shown.Content) banner(view, RecordKind.Documents, fetched) else null,
        )
    }

    fun shown(index: Int) {
        if (more && index >= wanted - PAGE / 2) {
            wanted += PAGE
            reload()
        }
    }

    fun download(id: String) {
        val file = read.find { it.id.value == id }?.files?.firstOrNull() ?: return
        if (file.id.value in running) return
        attempt({ error -> undone(id, error) }) {
            val download = documents.download(file.id)
            running[file.id.value] = download
            try {
                download.progress.collect {
                    downloads[file.id.value] = it
                    draw()
                }
            } finally {
                running -= file.id.value
                downloads -= file.id.value
                reload()
            }
        }
    }

    /** Stopped by the person is no failure, and what a file itself says about it is not said twice. */
    private fun undone(id: String, error: PericardException) {
        if (error is PericardException.Cancelled) return
        scope.launch {
            if (error is PericardException.StepUpRequired || error is PericardException.SwitchedOff) return@launch failed(error)
            val state = read.find { it.id.value == id }?.files?.firstOrNull()?.state
            if (state !is FileState.Unavailable) show { it.copy(banner = it.banner ?: RecordsBanner.Failed(error.asProblem())) }
        }
    }

    fun stop(id: String) {
        read.find { it.id.value == id }?.files?.forEach { running[it.id.value]?.cancel() }
    }

    private companion object {
        const val PAGE = 50
        const val MOST = 500
    }
}
