package dev.pericard.app.ui

import com.ibm.icu.text.PluralRules
import dev.pericard.app.ui.model.Moment
import dev.pericard.app.ui.model.Precision
import dev.pericard.app.ui.samples.sampleFormats
import dev.pericard.app.ui.words.Language
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import java.time.Instant
import java.util.Locale

class WordsTest {
    @Test
    fun `plural forms are those of CLDR`() {
        for (language in Language.entries) {
            val rules = PluralRules.forLocale(Locale.forLanguageTag(language.tag))
            for (n in 0..2000) assertEquals(rules.select(n.toDouble()), language.plural(n).name.lowercase(), "$language $n")
        }
    }

    @Test
    fun `counts are said in the form that the language has`() {
        assertEquals("That code did not work. 1 try left.", Language.English.words.codeWrong(1))
        assertEquals("That code did not work. 2 tries left.", Language.English.words.codeWrong(2))
        assertEquals("Ce code n’a pas marché. Encore 1 essai.", Language.French.words.codeWrong(1))
        assertEquals("لم ينجح هذا الرمز. بقيت محاولتان.", Language.Arabic.words.codeWrong(2))
        assertEquals("لم ينجح هذا الرمز. بقيت 3 محاولات.", Language.Arabic.words.codeWrong(3))
    }

    @Test
    fun `names from outside keep their direction in Arabic`() {
        val text = Language.Arabic.words.sealedTitle("Linden Clinic")
        assertTrue("\u2068Linden Clinic\u2069" in text, text)
    }

    @Test
    fun `a language is chosen by the person's list`() {
        assertEquals(Language.French, Language.of(listOf("de-DE", "fr-CA", "en")))
        assertEquals(Language.English, Language.of(listOf("de")))
    }

    @Test
    fun `dates say no more than is known, and only instants move with the zone`() {
        val formats = sampleFormats(Language.English)
        val day = Instant.parse("2026-10-20T00:00:00Z")
        assertEquals("20 Oct", formats.listed(Moment(day, Precision.Day)))
        assertEquals("Oct 2026", formats.listed(Moment(day, Precision.Month)))
        assertEquals("2026", formats.listed(Moment(day, Precision.Year)))
        assertEquals("", formats.timeOf(Moment(day, Precision.Day)))
        val summer = Instant.parse("2026-07-01T23:30:00Z")
        assertEquals("2 Jul", formats.listed(Moment(summer)))
        assertEquals("1 Jul", formats.listed(Moment(summer, Precision.LocalTime)))
        assertEquals("yesterday at 18:40", formats.sentence(Instant.parse("2026-11-04T18:40:00Z")))
    }

    @Test
    fun `sizes are short`() {
        val formats = sampleFormats(Language.English)
        assertEquals(listOf("240 KB", "4.2 MB", "20 MB", "12 bytes"), listOf(240_000L, 4_200_000, 20_000_000, 12).map(formats::size))
    }
}
