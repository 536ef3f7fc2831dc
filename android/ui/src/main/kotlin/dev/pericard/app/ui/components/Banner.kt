package dev.pericard.app.ui.components

import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.FlowRow
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.shape.RoundedCornerShape
import androidx.compose.material3.Icon
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.vector.ImageVector
import androidx.compose.ui.semantics.LiveRegionMode
import androidx.compose.ui.semantics.liveRegion
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.dp
import dev.pericard.app.ui.model.Unprinted
import dev.pericard.app.ui.theme.Palette
import dev.pericard.app.ui.theme.Pericard
import dev.pericard.app.ui.theme.Radius
import dev.pericard.app.ui.theme.Space

enum class Tone { Plain, Warning, Error, Ok }

/** A deed on a banner. */
data class Deed(val text: String, val icon: ImageVector? = null, val onClick: () -> Unit) : Unprinted()

/** What concerns the whole list, over it and never on it. Spoken politely when it comes. */
@Composable
fun Banner(
    icon: ImageVector,
    title: String,
    modifier: Modifier = Modifier,
    text: String? = null,
    tone: Tone = Tone.Plain,
    deeds: List<Deed> = emptyList(),
) {
    val (background, color, soft) = Pericard.palette.tone(tone)
    Surface(modifier.fillMaxWidth(), RoundedCornerShape(Radius.card), background, color) {
        Column(Modifier.padding(start = Space.l, end = Space.l, top = Space.m, bottom = if (deeds.isEmpty()) Space.m else Space.xs)) {
            Row(Modifier.semantics(mergeDescendants = true) { liveRegion = LiveRegionMode.Polite }) {
                Icon(icon, null, Modifier.padding(top = 2.dp).size(20.dp))
                Column(Modifier.padding(start = Space.m)) {
                    Text(title, style = Pericard.type.headline)
                    if (text != null) Text(text, style = Pericard.type.support, color = soft)
                }
            }
            if (deeds.isNotEmpty()) {
                FlowRow(Modifier.padding(start = 20.dp)) {
                    deeds.forEach { QuietButton(it.text, it.onClick, icon = it.icon, color = color) }
                }
            }
        }
    }
}

private fun Palette.tone(tone: Tone) = when (tone) {
    Tone.Plain -> Triple(surfaceSunken, text, textSoft)
    Tone.Warning -> Triple(warningContainer, onWarningContainer, onWarningContainer)
    Tone.Error -> Triple(errorContainer, onErrorContainer, onErrorContainer)
    Tone.Ok -> Triple(okContainer, onOkContainer, onOkContainer)
}
