package dev.pericard.app.models

import dev.pericard.Document
import dev.pericard.DocumentFile
import dev.pericard.DocumentKind
import dev.pericard.FileProgress
import dev.pericard.app.ui.documents.DocumentFormat
import dev.pericard.app.ui.documents.DocumentMark
import dev.pericard.app.ui.documents.DocumentRow
import dev.pericard.app.ui.documents.DocumentSort
import dev.pericard.app.ui.thread.FileRow

internal fun Document.row(downloads: Map<String, FileProgress>) = DocumentRow(
    id = id.value,
    title = title,
    from = from,
    at = moment(at, precision),
    sort = when (kind) {
        DocumentKind.LABORATORY -> DocumentSort.Laboratory
        DocumentKind.IMAGING -> DocumentSort.Picture
        DocumentKind.DISCHARGE, DocumentKind.VISIT, DocumentKind.PROCEDURE, DocumentKind.SUMMARY, DocumentKind.CONSENT, DocumentKind.OTHER ->
            DocumentSort.Letter
    },
    file = files.firstOrNull()?.let { it.row(downloads[it.id.value]) },
    marks = marks,
)

internal val Document.from: String get() = author.ifEmpty { custodian }

internal val Document.marks: List<DocumentMark>
    get() = listOfNotNull(
        DocumentMark.Superseded.takeIf { superseded },
        DocumentMark.Preliminary.takeIf { preliminary },
        DocumentMark.Restricted.takeIf { restricted },
    )

private fun DocumentFile.row(progress: FileProgress?) = FileRow(id.value, name, contentType, size, state.place(progress, size))

internal fun Document.formats(chosen: DocumentFile): List<DocumentFormat> =
    files.map { DocumentFormat(it.id.value, shortType(it.contentType) ?: it.name, it.id == chosen.id) }

/** PDF; nothing where a MIME type says no more than that it is a file. */
internal fun shortType(contentType: String): String? = contentType.substringBefore(';').trim().lowercase().let { type ->
    SHORT[type] ?: type.substringAfter('/', "").uppercase().takeIf { it.length in 2..5 }
}

private val SHORT = mapOf("text/plain" to "TXT", "image/jpeg" to "JPEG", "application/rtf" to "RTF", "application/octet-stream" to null)

/** A name for a copy: what it ends with says what is in it, whatever the clinic called it. */
internal fun copyName(fileName: String, contentType: String): String {
    val ending = ENDINGS[contentType] ?: "bin"
    val own = fileName.substringBeforeLast('.').ifEmpty { fileName }
    return "$own.$ending"
}

private val ENDINGS = mapOf(
    "application/pdf" to "pdf",
    "image/png" to "png",
    "image/jpeg" to "jpg",
    "image/gif" to "gif",
    "image/webp" to "webp",
    "text/html" to "html",
    "text/plain" to "txt",
    "application/rtf" to "rtf",
    "application/xml" to "xml",
)
