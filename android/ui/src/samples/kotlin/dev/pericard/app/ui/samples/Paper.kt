package dev.pericard.app.ui.samples

import androidx.compose.ui.geometry.Offset
import androidx.compose.ui.geometry.Size
import androidx.compose.ui.graphics.Canvas
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.ImageBitmap
import androidx.compose.ui.graphics.Paint
import androidx.compose.ui.geometry.Rect

/** A page as a scanner makes it: lines of text that nobody can read, so that it is the same in every language. */
internal fun paper(of: People): ImageBitmap {
    val width = 800
    val page = ImageBitmap(width, width * 1414 / 1000)
    val canvas = Canvas(page)
    fun bar(at: Offset, size: Size, color: Color) = canvas.drawRect(Rect(at, size), Paint().apply { this.color = color })
    bar(Offset.Zero, Size(width.toFloat(), page.height.toFloat()), Color.White)
    fun line(y: Int, share: Float, height: Float = 10f, color: Color = Color(0xFF6B7776)) {
        val length = (width - 160) * share
        val left = if (of.language.rightToLeft) width - 80 - length else 80f
        bar(Offset(left, y.toFloat()), Size(length, height), color)
    }
    line(90, 0.35f, 22f, Color(0xFF161D1C))
    line(132, 0.2f)
    (0 until 24).forEach { at -> line(220 + at * 34, if (at % 6 == 5) 0.45f else 0.86f + 0.1f * (at % 3) / 2f) }
    return page
}
