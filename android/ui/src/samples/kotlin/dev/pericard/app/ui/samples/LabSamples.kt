package dev.pericard.app.ui.samples

import dev.pericard.app.ui.app.AppState
import dev.pericard.app.ui.app.Screen
import dev.pericard.app.ui.labs.Bound
import dev.pericard.app.ui.labs.Development
import dev.pericard.app.ui.labs.GivenRange
import dev.pericard.app.ui.labs.LabMark
import dev.pericard.app.ui.labs.LabStanding
import dev.pericard.app.ui.labs.LabsState
import dev.pericard.app.ui.labs.Measured
import dev.pericard.app.ui.labs.MeasuredValue
import dev.pericard.app.ui.labs.Plot
import dev.pericard.app.ui.labs.PlotPoint
import dev.pericard.app.ui.labs.Reading
import dev.pericard.app.ui.labs.ReportContent
import dev.pericard.app.ui.labs.ReportRow
import dev.pericard.app.ui.labs.ReportState
import dev.pericard.app.ui.labs.ResultContent
import dev.pericard.app.ui.labs.ResultRow
import dev.pericard.app.ui.labs.ResultState
import dev.pericard.app.ui.labs.Says
import dev.pericard.app.ui.labs.figure
import dev.pericard.app.ui.model.Owner
import dev.pericard.app.ui.records.RecordsBanner
import dev.pericard.app.ui.records.Shown
import dev.pericard.app.ui.records.ShutReason
import java.time.Instant

private fun People.reports(): List<ReportRow> = listOf(
    ReportRow("1", say("Blood count and metabolism", "تعداد الدم والأيض"), northlight.name, day("2026-11-02"), isNew = true),
    ReportRow("2", say("Thyroid", "الغدة الدرقية"), northlight.name, day("2026-11-01"), LabStanding.Preliminary, isNew = true),
    ReportRow("3", say("Kidney function", "وظائف الكلى"), northlight.name, day("2026-08-14"), LabStanding.Corrected),
    ReportRow("4", say("Urine culture", "زرع البول"), northlight.name, day("2026-08-03")),
    ReportRow("5", "", "", day("2026-05-11")),
)

private fun People.labs(change: LabsState.() -> LabsState = { this }): AppState =
    shows(records(), Screen.Labs(LabsState(owner, Shown.Content(reports())).change()))

private fun reading(value: Double, low: String?, high: String?, place: Reading.Place?) =
    Reading(value, low?.let { Bound(it.toDouble(), it) }, high?.let { Bound(it.toDouble(), it) }, place)

private fun amount(name: String, text: String, unit: String, reading: Reading?, says: List<Says> = emptyList()) =
    Measured(name, MeasuredValue.Amount(text, unit), reading, says = says)

private fun People.results(): List<ResultRow> = listOf(
    ResultRow("1", amount(say("Kidney function eGFR", "وظيفة الكلى eGFR"), "78", "mL/min", reading(78.0, "60", "120", Reading.Place.Inside))),
    ResultRow("2", amount(say("Potassium", "البوتاسيوم"), "4.4", "mmol/L", reading(4.4, "3.5", "5.3", Reading.Place.Inside))),
    ResultRow("3", amount(say("LDL cholesterol", "كوليسترول LDL"), "3.2", "mmol/L", reading(3.2, null, "3.0", Reading.Place.LittleAbove))),
    ResultRow("4", amount(say("Haemoglobin", "الهيموغلوبين"), "131", "g/L", reading(131.0, "115", "165", Reading.Place.Inside)), LabStanding.Corrected),
)

/** What is not an amount with one range. */
private fun People.oddResults(): List<ResultRow> = listOf(
    ResultRow("1", Measured(say("Culture", "الزرع"), MeasuredValue.InWords(say("No growth after 24 hours", "لا نمو بعد 24 ساعة")))),
    ResultRow("2", Measured(say("Virus antibodies", "أجسام مضادة"), MeasuredValue.InWords("1 : 64"), says = listOf(Says(LabMark.Positive)))),
    ResultRow("3", amount(say("Ferritin", "الفيريتين"), "410", "µg/L", reading(410.0, "15", "150", Reading.Place.Far))),
    ResultRow("4", amount("TSH", "< 0.01", "mIU/L", reading(0.01, "0.40", "4.00", Reading.Place.Far), listOf(Says(LabMark.VeryLow)))),
    ResultRow(
        "5",
        Measured(
            say("Oestradiol", "إستراديول"),
            MeasuredValue.Amount("210", "pmol/L"),
            ranges = listOf(
                GivenRange("45", "854", whom = say("first half of the cycle", "النصف الأول من الدورة")),
                GivenRange(high = "183", whom = say("after the menopause", "بعد انقطاع الطمث")),
            ),
            says = listOf(Says(LabMark.Usual)),
        ),
    ),
    ResultRow("6", Measured(say("Bilirubin", "البيليروبين"), MeasuredValue.Absent(say("The sample was too small", "كانت العينة صغيرة جدًا")))),
)

