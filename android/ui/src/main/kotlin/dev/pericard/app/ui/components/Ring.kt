package dev.pericard.app.ui.components

import androidx.compose.animation.core.animateFloatAsState
import androidx.compose.animation.core.tween
import androidx.compose.foundation.Canvas
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.size
import androidx.compose.runtime.Composable
import androidx.compose.runtime.Immutable
import androidx.compose.runtime.getValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.geometry.Offset
import androidx.compose.ui.geometry.Size
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.StrokeCap
import androidx.compose.ui.graphics.drawscope.DrawScope
import androidx.compose.ui.graphics.drawscope.Stroke
import androidx.compose.ui.unit.Dp
import androidx.compose.ui.unit.dp
import dev.pericard.app.ui.model.Unprinted
import dev.pericard.app.ui.theme.Motion
import dev.pericard.app.ui.theme.Pericard
import dev.pericard.app.ui.theme.Stroke as Widths

/** What the ring of the mark says beside the text: something moves, how far it is, or that it is closed. */
@Immutable
sealed interface RingState {
    data object Open : RingState

    /** Between 0 and 1. */
    data class Part(val progress: Float) : Unprinted(), RingState

    data object Closed : RingState
}

/** The ring of the mark. It is decoration: the text beside it says the same. */
@Composable
fun Ring(
    state: RingState,
    modifier: Modifier = Modifier,
    size: Dp = 104.dp,
    width: Dp = Widths.ring,
    color: Color = Pericard.palette.primary,
    track: Color = Pericard.palette.divider,
    content: @Composable () -> Unit = {},
) {
    val whole = if (state == RingState.Closed) FULL else OPEN
    val sweep by animateFloatAsState(whole, tween(Motion.ring, easing = Motion.curveRing), label = "ring")
    val part = (state as? RingState.Part)?.progress?.coerceIn(0f, 1f)
    Box(modifier.size(size), contentAlignment = Alignment.Center) {
        Canvas(Modifier.fillMaxSize()) {
            if (part == null) {
                arc(color, sweep, width.toPx())
            } else {
                arc(track, OPEN, width.toPx())
                if (part > 0f) arc(color, OPEN * part, width.toPx())
            }
        }
        content()
    }
}

private fun DrawScope.arc(color: Color, sweep: Float, width: Float) = drawArc(
    color = color,
    startAngle = START,
    sweepAngle = sweep,
    useCenter = false,
    topLeft = Offset(width / 2, width / 2),
    size = Size(size.width - width, size.height - width),
    style = Stroke(width, cap = StrokeCap.Round),
)

// As in the mark: from nine o'clock around to the opening below.
private const val START = 180f
private const val OPEN = 298f
private const val FULL = 360f
