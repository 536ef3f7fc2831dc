package dev.pericard.app.models

import dev.pericard.LabComparator
import dev.pericard.LabFlag
import dev.pericard.LabInterpretation
import dev.pericard.LabMeasurement
import dev.pericard.LabQuantity
import dev.pericard.LabRange
import dev.pericard.LabValue
import dev.pericard.app.ui.app.Screen
import dev.pericard.app.ui.app.Tab
import dev.pericard.app.ui.labs.Development
import dev.pericard.app.ui.labs.LabStanding
import dev.pericard.app.ui.labs.MeasuredValue
import dev.pericard.app.ui.labs.Reading
import dev.pericard.app.ui.labs.ReportState
import dev.pericard.app.ui.labs.ResultState
import dev.pericard.app.ui.records.RecordKind
import dev.pericard.app.ui.records.Shown
import dev.pericard.testing.FakeAccount
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

/** Lab results, with an account in memory. */
class LabsTest {
    private fun signedIn(test: suspend Running.(FakeAccount) -> Unit) = FakeAccount().let { fake ->
        running(FakeCore(fake, signedIn = true)) {
            content()
            does.select(Tab.Records)
            does.records.open(RecordKind.Labs)
            test(fake)
        }
    }

    private suspend fun Running.report(name: String): ReportState {
        does.labs.open(labs().content().first { it.name == name }.id)
        return shows("the report") { all -> (all.top as? Screen.LabReport)?.state?.takeIf { it.shown is Shown.Content } }
    }

    private suspend fun Running.result(report: String, at: Int = 0): ResultState {
        does.labReport.open((report(report).shown as Shown.Content).content.results[at].id)
        return shows("the result") { all -> (all.top as? Screen.LabResult)?.state?.takeIf { it.shown is Shown.Content } }
    }

    @Test
    fun `a report has the laboratory's words and its results with where they lie`() = signedIn {
        val report = report("Blood count")
        val content = (report.shown as Shown.Content).content
        assertEquals("The leukocytes are slightly raised.", content.conclusion)
        assertEquals(
            listOf(Reading.Place.Inside, Reading.Place.LittleAbove, Reading.Place.Inside),
            content.results.map { it.measured.reading?.place },
        )
        assertEquals(listOf("13.1", "12.4", "245"), content.results.map { (it.measured.value as MeasuredValue.Amount).text })
    }

    @Test
    fun `what is preliminary or corrected is called so`() = signedIn {
        val rows = labs().content()
        assertEquals(LabStanding.Preliminary, rows.first { it.name == "Urine culture" }.standing)
        assertEquals(LabStanding.Corrected, rows.first { it.name == "Thyroid" }.standing)
        assertEquals(MeasuredValue.InWords("No growth after 24 hours"), (result("Urine culture").shown as Shown.Content).content.measured.value)
    }

    @Test
    fun `a result says how it developed, and has the same as a list`() = signedIn {
        val result = result("Kidney function")
        val content = (result.shown as Shown.Content).content
        assertEquals(Development.Direction.Higher to "0.94 mg/dL", content.development?.run { to to before })
        val points = content.plots.single().points
        assertEquals(listOf(0.82, 0.85, 0.88, 0.94, 1.02), points.map { it.value })
        assertEquals(listOf(true, true, true, false, false), points.map { it.isInside })
        assertTrue(points.last().isThis)
        does.labResult.asList(true)
        shows<ResultState>("the list") { all -> (all.top as? Screen.LabResult)?.state?.takeIf { it.asList } }.let {}
    }

    @Test
    fun `one asks about it in a message that names it`() = signedIn {
        result("Kidney function")
        does.labResult.ask()
        val state = shows("a message") { all -> (all.top as? Screen.Compose)?.state }
        assertEquals("My result: Creatinine", state.subject)
        does.back()
        shows("the result again") { it.top as? Screen.LabResult }.let {}
    }

    private fun quantity(value: String, unit: String = "mmol/L", comparator: LabComparator = LabComparator.EQUAL) =
        LabQuantity(comparator, value, value.toDouble(), unit, unit)

    private fun range(low: String?, high: String?, unit: String = "mmol/L") = LabRange(low?.let { quantity(it, unit) }, high?.let { quantity(it, unit) }, "", "")

    private fun place(value: LabQuantity, vararg ranges: LabRange, flag: LabFlag? = null): Reading.Place? =
        reading(LabMeasurement("", null, LabValue.Quantity(value), "", listOfNotNull(flag?.let { LabInterpretation(it, "") }), ranges.toList()))?.place

    @Test
    fun `a value is read by the one range that was given for it`() {
        val usual = range("3.5", "5.5")
        assertEquals(Reading.Place.Inside, place(quantity("3.5"), usual))
        assertEquals(Reading.Place.LittleAbove, place(quantity("6.0"), usual))
        assertEquals(Reading.Place.LittleBelow, place(quantity("3.0"), usual))
        assertEquals(Reading.Place.Far, place(quantity("9.0"), usual))
        assertEquals(Reading.Place.Far, place(quantity("6.0"), usual, flag = LabFlag.CRITICALLY_HIGH))
        assertEquals(Reading.Place.Inside, place(quantity("2.9"), range(null, "3.0")))
        assertEquals(Reading.Place.Far, place(quantity("3.7"), range(null, "3.0")))
    }

    @Test
    fun `nobody guesses which range is the person's, or what a sign leaves open`() {
        assertNull(place(quantity("4.0"), range("3.5", "5.5"), range("3.0", "5.0")))
        assertNull(place(quantity("4.0"), range("63", "99", "mg/dL")))
        assertNull(place(quantity("4.0"), range("5.5", "3.5")))
        assertNull(place(quantity("4.0")))
        assertNull(place(quantity("5.0", comparator = LabComparator.LESS), range("3.5", "5.5")))
        assertEquals(Reading.Place.Far, place(quantity("0.01", comparator = LabComparator.LESS), range("0.4", "4")))
        assertEquals(Reading.Place.Inside, place(quantity("0.1", comparator = LabComparator.LESS), range(null, "0.5")))
    }
}
