package dev.pericard.app.ui.words

import dev.pericard.app.ui.model.Moment
import dev.pericard.app.ui.model.Precision
import java.time.Instant
import java.time.LocalDate
import java.time.ZoneId
import java.time.ZoneOffset
import java.time.ZonedDateTime
import java.time.format.DateTimeFormatter
import java.time.temporal.ChronoUnit
import java.util.Locale

/** How dates, times and sizes are written for a person: their language, zone and clock, and what time it is. */
class Formats(
    val language: Language,
    val zone: ZoneId,
    val now: Instant,
    private val hours24: Boolean = true,
) {
    private val words = language.words
    private val today: LocalDate = now.atZone(zone).toLocalDate()

    private fun pattern(pattern: String): DateTimeFormatter = DateTimeFormatter.ofPattern(pattern, language.locale)

    /** 8:12 */
    fun time(at: Instant): String = at.atZone(zone).format(pattern(if (hours24) "H:mm" else "h:mm a"))

    /** As in a list: 8:12, Yesterday, Tue, 30 Oct, 30 Oct 2024, with no more than is known. */
    fun listed(moment: Moment): String {
        val at = moment.local()
        return when (moment.precision) {
            Precision.Year -> at.format(pattern("yyyy"))
            Precision.Month -> at.format(pattern("MMM yyyy"))
            Precision.Day -> listedDay(at.toLocalDate())
            Precision.LocalTime, Precision.Instant ->
                if (at.toLocalDate() == today) clock(at) else listedDay(at.toLocalDate())
        }
    }

    private fun listedDay(day: LocalDate): String {
        val ago = ChronoUnit.DAYS.between(day, today)
        return when {
            ago == 0L -> words.dateToday
            ago == 1L -> words.dateYesterday
            ago in 2..6 -> day.format(pattern("EEE"))
            day.year == today.year -> day.format(pattern("d MMM"))
            else -> day.format(pattern("d MMM yyyy"))
        }
    }

    /** The head of a day in a thread: Today, Tuesday 3 November; a month or a year where no more is known. */
    fun day(moment: Moment): String {
        val day = moment.local().toLocalDate()
        return when {
            moment.precision == Precision.Year -> day.format(pattern("yyyy"))
            moment.precision == Precision.Month -> day.format(pattern("MMMM yyyy"))
            day == today -> words.dateToday
            day == today.minusDays(1) -> words.dateYesterday
            day.year == today.year -> day.format(pattern("EEEE d MMMM"))
            else -> day.format(pattern("EEEE d MMMM yyyy"))
        }
    }

    /** 3 November 2026, with no more than is known. */
    fun date(moment: Moment): String = moment.local().format(
        pattern(
            when (moment.precision) {
                Precision.Year -> "yyyy"
                Precision.Month -> "MMMM yyyy"
                Precision.Day, Precision.LocalTime, Precision.Instant -> "d MMMM yyyy"
            },
        ),
    )

    /** The head of a month in a list: November 2026; a year where no more is known. */
    fun month(moment: Moment): String = moment.local().format(pattern(if (moment.precision == Precision.Year) "yyyy" else "MMMM yyyy"))

    /** Under the head of its month: 3 Nov; nothing where no day is known. */
    fun inMonth(moment: Moment): String? = when (moment.precision) {
        Precision.Year, Precision.Month -> null
        Precision.Day, Precision.LocalTime, Precision.Instant -> moment.local().format(pattern("d MMM"))
    }

    /** Under an axis: Nov 26. */
    fun axis(moment: Moment): String = moment.local().format(pattern(if (moment.precision == Precision.Year) "yyyy" else "MMM yy"))

    /** The time of a message under its day; empty where only a day is known. */
    fun timeOf(moment: Moment): String = when (moment.precision) {
        Precision.LocalTime, Precision.Instant -> clock(moment.local())
        else -> ""
    }

    /** In a sentence: today at 7:40, yesterday at 18:40, on 3 November at 8:22. */
    fun sentence(at: Instant): String {
        val day = at.atZone(zone).toLocalDate()
        val time = time(at)
        return when (day) {
            today -> words.dateTodayAt(time)
            today.minusDays(1) -> words.dateYesterdayAt(time)
            else -> words.dateOnAt(day.format(pattern(if (day.year == today.year) "d MMMM" else "d MMMM yyyy")), time)
        }
    }

    /** Whether it is of today, so that its time alone says enough. */
    fun isToday(at: Instant): Boolean = at.atZone(zone).toLocalDate() == today

    /** Tuesday 3 November 2026, 8:24 */
    fun full(at: Instant): String = at.atZone(zone).format(pattern("EEEE d MMMM yyyy, H:mm"))

    /** Whole minutes until then, at least one. */
    fun minutesUntil(at: Instant): Int =
        ((ChronoUnit.SECONDS.between(now, at) + 59) / 60).coerceIn(1, Int.MAX_VALUE.toLong()).toInt()

    /** 240 KB, 3.1 MB */
    fun size(bytes: Long): String = when {
        bytes < 1000 -> words.fileBytes(bytes.toInt())
        bytes < 1_000_000 -> words.fileKb((bytes / 1000).toString())
        else -> words.fileMb(megabytes(bytes))
    }

    /** The number of megabytes, without the unit. */
    fun megabytes(bytes: Long): String {
        val tenths = Math.round(bytes / 100_000.0)
        return if (tenths % 10 == 0L) "${tenths / 10}" else String.format(numbers, "%.1f", tenths / 10.0)
    }

    private val numbers: Locale = language.locale

    private fun clock(at: ZonedDateTime): String = at.format(pattern(if (hours24) "H:mm" else "h:mm a"))

    /** A date whose zone is not known is the same everywhere; only an instant moves with the person. */
    private fun Moment.local(): ZonedDateTime =
        at.atZone(if (precision == Precision.Instant) zone else ZoneOffset.UTC)
}
