package dev.pericard.app.ui.words

import java.text.NumberFormat
import java.util.Locale

/** A language that the app speaks. */
enum class Language(val tag: String, val locale: Locale, val rightToLeft: Boolean) {
    English("en", Locale.forLanguageTag("en-GB"), false),
    French("fr", Locale.forLanguageTag("fr"), false),

    /** With the digits 0–9: clocks, codes and phone numbers at a clinic are written with them. */
    Arabic("ar", Locale.forLanguageTag("ar-u-nu-latn"), true),
    ;

    val words: Words
        get() = when (this) {
            English -> dev.pericard.app.ui.words.English
            French -> dev.pericard.app.ui.words.French
            Arabic -> dev.pericard.app.ui.words.Arabic
        }

    /** The plural form of a count. */
    fun plural(n: Int): Plural = when (this) {
        English -> if (n == 1) Plural.One else Plural.Other
        French -> if (n == 0 || n == 1) Plural.One else Plural.Other
        Arabic -> arabic(n)
    }

    fun number(n: Int): String = NumberFormat.getIntegerInstance(locale).format(n)

    /**
     * Text from outside, such as a clinic's name, keeps its own direction and does not turn what stands around it
     * (Unicode UAX 9, first strong isolate).
     */
    fun isolate(text: String): String = if (rightToLeft && text.isNotEmpty()) "\u2068$text\u2069" else text

    companion object {
        /** The language for a person's list of languages, English where none is spoken here. */
        fun of(tags: List<String>): Language =
            tags.firstNotNullOfOrNull { tag -> entries.find { it.tag == tag.substringBefore('-') } } ?: English
    }
}

/** CLDR's plural forms. */
enum class Plural { Zero, One, Two, Few, Many, Other }

private fun arabic(n: Int): Plural = when {
    n == 0 -> Plural.Zero
    n == 1 -> Plural.One
    n == 2 -> Plural.Two
    n % 100 in 3..10 -> Plural.Few
    n % 100 in 11..99 -> Plural.Many
    else -> Plural.Other
}
