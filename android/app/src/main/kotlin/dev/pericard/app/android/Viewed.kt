package dev.pericard.app.android

import android.content.Context
import android.graphics.Bitmap
import android.graphics.BitmapFactory
import android.graphics.Color
import android.graphics.pdf.PdfRenderer
import android.os.Handler
import android.os.HandlerThread
import android.os.ParcelFileDescriptor
import android.os.ProxyFileDescriptorCallback
import android.os.storage.StorageManager
import android.system.ErrnoException
import android.system.OsConstants.EIO
import dev.pericard.FileReader
import dev.pericard.PericardException
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withContext
import java.io.ByteArrayOutputStream
import java.io.Closeable
import java.io.IOException

/** A file that lies over the app's screens until it is closed. */
internal class Viewed(val content: Content, val close: () -> Unit)

/** What the app can show by itself: nothing of it is ever on disk in the clear. */
internal sealed interface Content : Closeable {
    val name: String

    class Picture(override val name: String, val bitmap: Bitmap) : Content {
        override fun close() = Unit
    }

    class Text(override val name: String, val lines: List<String>) : Content {
        override fun close() = Unit
    }

    class Pages(override val name: String, private val renderer: PdfRenderer, private val file: Closeable) : Content {
        val count: Int = renderer.pageCount

        /** One page at a time is drawn. */
        @Synchronized
        fun draw(index: Int, width: Int): Bitmap = renderer.openPage(index).use { page ->
            val bitmap = Bitmap.createBitmap(width, (width.toLong() * page.height / page.width).toInt().coerceIn(1, MOST_PIXELS), Bitmap.Config.ARGB_8888)
            bitmap.eraseColor(Color.WHITE)
            page.render(bitmap, null, null, PdfRenderer.Page.RENDER_MODE_FOR_DISPLAY)
            bitmap
        }

        @Synchronized
        override fun close() {
            renderer.close()
            file.close()
        }
    }
}

private const val MOST_PIXELS = 8192

/** Nothing where the app has no way to show it, or cannot read it. */
internal suspend fun view(context: Context, name: String, contentType: String, file: FileReader): Content? = withContext(Dispatchers.IO) {
    when {
        contentType.startsWith("image/") -> picture(file.whole())?.let { Content.Picture(name, it) }
        contentType.startsWith("text/plain") -> Content.Text(name, file.whole().toString(Charsets.UTF_8).lines())
        contentType.startsWith("application/pdf") -> pages(context, name, file)
        else -> null
    }
}

private suspend fun FileReader.whole(): ByteArray {
    val bytes = ByteArrayOutputStream(size.toInt())
    seek(0)
    while (true) {
        val piece = read()
        if (piece.isEmpty()) return bytes.toByteArray()
        bytes.write(piece)
    }
}

/** No larger than a screen can show: what a phone camera takes would not fit into memory several times. */
private fun picture(bytes: ByteArray): Bitmap? {
    val options = BitmapFactory.Options().apply { inJustDecodeBounds = true }
    BitmapFactory.decodeByteArray(bytes, 0, bytes.size, options)
    var times = 1
    while (maxOf(options.outWidth, options.outHeight) / times > LARGEST_SIDE) times *= 2
    return BitmapFactory.decodeByteArray(bytes, 0, bytes.size, BitmapFactory.Options().apply { inSampleSize = times })
}

private const val LARGEST_SIDE = 2048

/** The system's renderer wants a file it can seek in: it gets one that is read from the core as it asks. */
private fun pages(context: Context, name: String, file: FileReader): Content? {
    val thread = HandlerThread("file").apply { start() }
    val descriptor = context.getSystemService(StorageManager::class.java)
        .openProxyFileDescriptor(ParcelFileDescriptor.MODE_READ_ONLY, Source(file) { thread.quitSafely() }, Handler(thread.looper))
    return try {
        Content.Pages(name, PdfRenderer(descriptor), descriptor)
    } catch (_: IOException) {
        descriptor.close()
        null
    } catch (_: SecurityException) {
        // It is closed with a password.
        descriptor.close()
        null
    }
}

private class Source(private val file: FileReader, private val released: () -> Unit) : ProxyFileDescriptorCallback() {
    override fun onGetSize(): Long = file.size

    override fun onRead(offset: Long, size: Int, data: ByteArray): Int = try {
        file.seek(offset)
        var filled = 0
        while (filled < size) {
            val piece = runBlocking { file.read(size - filled) }
            if (piece.isEmpty()) break
            piece.copyInto(data, filled)
            filled += piece.size
        }
        filled
    } catch (_: PericardException) {
        throw ErrnoException("read", EIO)
    }

    override fun onRelease() = released()
}
