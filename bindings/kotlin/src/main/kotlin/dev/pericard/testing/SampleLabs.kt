package dev.pericard.testing

import dev.pericard.DatePrecision
import dev.pericard.LabCode
import dev.pericard.LabComparator
import dev.pericard.LabFlag
import dev.pericard.LabInterpretation
import dev.pericard.LabMeasurement
import dev.pericard.LabQuantity
import dev.pericard.LabRange
import dev.pericard.LabReport
import dev.pericard.LabReportId
import dev.pericard.LabReportResults
import dev.pericard.LabResult
import dev.pericard.LabResultId
import dev.pericard.LabStatus
import dev.pericard.LabValue
import java.time.Duration
import java.time.Instant

/**
 * Lab results as a patient has them: a blood count with a value that is too high, creatinine over two years, a culture that
 * is preliminary, and a thyroid value that was corrected. [now] is when they are looked at.
 */
public fun sampleLabs(now: Instant = Instant.now()): FakeLabs {
    fun ago(days: Long) = now - Duration.ofDays(days)
    val blood = listOf(
        number("718-7", "Haemoglobin", "13.1", "g/dL", "g/dL", "12.0" to "16.0", LabFlag.NORMAL),
        number("6690-2", "Leukocytes", "12.4", "10³/µL", "10*3/uL", "4.0" to "10.0", LabFlag.HIGH),
        number("777-3", "Platelets", "245", "10³/µL", "10*3/uL", "150" to "400", LabFlag.NORMAL),
    )
    val creatinine = listOf(730L to "0.82", 540L to "0.85", 360L to "0.88", 180L to "0.94", 20L to "1.02").map { (days, value) ->
        val flag = if (value.toDouble() > 0.9) LabFlag.HIGH else LabFlag.NORMAL
        report("creatinine-$days", "Kidney function", ago(days), listOf(number("2160-0", "Creatinine", value, "mg/dL", "mg/dL", "0.50" to "0.90", flag)))
    }
    val growth = LabMeasurement("Urine culture", LabCode("http://loinc.org", "630-4"), LabValue.Text("No growth after 24 hours"), "", emptyList(), emptyList())
    val thyroid = number("3016-3", "TSH", "2.40", "mIU/L", "m[IU]/L", "0.40" to "4.00", LabFlag.NORMAL)
    return FakeLabs(
        creatinine + listOf(
            report("blood", "Blood count", ago(1), blood, unread = true, conclusion = "The leukocytes are slightly raised."),
            report("culture", "Urine culture", ago(2), listOf(growth), LabStatus.PRELIMINARY, unread = true),
            report("thyroid", "Thyroid", ago(40), listOf(thyroid), LabStatus.CORRECTED, comments = listOf("Corrected: the first value was of another sample.")),
        ),
    )
}

private fun report(
    id: String,
    name: String,
    at: Instant,
    measured: List<LabMeasurement>,
    status: LabStatus = LabStatus.FINAL,
    unread: Boolean = false,
    conclusion: String = "",
    comments: List<String> = emptyList(),
) = LabReportResults(
    LabReport(LabReportId("fake-report-$id"), name, "Linden Clinic, laboratory", status, at, DatePrecision.INSTANT, unread, conclusion, narrative = ""),
    measured.mapIndexed { index, one ->
        LabResult(LabResultId("fake-result-$id-$index"), one, emptyList(), status, at, DatePrecision.INSTANT, comments)
    },
    missing = 0,
)

private fun number(loinc: String, name: String, value: String, unit: String, ucum: String, usual: Pair<String, String>, flag: LabFlag): LabMeasurement {
    fun amount(of: String) = LabQuantity(LabComparator.EQUAL, of, of.toDouble(), unit, ucum)
    return LabMeasurement(
        name,
        LabCode("http://loinc.org", loinc),
        LabValue.Quantity(amount(value)),
        absent = "",
        listOf(LabInterpretation(flag, "")),
        listOf(LabRange(amount(usual.first), amount(usual.second), "", "")),
    )
}
