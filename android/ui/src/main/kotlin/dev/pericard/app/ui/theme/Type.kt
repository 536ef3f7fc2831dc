package dev.pericard.app.ui.theme

import androidx.compose.runtime.Composable
import androidx.compose.runtime.Immutable
import androidx.compose.ui.platform.LocalLayoutDirection
import androidx.compose.ui.text.TextStyle
import androidx.compose.ui.text.font.FontFamily
import androidx.compose.ui.text.font.FontWeight
import androidx.compose.ui.text.style.LineHeightStyle
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.text.style.TextDirection
import androidx.compose.ui.unit.LayoutDirection
import androidx.compose.ui.unit.sp
import dev.pericard.app.ui.words.Language

/** The styles of text for a language and the person's text size. */
@Immutable
class Type(private val language: Language, private val fontScale: Float) {
    val screenTitle = style(TypeScale.screenTitle)
    val title = style(TypeScale.title)
    val barTitle = style(TypeScale.barTitle)
    val headline = style(TypeScale.headline)
    val body = style(TypeScale.body)
    val support = style(TypeScale.support)
    val caption = style(TypeScale.caption)
    val label = style(TypeScale.label)
    val number = style(TypeScale.number).copy(fontFeatureSettings = TABULAR)

    /** Codes run from left to right in every language. */
    val code = style(TypeScale.code).copy(fontFeatureSettings = TABULAR, textDirection = TextDirection.Ltr)

    /** Keys and recovery codes, in which 0 and O must not look alike. */
    val key = style(TypeScale.body).copy(fontFamily = FontFamily.Monospace, textDirection = TextDirection.Ltr)

    private fun style(scaled: Scaled): TextStyle {
        val most = if (fontScale > scaled.most) scaled.most / fontScale else 1f
        // Arabic needs room above and below its letters.
        val line = if (language == Language.Arabic) maxOf(scaled.line, scaled.size * 1.6f) else scaled.line
        return TextStyle(
            fontFamily = FontFamily.Default,
            fontWeight = FontWeight(scaled.weight),
            fontSize = (scaled.size * most).sp,
            lineHeight = (line * most).sp,
            lineHeightStyle = LineHeightStyle(LineHeightStyle.Alignment.Center, LineHeightStyle.Trim.None),
        )
    }

    private companion object {
        const val TABULAR = "tnum"
    }
}

/**
 * For a line that somebody else wrote: it runs, and is cut, in its own direction, and stands where this screen's lines
 * begin.
 */
@Composable
internal fun TextStyle.foreign(): TextStyle = copy(
    textDirection = TextDirection.Content,
    textAlign = if (LocalLayoutDirection.current == LayoutDirection.Ltr) TextAlign.Left else TextAlign.Right,
)
