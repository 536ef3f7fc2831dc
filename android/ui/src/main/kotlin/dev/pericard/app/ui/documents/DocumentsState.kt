package dev.pericard.app.ui.documents

import androidx.compose.runtime.Immutable
import dev.pericard.app.ui.model.Moment
import dev.pericard.app.ui.model.Owner
import dev.pericard.app.ui.model.Unprinted
import dev.pericard.app.ui.records.RecordsBanner
import dev.pericard.app.ui.records.Shown
import dev.pericard.app.ui.thread.FileRow

/** The documents of one person, newest first. */
@Immutable
data class DocumentsState(
    val owner: Owner,
    val shown: Shown<List<DocumentRow>> = Shown.Reading,
    val banner: RecordsBanner? = null,
    val refreshing: Boolean = false,
) : Unprinted()

@Immutable
data class DocumentRow(
    val id: String,
    val title: String,
    /** Who wrote it, or who keeps it; may be empty. */
    val from: String,
    val at: Moment,
    val sort: DocumentSort = DocumentSort.Letter,
    /** Its first file; nothing where it has none. */
    val file: FileRow? = null,
    val marks: List<DocumentMark> = emptyList(),
) : Unprinted()

/** What its icon shows. */
enum class DocumentSort { Letter, Laboratory, Picture }

enum class DocumentMark { Superseded, Preliminary, Restricted }

interface DocumentsEvents {
    fun open(id: String)

    /** Fetches its file without opening it. */
    fun download(id: String)

    fun stop(id: String)

    /** The rows up to [index] were shown; the next page can be asked for. */
    fun shown(index: Int)

    fun refresh()
}
