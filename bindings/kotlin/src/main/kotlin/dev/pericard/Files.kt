package dev.pericard

import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.flow
import java.io.IOException
import java.io.InputStream

/**
 * How a download goes on, until the file is here; it throws what the download failed with.
 *
 * For one collector. Cancelling the collector leaves the download running. To stop it, call [FileDownload.cancel].
 */
public val FileDownload.progress: Flow<FileProgress>
    get() = flow {
        while (true) emit(suspending { core.next() }?.fromCore() ?: break)
    }

/** Follows this download until the file is here; it throws what the download failed with. Cancelling leaves it running. */
public suspend fun FileDownload.join() {
    progress.collect {}
}

/** The content in pieces of at most [size] bytes, and at most 1 MB. For one collector; it closes the reader. */
public fun FileReader.pieces(size: Int = 262_144): Flow<ByteArray> = flow {
    use { reader ->
        while (true) {
            val piece = reader.read(size)
            if (piece.isEmpty()) break
            emit(piece)
        }
    }
}

/**
 * A stream of the app, such as one of a `ContentResolver`, that is read while its message is queued; see [NewFile].
 *
 * It is not closed: wrap the call to [Messages.send] in `use`.
 */
public class StreamSource(private val stream: InputStream) : FileSource {
    override fun read(maxBytes: Int): ByteArray = try {
        stream.readNBytesOf(maxBytes)
    } catch (_: IOException) {
        throw FileSourceException.Unreadable()
    }
}

/** `InputStream.readNBytes` is of Android 13. */
private fun InputStream.readNBytesOf(most: Int): ByteArray {
    val buffer = ByteArray(most)
    var filled = 0
    while (filled < most) {
        val count = read(buffer, filled, most - filled)
        if (count < 0) break
        filled += count
    }
    return buffer.copyOf(filled)
}
