package dev.pericard.app.ui.components

import androidx.compose.foundation.Canvas
import androidx.compose.foundation.layout.size
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.geometry.Offset
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.Path
import androidx.compose.ui.graphics.StrokeCap
import androidx.compose.ui.graphics.StrokeJoin
import androidx.compose.ui.graphics.drawscope.DrawScope
import androidx.compose.ui.graphics.drawscope.Fill
import androidx.compose.ui.graphics.drawscope.Stroke
import androidx.compose.ui.graphics.drawscope.rotate
import androidx.compose.ui.graphics.drawscope.scale
import androidx.compose.ui.graphics.drawscope.translate
import androidx.compose.ui.graphics.vector.PathParser
import androidx.compose.ui.unit.Dp
import androidx.compose.ui.unit.dp

private val stem: Path by lazy { path("M15.5 57V28.5A20.5 20.5 0 1 1 26.38 46.60") }
private val heart: Path by lazy {
    path(
        "M0 9.6C-6.6 5.2-9.8 1.6-9.8-2.7C-9.8-5.9-7.5-8.2-4.6-8.2C-2.7-8.2-1-7.2 0-5.6" +
            "C1-7.2 2.7-8.2 4.6-8.2C7.5-8.2 9.8-5.9 9.8-2.7C9.8 1.6 6.6 5.2 0 9.6Z",
    )
}

private fun path(data: String): Path = PathParser().parsePathString(data).toPath()

/** Pericard's mark, on its grid of 64. */
@Composable
fun Mark(line: Color, heartColor: Color, modifier: Modifier = Modifier, size: Dp = 72.dp) {
    Canvas(modifier.size(size)) {
        scale(this.size.width / GRID, pivot = Offset.Zero) {
            drawPath(stem, line, style = Stroke(STEM, cap = StrokeCap.Round))
            translate(left = 36.4f, top = 28.6f) { drawHeart(heartColor) }
        }
    }
}

/** The heart of the mark by itself, as it stands in the closed ring of the lock. */
@Composable
fun Heart(color: Color, modifier: Modifier = Modifier, size: Dp = 48.dp) {
    Canvas(modifier.size(size)) {
        translate(this.size.width / 2, this.size.height / 2) {
            scale(this.size.width / HEART_GRID, pivot = Offset.Zero) { drawHeart(color) }
        }
    }
}

private fun DrawScope.drawHeart(color: Color) = rotate(TILT, pivot = Offset.Zero) {
    drawPath(heart, color, style = Fill)
    drawPath(heart, color, style = Stroke(1.6f, join = StrokeJoin.Round))
}

private const val GRID = 64f
private const val HEART_GRID = 24f
private const val STEM = 6f
private const val TILT = -8f
