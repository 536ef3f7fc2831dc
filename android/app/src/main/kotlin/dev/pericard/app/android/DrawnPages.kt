package dev.pericard.app.android

import androidx.compose.ui.graphics.ImageBitmap
import androidx.compose.ui.graphics.asImageBitmap
import dev.pericard.FileReader
import dev.pericard.app.models.Pages
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.withContext

/** The pages of what the system draws by itself: a picture is one of them. Its renderer of PDFs runs no script and follows no link. */
internal class DrawnPages private constructor(private val content: Content, private val file: FileReader) : Pages {
    override val count: Int = if (content is Content.Pages) content.count else 1

    override suspend fun draw(index: Int, width: Int): ImageBitmap? = withContext(Dispatchers.IO) {
        when (content) {
            is Content.Picture -> content.bitmap.asImageBitmap()
            is Content.Pages -> content.draw(index, width).asImageBitmap()
            is Content.Text -> null
        }
    }

    override fun close() {
        content.close()
        file.close()
    }

    companion object {
        fun of(content: Content?, file: FileReader): Pages? = content?.let { DrawnPages(it, file) }
    }
}
