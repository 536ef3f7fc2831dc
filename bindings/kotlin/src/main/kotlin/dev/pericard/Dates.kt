package dev.pericard

import java.time.Instant
import java.time.ZoneId
import java.time.ZoneOffset
import java.time.chrono.IsoChronology
import java.time.format.DateTimeFormatter
import java.time.format.DateTimeFormatterBuilder
import java.time.format.FormatStyle
import java.util.Locale

/**
 * [at] as the person reads it, with the parts that are known and no others.
 *
 * Only a moment is told in [zone]. A year, a month or a day is the same everywhere, and a time whose zone is not known
 * stays as the clinic wrote it. [style] is how long a day is written.
 */
public fun DatePrecision.format(
    at: Instant,
    style: FormatStyle = FormatStyle.MEDIUM,
    locale: Locale = Locale.getDefault(Locale.Category.FORMAT),
    zone: ZoneId = ZoneId.systemDefault(),
): String {
    val formatter = when (this) {
        DatePrecision.YEAR -> DateTimeFormatter.ofPattern("uuuu")
        DatePrecision.MONTH -> DateTimeFormatter.ofPattern(if (yearComesFirst(locale)) "uuuu LLLL" else "LLLL uuuu")
        DatePrecision.DAY -> DateTimeFormatter.ofLocalizedDate(style)
        DatePrecision.LOCAL_TIME, DatePrecision.INSTANT -> DateTimeFormatter.ofLocalizedDateTime(style, FormatStyle.SHORT)
    }
    val where = if (this == DatePrecision.INSTANT) zone else ZoneOffset.UTC
    return formatter.withLocale(locale).format(at.atZone(where))
}

/** When this message was sent; see [DatePrecision.format]. */
public fun Message.formatDate(
    style: FormatStyle = FormatStyle.MEDIUM,
    locale: Locale = Locale.getDefault(Locale.Category.FORMAT),
    zone: ZoneId = ZoneId.systemDefault(),
): String = precision.format(at, style, locale, zone)

/** When the last message of this thread was sent; see [DatePrecision.format]. */
public fun MessageThread.formatLastDate(
    style: FormatStyle = FormatStyle.MEDIUM,
    locale: Locale = Locale.getDefault(Locale.Category.FORMAT),
    zone: ZoneId = ZoneId.systemDefault(),
): String = lastPrecision.format(lastAt, style, locale, zone)

/** When this report was true of the person; see [DatePrecision.format]. */
public fun LabReport.formatDate(
    style: FormatStyle = FormatStyle.MEDIUM,
    locale: Locale = Locale.getDefault(Locale.Category.FORMAT),
    zone: ZoneId = ZoneId.systemDefault(),
): String = precision.format(at, style, locale, zone)

/** When this result was true of the person; see [DatePrecision.format]. */
public fun LabResult.formatDate(
    style: FormatStyle = FormatStyle.MEDIUM,
    locale: Locale = Locale.getDefault(Locale.Category.FORMAT),
    zone: ZoneId = ZoneId.systemDefault(),
): String = precision.format(at, style, locale, zone)

/** When this point of a trend was true of the person; see [DatePrecision.format]. */
public fun LabPoint.formatDate(
    style: FormatStyle = FormatStyle.MEDIUM,
    locale: Locale = Locale.getDefault(Locale.Category.FORMAT),
    zone: ZoneId = ZoneId.systemDefault(),
): String = precision.format(at, style, locale, zone)

/** Of when this document is; see [DatePrecision.format]. */
public fun Document.formatDate(
    style: FormatStyle = FormatStyle.MEDIUM,
    locale: Locale = Locale.getDefault(Locale.Category.FORMAT),
    zone: ZoneId = ZoneId.systemDefault(),
): String = precision.format(at, style, locale, zone)

private fun yearComesFirst(locale: Locale): Boolean =
    DateTimeFormatterBuilder.getLocalizedDateTimePattern(FormatStyle.LONG, null, IsoChronology.INSTANCE, locale)
        .startsWith("y")
