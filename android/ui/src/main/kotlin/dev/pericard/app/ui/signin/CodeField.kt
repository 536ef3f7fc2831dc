package dev.pericard.app.ui.signin

import androidx.compose.foundation.border
import androidx.compose.foundation.background
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.Spacer
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.layout.width
import androidx.compose.foundation.shape.RoundedCornerShape
import androidx.compose.foundation.text.BasicTextField
import androidx.compose.foundation.text.KeyboardActions
import androidx.compose.foundation.text.KeyboardOptions
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.CompositionLocalProvider
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.setValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.autofill.ContentType
import androidx.compose.ui.draw.alpha
import androidx.compose.ui.focus.onFocusChanged
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.SolidColor
import androidx.compose.ui.platform.LocalLayoutDirection
import androidx.compose.ui.semantics.clearAndSetSemantics
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.contentType
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.TextRange
import androidx.compose.ui.text.input.ImeAction
import androidx.compose.ui.text.input.KeyboardType
import androidx.compose.ui.text.input.TextFieldValue
import androidx.compose.ui.unit.LayoutDirection
import androidx.compose.ui.unit.dp
import dev.pericard.app.ui.theme.Pericard
import dev.pericard.app.ui.theme.Radius
import dev.pericard.app.ui.theme.Space
import dev.pericard.app.ui.theme.Stroke

/** The digits of a code, of what was typed, filled in or pasted: spaces and dashes go, a ninth digit never comes in. */
internal fun digitsOf(text: String, digits: Int?): String =
    text.mapNotNull { letter -> letter.digitToIntOrNull()?.toString() }.joinToString("").take(digits ?: MOST)

/** A time-based code has six to eight digits (RFC 6238). */
internal const val LEAST = 6
private const val MOST = 8

/**
 * One field for a code with its places drawn. Codes run from left to right in every language.
 * [onCode] is called with each change of the digits.
 */
@Composable
internal fun CodeField(
    code: String,
    onCode: (String) -> Unit,
    digits: Int?,
    wrong: Boolean,
    modifier: Modifier = Modifier,
    onDone: () -> Unit,
) {
    var focused by remember { mutableStateOf(false) }
    val palette = Pericard.palette
    val label = if (digits == null) Pericard.words.codeA11yUnknown else Pericard.words.codeA11y(digits)
    val line = when {
        wrong -> palette.error
        focused -> palette.primary
        else -> palette.outline
    }
    CompositionLocalProvider(LocalLayoutDirection provides LayoutDirection.Ltr) {
        BasicTextField(
            value = TextFieldValue(code, TextRange(code.length)),
            onValueChange = { value ->
                val typed = digitsOf(value.text, digits)
                if (typed != code) onCode(typed)
            },
            modifier = modifier
                .fillMaxWidth()
                .onFocusChanged { focused = it.isFocused }
                .semantics {
                    contentDescription = label
                    contentType = ContentType.SmsOtpCode
                },
            keyboardOptions = KeyboardOptions(keyboardType = KeyboardType.NumberPassword, imeAction = ImeAction.Done),
            keyboardActions = KeyboardActions(onDone = { onDone() }),
            singleLine = true,
            textStyle = Pericard.type.code.copy(color = Color.Transparent),
            cursorBrush = SolidColor(Color.Transparent),
            decorationBox = { field ->
                Box(
                    Modifier
                        .background(palette.surface, RoundedCornerShape(Radius.card))
                        .border(if (focused || wrong) 2.dp else Stroke.field, line, RoundedCornerShape(Radius.card))
                        .heightIn(min = 72.dp)
                        .padding(horizontal = Space.s),
                    contentAlignment = Alignment.Center,
                ) {
                    Box(Modifier.size(1.dp).alpha(0f)) { field() }
                    Places(code, digits ?: maxOf(LEAST, code.length), focused)
                }
            },
        )
    }
}

@Composable
private fun Places(code: String, places: Int, focused: Boolean) {
    Row(
        Modifier.clearAndSetSemantics {},
        horizontalArrangement = Arrangement.Center,
        verticalAlignment = Alignment.CenterVertically,
    ) {
        repeat(places) { at ->
            if (at == places / 2) {
                Spacer(Modifier.width(Space.m))
            }
            Box(Modifier.width(34.dp), contentAlignment = Alignment.Center) {
                if (at < code.length) {
                    Text(code[at].toString(), style = Pericard.type.code, color = Pericard.palette.text)
                } else if (focused && at == code.length) {
                    Box(Modifier.size(2.dp, 30.dp).background(Pericard.palette.primary))
                } else {
                    Box(Modifier.size(16.dp, 2.5.dp).background(Pericard.palette.outline, RoundedCornerShape(50)))
                }
            }
        }
    }
}
