package dev.pericard.app.android

import androidx.activity.compose.BackHandler
import androidx.compose.foundation.Image
import androidx.compose.foundation.background
import androidx.compose.foundation.gestures.detectTransformGestures
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.BoxWithConstraints
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.lazy.LazyColumn
import androidx.compose.foundation.lazy.items
import androidx.compose.foundation.text.selection.SelectionContainer
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableFloatStateOf
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.produceState
import androidx.compose.runtime.remember
import androidx.compose.runtime.setValue
import androidx.compose.ui.Modifier
import androidx.compose.ui.geometry.Offset
import androidx.compose.ui.graphics.ImageBitmap
import androidx.compose.ui.graphics.asImageBitmap
import androidx.compose.ui.graphics.graphicsLayer
import androidx.compose.ui.input.pointer.pointerInput
import androidx.compose.ui.layout.ContentScale
import androidx.compose.ui.unit.dp
import dev.pericard.app.ui.components.Leave
import dev.pericard.app.ui.components.ScreenBar
import dev.pericard.app.ui.components.pane
import dev.pericard.app.ui.theme.Look
import dev.pericard.app.ui.theme.Pericard
import dev.pericard.app.ui.theme.PericardTheme
import dev.pericard.app.ui.theme.Space
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.withContext

/** A file of a message, inside the app and under its rules for screenshots. */
@Composable
internal fun FileScreen(viewed: Viewed, look: Look) {
    BackHandler(onBack = viewed.close)
    PericardTheme(look) {
        Column(Modifier.fillMaxSize().background(Pericard.palette.background).pane(viewed.content.name)) {
            ScreenBar(Leave.Close, viewed.close, title = viewed.content.name, color = Pericard.palette.background)
            Box(Modifier.weight(1f).fillMaxWidth()) {
                when (val content = viewed.content) {
                    is Content.Picture -> Picture(remember(content) { content.bitmap.asImageBitmap() }, content.name)
                    is Content.Text -> Lines(content.lines)
                    is Content.Pages -> Pages(content)
                }
            }
        }
    }
}

/** Pinch to see more of it. */
@Composable
private fun Picture(picture: ImageBitmap, name: String) {
    var scale by remember { mutableFloatStateOf(1f) }
    var offset by remember { mutableStateOf(Offset.Zero) }
    Image(
        picture,
        name,
        Modifier
            .fillMaxSize()
            .pointerInput(picture) {
                detectTransformGestures { _, pan, zoom, _ ->
                    scale = (scale * zoom).coerceIn(1f, MOST_ZOOM)
                    offset = if (scale == 1f) Offset.Zero else offset + pan
                }
            }
            .graphicsLayer(scaleX = scale, scaleY = scale, translationX = offset.x, translationY = offset.y),
        contentScale = ContentScale.Fit,
    )
}

@Composable
private fun Lines(lines: List<String>) {
    SelectionContainer {
        LazyColumn(Modifier.fillMaxSize().padding(horizontal = Space.gutter)) {
            items(lines) { Text(it, style = Pericard.type.body, color = Pericard.palette.text) }
        }
    }
}

@Composable
private fun Pages(content: Content.Pages) {
    BoxWithConstraints {
        val width = constraints.maxWidth
        LazyColumn(verticalArrangement = Arrangement.spacedBy(8.dp)) {
            items(content.count) { at ->
                val page by produceState<ImageBitmap?>(null, at, width) {
                    value = withContext(Dispatchers.IO) { content.draw(at, width).asImageBitmap() }
                }
                page?.let { Image(it, null, Modifier.fillMaxWidth(), contentScale = ContentScale.FillWidth) }
            }
        }
    }
}

private const val MOST_ZOOM = 6f
