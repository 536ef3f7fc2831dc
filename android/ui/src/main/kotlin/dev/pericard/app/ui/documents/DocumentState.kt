package dev.pericard.app.ui.documents

import androidx.compose.runtime.Immutable
import androidx.compose.ui.graphics.ImageBitmap
import dev.pericard.app.ui.model.Moment
import dev.pericard.app.ui.model.Owner
import dev.pericard.app.ui.model.Problem
import dev.pericard.app.ui.model.Unprinted
import dev.pericard.app.ui.records.Shown
import dev.pericard.app.ui.thread.FileProblem

/** One document. What its file is called decides nothing: it is shown as what it is. */
@Immutable
data class DocumentState(
    val id: String,
    val owner: Owner,
    val title: String = "",
    val from: String = "",
    val at: Moment? = null,
    val marks: List<DocumentMark> = emptyList(),
    /** The formats that it comes in; one of them is shown. */
    val formats: List<DocumentFormat> = emptyList(),
    val shown: Shown<DocumentBody> = Shown.Reading,
    /** A copy leaves the app only after a warning. */
    val sharing: Sharing? = null,
    val saved: Saved? = null,
) : Unprinted() {
    /** What is shown, or could not be shown, can be saved. */
    val canShare: Boolean
        get() = when ((shown as? Shown.Content)?.content) {
            is DocumentBody.Text, is DocumentBody.Pages, DocumentBody.CannotShow -> true
            else -> false
        }
}

@Immutable
data class DocumentFormat(val fileId: String, val name: String, val chosen: Boolean) : Unprinted()

@Immutable
sealed interface DocumentBody {
    data class Getting(val received: Long, val total: Long?) : Unprinted(), DocumentBody

    /** It is at the clinic: the download was stopped, or failed. */
    data class NotHere(val problem: Problem? = null) : Unprinted(), DocumentBody

    data class Unavailable(val why: FileProblem) : Unprinted(), DocumentBody

    data object NoFile : DocumentBody

    /** [cleaned] is whether pictures and links were left out. */
    data class Text(val paragraphs: List<String>, val cleaned: Boolean = false) : Unprinted(), DocumentBody

    /** A picture or a PDF, one page at a time; [page] is nothing while it is drawn. */
    data class Pages(val at: Int, val count: Int, val page: ImageBitmap?, val caution: Caution? = null) : Unprinted(), DocumentBody

    /** There is no safe way to show it. */
    data object CannotShow : DocumentBody

    /** It is something else than the clinic says. [found] is nothing where nobody knows what. */
    data class AnotherType(val claimed: String, val found: String?) : Unprinted(), DocumentBody
}

/** What a PDF would do where it is allowed to. */
enum class Caution { Active, Hidden }

/** The person is asked whether a copy may leave the app. */
@Immutable
data class Sharing(val active: Boolean = false) : Unprinted()

/** What became of a copy. */
enum class Saved { Done, Not, NotWhole }

interface DocumentEvents {
    fun download()

    fun stop()

    fun choose(fileId: String)

    fun page(at: Int)

    fun askToShare()

    fun share()

    fun stopSharing()

    /** Removes the file from this phone; it stays at the clinic. */
    fun remove()
}
