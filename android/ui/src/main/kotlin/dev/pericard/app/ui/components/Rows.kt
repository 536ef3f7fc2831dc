package dev.pericard.app.ui.components

import androidx.compose.foundation.clickable
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.ColumnScope
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.RowScope
import androidx.compose.foundation.layout.defaultMinSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.selection.toggleable
import androidx.compose.foundation.shape.RoundedCornerShape
import androidx.compose.material3.HorizontalDivider
import androidx.compose.material3.Icon
import androidx.compose.material3.Surface
import androidx.compose.material3.Switch
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.vector.ImageVector
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.font.FontWeight
import androidx.compose.ui.unit.Dp
import androidx.compose.ui.unit.dp
import dev.pericard.app.ui.icons.Icons
import dev.pericard.app.ui.theme.Pericard
import dev.pericard.app.ui.theme.Radius
import dev.pericard.app.ui.theme.Space

/** The head of a group of rows. */
@Composable
fun SectionHead(text: String, modifier: Modifier = Modifier) {
    Text(
        text,
        modifier.padding(start = Space.xs, end = Space.xs, top = Space.xl, bottom = Space.s).semantics { heading() },
        style = Pericard.type.label,
        color = Pericard.palette.textSoft,
    )
}

/** A hint under a group of rows. */
@Composable
fun SectionFoot(text: String, modifier: Modifier = Modifier) {
    Text(
        text,
        modifier.padding(horizontal = Space.xs, vertical = Space.s),
        style = Pericard.type.support,
        color = Pericard.palette.textSoft,
    )
}

/** Rows that belong together, on one sheet of paper. */
@Composable
fun Group(
    modifier: Modifier = Modifier,
    color: Color = Pericard.palette.surface,
    content: @Composable ColumnScope.() -> Unit,
) {
    Surface(modifier.fillMaxWidth(), RoundedCornerShape(Radius.card), color) { Column(content = content) }
}

/** The line between two rows of a group. */
@Composable
fun RowDivider(start: Dp = 56.dp) = HorizontalDivider(Modifier.padding(start = start), color = Pericard.palette.divider)

/** A row of a group: one element for assistive technology, one target. */
@Composable
fun GroupRow(
    title: String,
    modifier: Modifier = Modifier,
    text: String? = null,
    textColor: Color = Pericard.palette.textSoft,
    titleColor: Color = Pericard.palette.text,
    strong: Boolean = false,
    leading: (@Composable () -> Unit)? = null,
    trailing: @Composable RowScope.() -> Unit = {},
    onClick: (() -> Unit)? = null,
) {
    val clickable = if (onClick == null) modifier else modifier.clickable(role = Role.Button, onClick = onClick)
    RowContent(title, text, titleColor, textColor, strong, leading, trailing, clickable)
}

/** A row with a switch; the whole row toggles. */
@Composable
fun SwitchRow(
    title: String,
    on: Boolean,
    onChange: (Boolean) -> Unit,
    modifier: Modifier = Modifier,
    text: String? = null,
    leading: (@Composable () -> Unit)? = null,
) {
    RowContent(
        title,
        text,
        Pericard.palette.text,
        Pericard.palette.textSoft,
        strong = false,
        leading,
        trailing = { Switch(on, null, Modifier.padding(start = Space.m)) },
        modifier = modifier.toggleable(on, role = Role.Switch, onValueChange = onChange),
    )
}

@Composable
private fun RowContent(
    title: String,
    text: String?,
    titleColor: Color,
    textColor: Color,
    strong: Boolean,
    leading: (@Composable () -> Unit)?,
    trailing: @Composable RowScope.() -> Unit,
    modifier: Modifier,
) {
    Row(
        modifier
            .fillMaxWidth()
            .heightIn(min = Space.rowMin)
            .semantics(mergeDescendants = true) {}
            .padding(horizontal = Space.l, vertical = Space.m),
        verticalAlignment = Alignment.CenterVertically,
    ) {
        leading?.invoke()
        Column(Modifier.weight(1f).padding(start = if (leading == null) 0.dp else Space.m)) {
            Text(title, style = if (strong) Pericard.type.headline else Pericard.type.body, color = titleColor)
            if (text != null) Text(text, style = Pericard.type.support, color = textColor)
        }
        trailing()
    }
}

/** The icon before a row. */
@Composable
fun RowIcon(icon: ImageVector, tint: Color = Pericard.palette.primary) =
    Icon(icon, null, Modifier.size(24.dp), tint = tint)

/** Says that a row leads on. */
@Composable
fun Chevron() = Icon(Icons.forward, null, Modifier.padding(start = Space.s).size(20.dp), tint = Pericard.palette.textSoft)

/** A number in a badge; its row says it in words. */
@Composable
fun CountBadge(text: String, modifier: Modifier = Modifier) {
    Surface(modifier, RoundedCornerShape(Radius.full), Pericard.palette.heart, Pericard.palette.onHeart) {
        Box(Modifier.defaultMinSize(22.dp, 22.dp), contentAlignment = Alignment.Center) {
            val side = if (text.length > 1) Space.s else 0.dp
            Text(text, Modifier.padding(horizontal = side, vertical = 1.dp), style = Pericard.type.caption.copy(fontWeight = FontWeight.Bold))
        }
    }
}
