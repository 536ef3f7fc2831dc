package dev.pericard.app.models

import dev.pericard.DocumentFile
import dev.pericard.DocumentId
import dev.pericard.DocumentView
import dev.pericard.Documents
import dev.pericard.FileDownload
import dev.pericard.FileId
import dev.pericard.FileState
import dev.pericard.PericardException
import dev.pericard.app.ui.documents.Caution
import dev.pericard.app.ui.documents.DocumentBody
import dev.pericard.app.ui.documents.DocumentState
import dev.pericard.app.ui.documents.Saved
import dev.pericard.app.ui.documents.Sharing
import dev.pericard.app.ui.model.Owner
import dev.pericard.app.ui.records.RecordKind
import dev.pericard.app.ui.records.ShutReason
import dev.pericard.app.ui.records.Shown
import dev.pericard.pieces
import dev.pericard.progress
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Job
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.withContext
import java.io.IOException

/** One document: fetched when it is opened, shown as what its bytes are, and gone from sight with its screen. */
internal class DocumentModel(
    above: CoroutineScope,
    owner: Owner,
    of: AccountModel,
    private val id: DocumentId,
    private val device: Device,
    onClosed: () -> Unit,
) : RecordModel<DocumentState>(above, owner, of, RecordKind.Documents, DocumentState(id.value, owner), onClosed) {
    private val documents: Documents get() = of.account.documents(person)

    /** The file that the person chose of several; the first where they did not. */
    private var chosen: FileId? = null

    /** What is looked at, and as what. */
    private var opened: DocumentFile? = null
    private var seen: DocumentView? = null
    private var pages: Pages? = null
    private var getting: FileDownload? = null

    /** It was asked for once: what failed or was stopped is asked for again by the person alone. */
    private var isAsked = false
    private var drawing: Job? = null

    init {
        follow()
    }

    override suspend fun read() {
        val document = documents.document(id)
        val file = document.files.find { it.id == chosen } ?: document.files.firstOrNull()
        show {
            it.copy(
                owner = of.named(owner),
                title = document.title,
                from = document.from,
                at = moment(document.at, document.precision),
                marks = document.marks,
                formats = file?.let(document::formats).orEmpty(),
            )
        }
        when (val state = file?.state) {
            null -> body(DocumentBody.NoFile)
            FileState.Stored -> if (file.id != opened?.id) open(file)
            is FileState.Unavailable -> {
                forget()
                body(DocumentBody.Unavailable(state.reason.row()))
            }
            is FileState.Remote, FileState.Downloading -> {
                forget()
                if (getting == null && !isAsked) get(file)
            }
        }
    }

    private fun body(body: DocumentBody) = show { it.copy(shown = Shown.Content(body)) }

    override fun shut(why: ShutReason) {
        forget()
        // After the sign-in it opens by itself.
        isAsked = false
        show { it.copy(title = "", from = "", at = null, marks = emptyList(), formats = emptyList(), shown = Shown.Shut(why), sharing = null) }
    }

    private fun forget() {
        drawing?.cancel()
        pages?.close()
        pages = null
        opened = null
        seen = null
    }

    private fun get(file: DocumentFile) {
        isAsked = true
        body(DocumentBody.Getting(0, file.size))
        attempt(::undone) {
            try {
                val download = documents.download(file.id).also { getting = it }
                download.progress.collect { body(DocumentBody.Getting(it.received, it.total ?: file.size)) }
            } finally {
                getting = null
            }
            reload()
        }
    }

    private fun undone(error: PericardException) {
        when (error) {
            is PericardException.Cancelled -> body(DocumentBody.NotHere())
            is PericardException.StepUpRequired, is PericardException.SwitchedOff -> attempt({}) { failed(error) }
            else -> {
                body(DocumentBody.NotHere(error.asProblem()))
                // What the file itself says about it says more.
                reload()
            }
        }
    }

    fun download() {
        isAsked = false
        attempt({}) {
            val file = documents.document(id).run { files.find { it.id == chosen } ?: files.firstOrNull() } ?: return@attempt
            if (file.state == FileState.Stored) reload() else get(file)
        }
    }

    fun stop() {
        getting?.cancel()
    }

    fun choose(fileId: String) {
        chosen = FileId(fileId)
        isAsked = false
        reload()
    }

    private suspend fun open(file: DocumentFile) {
        forget()
        val view = documents.view(file.id)
        opened = file
        seen = view
        when (view) {
            is DocumentView.Text -> body(DocumentBody.Text(paragraphs(view.text)))
            is DocumentView.Page -> body(DocumentBody.Text(paragraphs(view.text), cleaned = true))
            is DocumentView.Image -> draw(file, view.contentType, null)
            is DocumentView.Pdf -> draw(file, PDF, view.caution)
            is DocumentView.SaveOnly -> body(DocumentBody.CannotShow)
            is DocumentView.AnotherType -> {
                val claimed = shortType(view.claimed) ?: view.claimed
                body(DocumentBody.AnotherType(claimed, shortType(view.found)))
            }
        }
    }

    private suspend fun draw(file: DocumentFile, contentType: String, caution: Caution?) {
        val drawn = device.pages(contentType, documents.openFile(file.id))
        if (drawn == null || drawn.count == 0) {
            drawn?.close()
            return body(DocumentBody.CannotShow)
        }
        pages = drawn
        body(DocumentBody.Pages(0, drawn.count, page = null, caution))
        page(0)
    }

    fun page(at: Int) {
        val drawn = pages ?: return
        if (at !in 0 until drawn.count) return
        val before = (state.value.shown as? Shown.Content)?.content as? DocumentBody.Pages ?: return
        body(before.copy(at = at, page = null))
        drawing?.cancel()
        drawing = attempt({ error -> body(DocumentBody.NotHere(error.asProblem())) }) {
            val page = drawn.draw(at, WIDTH)
            if (page == null) body(DocumentBody.CannotShow) else body(before.copy(at = at, page = page))
        }
    }

    fun askToShare() {
        if (state.value.canShare) show { it.copy(sharing = Sharing(active = (seen as? DocumentView.Pdf)?.caution != null), saved = null) }
    }

    fun stopSharing() = show { it.copy(sharing = null) }

    /** The person has read the warning and says where. */
    fun share() {
        val file = opened ?: return
        val type = (seen ?: return).type
        show { it.copy(sharing = null) }
        attempt({ show { it.copy(saved = Saved.Not) } }) {
            val copy = try {
                device.createDocument(copyName(file.fileName, type), type) ?: return@attempt
            } catch (_: IOException) {
                return@attempt show { it.copy(saved = Saved.Not) }
            }
            var isWhole = false
            var isGone = true
            try {
                write(file, copy)
                isWhole = true
            } catch (_: IOException) {
                // The place is full, or gone.
            } catch (error: CancellationException) {
                throw error
            } finally {
                if (!isWhole) isGone = withContext(NonCancellable) { copy.discard() }
            }
            show { it.copy(saved = if (isWhole) Saved.Done else if (isGone) Saved.Not else Saved.NotWhole) }
        }
    }

    /** Of a page goes out what is shown of it: the file itself may hold scripts. */
    private suspend fun write(file: DocumentFile, copy: NewDocument) {
        val page = seen as? DocumentView.Page
        if (page != null) {
            copy.write(page.html.toByteArray())
        } else {
            documents.openFile(file.id).use { reader -> reader.pieces().collect(copy::write) }
        }
        copy.finish()
    }

    /** It stays at the clinic; [onGone] leaves the screen. */
    fun remove(onGone: () -> Unit) {
        val file = opened ?: return
        isAsked = true
        attempt({ error -> attempt({}) { failed(error) } }) {
            documents.removeDownload(file.id)
            onGone()
        }
    }

    override fun close() {
        super.close()
        pages?.close()
        pages = null
    }

    private companion object {
        const val PDF = "application/pdf"

        /** Wide enough to be read when it is made larger. */
        const val WIDTH = 1600
    }
}

private val DocumentView.Pdf.caution: Caution?
    get() = if (activeContent.isNotEmpty()) Caution.Active else if (hiddenParts) Caution.Hidden else null

/** What it is by its own bytes. */
private val DocumentView.type: String
    get() = when (this) {
        is DocumentView.Pdf -> "application/pdf"
        is DocumentView.Image -> contentType
        is DocumentView.Page -> "text/html"
        is DocumentView.Text -> "text/plain"
        is DocumentView.SaveOnly -> contentType
        is DocumentView.AnotherType -> found
    }

private fun paragraphs(text: String): List<String> = text.split(BREAK).map(String::trim).filter(String::isNotEmpty)

private val BREAK = Regex("\\n\\s*\\n")
