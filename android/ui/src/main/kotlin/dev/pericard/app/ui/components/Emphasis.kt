package dev.pericard.app.ui.components

import androidx.compose.ui.text.AnnotatedString
import androidx.compose.ui.text.SpanStyle
import androidx.compose.ui.text.buildAnnotatedString
import androidx.compose.ui.text.font.FontWeight
import androidx.compose.ui.text.withStyle

private val sentenceEnd = Regex("[.?؟]\\s")

/** The first sentence says what it is about and stands out. */
fun firstSentenceBold(text: String): AnnotatedString {
    val end = sentenceEnd.find(text)?.range?.first?.plus(1) ?: 0
    return buildAnnotatedString {
        withStyle(SpanStyle(fontWeight = FontWeight.Bold)) { append(text.take(end)) }
        append(text.drop(end))
    }
}