private fun People.report(content: ReportContent = ReportContent(conclusion(), "", results()), change: ReportState.() -> ReportState = { this }): AppState {
    val state = ReportState("1", owner, say("Blood count and metabolism", "تعداد الدم والأيض"), northlight.name, day("2026-11-02"), shown = Shown.Content(content))
    return shows(records(), Screen.LabReport(state.change()))
}

private fun People.conclusion() = say("All in all good. Please repeat the cholesterol in spring.", "النتائج جيدة إجمالًا. يُرجى إعادة الكوليسترول في الربيع.")

private fun People.point(day: String, value: Double, low: Double? = null, high: Double? = 3.0) = PlotPoint(
    day,
    day(day),
    value,
    figure(value),
    low,
    high,
    isInside = if (low == null && high == null) null else (low == null || value >= low) && (high == null || value <= high),
)

private fun People.cholesterol(): List<PlotPoint> = listOf(
    point("2024-11-12", 4.1),
    point("2025-03-20", 3.9),
    point("2025-07-02", 3.4),
    point("2025-11-18", 2.9),
    point("2026-03-09", 2.8),
    point("2026-07-21", 3.0),
    point("2026-11-02", 3.2).copy(isThis = true),
)

private fun People.result(
    content: ResultContent = ResultContent(
        amount(say("LDL cholesterol", "كوليسترول LDL"), "3.2", "mmol/L", reading(3.2, null, "3.0", Reading.Place.LittleAbove)),
        comments = listOf(say("Nothing to worry about. We look at it again in spring.", "لا داعي للقلق. ننظر فيه مجددًا في الربيع.")),
        development = Development(Development.Direction.Higher, "3 mmol/L", day("2026-07-21")),
        plots = listOf(Plot("mmol/L", cholesterol())),
    ),
    change: ResultState.() -> ResultState = { this },
): AppState = shows(records(), Screen.LabResult(ResultState("1", owner, content.measured.name, day("2026-11-02"), shown = Shown.Content(content)).change()))

/** A range at both sides, a gap of three years, and values in a unit that does not compare. */
private fun People.twoUnits(): ResultContent {
    val newer = listOf(point("2022-02-01", 44.0, 20.0, 41.0), point("2022-08-01", 40.0, 20.0, 41.0), point("2025-10-01", 39.0, 20.0, 41.0), point("2026-11-02", 48.0, 20.0, 41.0).copy(isThis = true))
    val older = listOf(point("2019-05-01", 6.2, null, null), point("2020-06-01", 6.0, null, null).copy(standing = LabStanding.Corrected))
    return ResultContent(
        amount(say("Long-term blood sugar HbA1c", "السكر التراكمي HbA1c"), "48", "mmol/mol", reading(48.0, "20", "41", Reading.Place.LittleAbove)),
        development = Development(Development.Direction.Higher, "39 mmol/mol", day("2025-10-01")),
        plots = listOf(Plot("mmol/mol", newer), Plot("%", older)),
    )
}

internal val labSamples: List<Sample> = listOf(
    Sample("44-labs", "reports") { labs() },
    Sample("44-labs", "child") { labs { copy(owner = Owner(leo, linden)) } },
    Sample("44-labs", "offline") { labs { copy(banner = RecordsBanner.Offline(Instant.parse("2026-11-05T07:40:00Z"))) } },
    Sample("44-labs", "empty") { labs { copy(shown = Shown.Content(emptyList())) } },
    Sample("44-labs", "closed") { labs { copy(shown = Shown.Shut(ShutReason.Off())) } },
    Sample("44b-lab-report", "results") { report() },
    Sample("44b-lab-report", "odd") { report(ReportContent("", "", oddResults(), missing = 2)) { copy(standing = LabStanding.Preliminary) } },
    Sample("44b-lab-report", "words") {
        report(ReportContent("", say("Escherichia coli, 10^5 CFU/mL. Susceptible to nitrofurantoin.", "إشريكية قولونية. حساسة للنتروفورانتوين."), emptyList())) {
            copy(name = say("Urine culture", "زرع البول"))
        }
    },
    Sample("45-lab-trend", "chart") { result() },
    Sample("45-lab-trend", "list") { result { copy(asList = true) } },
    Sample("45-lab-trend", "twoUnits") { result(twoUnits()) },
    Sample("45-lab-trend", "single") {
        result(ResultContent(Measured(say("Culture", "الزرع"), MeasuredValue.InWords(say("No growth after 24 hours", "لا نمو بعد 24 ساعة"))))) {
            copy(standing = LabStanding.Preliminary, canAsk = false)
        }
    },
    Sample("45-lab-trend", "stepUp") { result { copy(shown = Shown.Shut(ShutReason.StepUp())) } },
)
