package dev.pericard.app.desktop

import androidx.compose.ui.graphics.ImageBitmap
import androidx.compose.ui.graphics.toComposeImageBitmap
import dev.pericard.FileReader
import dev.pericard.app.models.Pages
import dev.pericard.pieces
import java.io.ByteArrayOutputStream
import org.jetbrains.skia.Image

internal suspend fun FileReader.whole(): ByteArray {
    val bytes = ByteArrayOutputStream(size.toInt())
    pieces().collect(bytes::write)
    return bytes.toByteArray()
}

/** A picture as its only page; nothing where it is none that Skia knows. */
fun pictures(bytes: ByteArray): Pages? {
    val picture = try {
        Image.makeFromEncoded(bytes).toComposeImageBitmap()
    } catch (_: IllegalArgumentException) {
        return null
    }
    return object : Pages {
        override val count = 1

        override suspend fun draw(index: Int, width: Int): ImageBitmap = picture

        override fun close() = Unit
    }
}
