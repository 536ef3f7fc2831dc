package dev.pericard.app.ui.components

import androidx.compose.foundation.BorderStroke
import androidx.compose.foundation.layout.PaddingValues
import androidx.compose.foundation.layout.RowScope
import androidx.compose.foundation.layout.Spacer
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.layout.width
import androidx.compose.material3.Button
import androidx.compose.material3.ButtonDefaults
import androidx.compose.material3.CircularProgressIndicator
import androidx.compose.material3.Icon
import androidx.compose.material3.OutlinedButton
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.vector.ImageVector
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.unit.dp
import dev.pericard.app.ui.theme.Pericard
import dev.pericard.app.ui.theme.Space
import dev.pericard.app.ui.theme.Stroke
import dev.pericard.app.ui.theme.Touch

private val padding = PaddingValues(horizontal = Space.xl, vertical = Space.m)

/** The one next step of a screen. */
@Composable
fun PrimaryButton(
    text: String,
    onClick: () -> Unit,
    modifier: Modifier = Modifier,
    icon: ImageVector? = null,
    enabled: Boolean = true,
    busy: Boolean = false,
) {
    Button(
        onClick,
        modifier.fillMaxWidth().heightIn(min = 52.dp),
        enabled = enabled && !busy,
        contentPadding = padding,
        colors = ButtonDefaults.buttonColors(
            disabledContainerColor = Pericard.palette.surfaceSunken,
            disabledContentColor = Pericard.palette.textSoft,
        ),
    ) { Label(text, icon, busy) }
}

/** A deed beside or instead of the main one. */
@Composable
fun TonalButton(text: String, onClick: () -> Unit, modifier: Modifier = Modifier, icon: ImageVector? = null) {
    Button(
        onClick,
        modifier.fillMaxWidth().heightIn(min = 52.dp),
        contentPadding = padding,
        colors = ButtonDefaults.buttonColors(Pericard.palette.primaryContainer, Pericard.palette.onPrimaryContainer),
    ) { Label(text, icon) }
}

@Composable
fun QuietButton(
    text: String,
    onClick: () -> Unit,
    modifier: Modifier = Modifier,
    icon: ImageVector? = null,
    color: Color = Pericard.palette.primary,
    flush: Boolean = false,
) {
    TextButton(
        onClick,
        modifier.heightIn(min = Touch.least),
        colors = ButtonDefaults.textButtonColors(contentColor = color),
        // Flush with the text above it, where that has no frame.
        contentPadding = PaddingValues(horizontal = if (flush) 0.dp else Space.m, vertical = Space.s),
    ) { Label(text, icon) }
}

@Composable
fun OutlineButton(
    text: String,
    onClick: () -> Unit,
    modifier: Modifier = Modifier,
    icon: ImageVector? = null,
    color: Color = Pericard.palette.primary,
    enabled: Boolean = true,
) {
    OutlinedButton(
        onClick,
        modifier.heightIn(min = Touch.least),
        enabled = enabled,
        border = BorderStroke(Stroke.field, Pericard.palette.outline),
        colors = ButtonDefaults.outlinedButtonColors(contentColor = color),
        contentPadding = PaddingValues(horizontal = Space.s, vertical = Space.s),
    ) { Label(text, icon) }
}

@Composable
private fun RowScope.Label(text: String, icon: ImageVector?, busy: Boolean = false) {
    if (busy) {
        CircularProgressIndicator(Modifier.size(20.dp), color = Pericard.palette.textSoft, strokeWidth = 2.dp)
        Spacer(Modifier.width(Space.s))
    } else if (icon != null) {
        Icon(icon, null, Modifier.size(20.dp))
        Spacer(Modifier.width(Space.s))
    }
    Text(text, style = Pericard.type.headline, textAlign = TextAlign.Center, modifier = Modifier.weight(1f, fill = false))
}
