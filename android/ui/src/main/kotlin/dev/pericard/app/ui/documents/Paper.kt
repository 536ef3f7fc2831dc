package dev.pericard.app.ui.documents

import androidx.compose.foundation.Image
import androidx.compose.foundation.horizontalScroll
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.BoxWithConstraints
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.FlowRow
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.aspectRatio
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.width
import androidx.compose.foundation.layout.widthIn
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.shape.RoundedCornerShape
import androidx.compose.foundation.text.selection.SelectionContainer
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.Icon
import androidx.compose.material3.IconButton
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableFloatStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.setValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.layout.ContentScale
import dev.pericard.app.ui.components.OutlineButton
import dev.pericard.app.ui.components.SectionHead
import dev.pericard.app.ui.icons.Icons
import dev.pericard.app.ui.theme.Elevation
import dev.pericard.app.ui.theme.Pericard
import dev.pericard.app.ui.theme.Radius
import dev.pericard.app.ui.theme.Space
import dev.pericard.app.ui.theme.foreign

/** A sheet that scrolls under the bar, with [foot] behind its end. */
@Composable
internal fun Paper(foot: @Composable () -> Unit, content: @Composable () -> Unit) {
    Column(Modifier.fillMaxSize().verticalScroll(rememberScrollState()), horizontalAlignment = Alignment.CenterHorizontally) {
        Surface(
            Modifier.widthIn(max = Space.readMax).fillMaxWidth().padding(horizontal = Space.gutter, vertical = Space.s),
            RoundedCornerShape(Radius.chip),
            Pericard.palette.surface,
            shadowElevation = Elevation.float,
        ) { Column(Modifier.padding(Space.xl)) { content() } }
        foot()
    }
}

/** The document's own words, in their own direction; they can be selected. */
@Composable
internal fun Letter(body: DocumentBody.Text, formats: List<DocumentFormat>, events: DocumentEvents) {
    SelectionContainer {
        Column(verticalArrangement = Arrangement.spacedBy(Space.m)) {
            body.paragraphs.forEach { Text(it, style = Pericard.type.body.foreign(), color = Pericard.palette.text) }
        }
    }
    if (formats.size > 1) {
        SectionHead(Pericard.words.docFormats)
        FlowRow(horizontalArrangement = Arrangement.spacedBy(Space.s)) {
            formats.filter { !it.chosen }.forEach { OutlineButton(it.name, { events.choose(it.fileId) }) }
        }
    }
}

/** A page as large as the screen is wide, and larger by the buttons; what sticks out is scrolled to. */
@Composable
internal fun PageView(body: DocumentBody.Pages, title: String) {
    val words = Pericard.words
    var zoom by remember { mutableFloatStateOf(1f) }
    BoxWithConstraints(Modifier.fillMaxSize()) {
        val width = (maxWidth - Space.gutter - Space.gutter) * zoom
        Box(Modifier.fillMaxSize().verticalScroll(rememberScrollState()).horizontalScroll(rememberScrollState()).padding(horizontal = Space.gutter)) {
            val page = body.page
            Surface(Modifier.width(width).padding(vertical = Space.s), color = Pericard.palette.surface, shadowElevation = Elevation.float) {
                if (page == null) {
                    Box(Modifier.aspectRatio(A4))
                } else {
                    val spoken = if (body.count > 1) words.docPage(words.language.number(body.at + 1), words.language.number(body.count)) else title
                    Image(page, spoken, Modifier.fillMaxWidth(), contentScale = ContentScale.FillWidth)
                }
            }
        }
        Zooming(zoom, Modifier.align(Alignment.BottomEnd)) { zoom = it }
    }
}

@Composable
private fun Zooming(zoom: Float, modifier: Modifier, onZoom: (Float) -> Unit) {
    Surface(modifier.padding(Space.l), RoundedCornerShape(Radius.full), Pericard.palette.surfaceRaised, Pericard.palette.text, shadowElevation = Elevation.float) {
        Row {
            IconButton({ onZoom((zoom / STEP).coerceAtLeast(1f)) }, enabled = zoom > 1f) { Icon(Icons.less, Pericard.words.docSmaller) }
            IconButton({ onZoom((zoom * STEP).coerceAtMost(MOST)) }, enabled = zoom < MOST) { Icon(Icons.add, Pericard.words.docLarger) }
        }
    }
}

private const val STEP = 1.5f
private const val MOST = 4f
private const val A4 = 0.707f
