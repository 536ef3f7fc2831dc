package dev.pericard.app.android

import android.content.ContentResolver
import android.net.Uri
import android.provider.DocumentsContract
import android.provider.OpenableColumns
import dev.pericard.FileContent
import dev.pericard.FileReader
import dev.pericard.FileSource
import dev.pericard.FileSourceException
import dev.pericard.NewFile
import dev.pericard.StreamSource
import dev.pericard.app.models.ChosenFile
import dev.pericard.app.models.NewDocument
import dev.pericard.pieces
import java.io.FileNotFoundException
import java.io.IOException
import java.io.OutputStream
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.flow.flowOn
import kotlinx.coroutines.withContext

/** A document as its app describes it; nothing where that app says nothing. */
internal fun ContentResolver.chosen(address: Uri): ChosenFile? {
    val columns = arrayOf(OpenableColumns.DISPLAY_NAME, OpenableColumns.SIZE)
    val (name, size) = query(address, columns, null, null, null)?.use { row ->
        if (row.moveToFirst()) row.getString(0).orEmpty() to row.getLong(1) else null
    } ?: return null
    val type = getType(address).orEmpty()
    return ChosenFile(name, type, size) { NewFile(name, FileContent.Source(Lazily(this, address)), type) }
}

/** Opened when the message is queued, and closed at its end. */
private class Lazily(private val resolver: ContentResolver, private val address: Uri) : FileSource {
    private val stream by lazy {
        try {
            resolver.openInputStream(address)
        } catch (_: IOException) {
            null
        } catch (_: SecurityException) {
            // The leave to read it ended with the process that was given it.
            null
        } ?: throw FileSourceException.Unreadable()
    }
    private val source by lazy { StreamSource(stream) }

    override fun read(maxBytes: Int): ByteArray = source.read(maxBytes).also { if (it.isEmpty()) stream.close() }
}

/** Piece by piece, to where the person has said. */
internal suspend fun ContentResolver.write(address: Uri, content: FileReader) {
    try {
        openOutputStream(address)?.use { out -> content.pieces().collect(out::write) }
    } catch (_: IOException) {
        // The place is full or gone: what is there is for the person to see.
    }
}

/** A document that the person has just made, written piece by piece. */
internal class WrittenDocument(private val resolver: ContentResolver, private val address: Uri) : NewDocument {
    private var out: OutputStream? = null

    override suspend fun write(piece: ByteArray) = atIt { opened().write(piece) }

    override suspend fun finish() = atIt { opened().close() }

    override suspend fun discard(): Boolean = withContext(Dispatchers.IO) {
        try {
            out?.close()
        } catch (_: IOException) {
            // What is full fails to close as well.
        }
        try {
            DocumentsContract.deleteDocument(resolver, address)
        } catch (_: Exception) {
            // An app that keeps documents for others may refuse in ways of its own; the person is told that it is there.
            false
        }
    }

    private fun opened(): OutputStream = out ?: (resolver.openOutputStream(address, "wt") ?: throw FileNotFoundException()).also { out = it }

    private suspend fun atIt(work: () -> Unit) = withContext(Dispatchers.IO) {
        try {
            work()
        } catch (error: SecurityException) {
            // The leave to write it was taken back.
            throw IOException(error)
        }
    }
}
