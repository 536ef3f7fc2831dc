package dev.pericard

import java.time.Instant
import java.time.ZoneId
import java.time.format.FormatStyle
import java.util.Locale
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

class DatesTest {
    private val midnight = Instant.parse("2026-09-01T00:00:00Z")
    private val newYork = ZoneId.of("America/New_York")
    private val auckland = ZoneId.of("Pacific/Auckland")

    private fun told(precision: DatePrecision, zone: ZoneId, locale: Locale = Locale.UK): String =
        precision.format(midnight, FormatStyle.LONG, locale, zone)

    @Test
    fun `what has no zone is the same everywhere`() {
        for (zone in listOf(newYork, auckland)) {
            assertEquals("2026", told(DatePrecision.YEAR, zone))
            assertEquals("September 2026", told(DatePrecision.MONTH, zone))
            assertEquals("1 September 2026", told(DatePrecision.DAY, zone))
            val time = told(DatePrecision.LOCAL_TIME, zone)
            assertTrue(time.startsWith("1 September 2026") && time.endsWith("00:00"), time)
        }
    }

    @Test
    fun `a moment is told in the person's zone`() {
        val there = told(DatePrecision.INSTANT, newYork)
        assertTrue(there.startsWith("31 August 2026") && there.endsWith("20:00"), there)
        val here = told(DatePrecision.INSTANT, auckland)
        assertTrue(here.startsWith("1 September 2026") && here.endsWith("12:00"), here)
    }

    @Test
    fun `each locale has its own order and words`() {
        assertEquals("1. September 2026", told(DatePrecision.DAY, newYork, Locale.GERMANY))
        assertEquals("September 1, 2026", told(DatePrecision.DAY, newYork, Locale.US))
        assertTrue(told(DatePrecision.MONTH, newYork, Locale.JAPAN).startsWith("2026 "))
    }

    @Test
    fun `a message and a thread tell their own dates`() {
        val message = Message(
            id = MessageId("m"), thread = ThreadId("t"), from = "Clinic", outgoing = false, text = "Hello", files = emptyList(), at = midnight,
            precision = DatePrecision.DAY, state = MessageState.Received, unread = false, edited = false, category = "",
            urgent = false,
        )
        assertEquals("1 September 2026", message.formatDate(FormatStyle.LONG, Locale.UK, newYork))
        val thread = MessageThread(
            id = ThreadId("t"), subject = "", participants = emptyList(), lastFrom = "", lastOutgoing = false, lastText = "",
            lastAt = midnight, lastPrecision = DatePrecision.MONTH, unread = 0, messages = 1,
            archived = false,
        )
        assertEquals("September 2026", thread.formatLastDate(FormatStyle.LONG, Locale.UK, newYork))
    }

    @Test
    fun `a report, its results, a trend's points and a document tell their own dates`() {
        val report = LabReport(LabReportId("r"), "Blood count", "", LabStatus.FINAL, midnight, DatePrecision.DAY, unread = false, conclusion = "", narrative = "")
        assertEquals("1 September 2026", report.formatDate(FormatStyle.LONG, Locale.UK, newYork))
        val measured = LabMeasurement("Haemoglobin", null, LabValue.Nothing, "", emptyList(), emptyList())
        val result = LabResult(LabResultId("o"), measured, emptyList(), LabStatus.FINAL, midnight, DatePrecision.MONTH, emptyList())
        assertEquals("September 2026", result.formatDate(FormatStyle.LONG, Locale.UK, newYork))
        val point = LabPoint(result.id, midnight, DatePrecision.YEAR, 13.1, LabComparator.EQUAL, false, LabStatus.FINAL, null, null)
        assertEquals("2026", point.formatDate(FormatStyle.LONG, Locale.UK, newYork))
        val document = Document(
            DocumentId("d"), "Letter", DocumentKind.OTHER, typeName = "", category = "", at = midnight, precision = DatePrecision.DAY, author = "",
            custodian = "", restricted = false, preliminary = false, superseded = false, replacedBy = null, keptOffline = false, files = emptyList(),
        )
        assertEquals("1 September 2026", document.formatDate(FormatStyle.LONG, Locale.UK, newYork))
    }
}
