package dev.pericard.app.ui.labs

import androidx.compose.runtime.Immutable
import dev.pericard.app.ui.model.Moment
import dev.pericard.app.ui.model.Owner
import dev.pericard.app.ui.model.Unprinted
import dev.pericard.app.ui.records.RecordsBanner
import dev.pericard.app.ui.records.Shown

/** The reports of laboratories about one person, newest first. */
@Immutable
data class LabsState(
    val owner: Owner,
    val shown: Shown<List<ReportRow>> = Shown.Reading,
    val banner: RecordsBanner? = null,
    val refreshing: Boolean = false,
) : Unprinted()

@Immutable
data class ReportRow(
    val id: String,
    /** What was ordered; empty for results that came without a report. */
    val name: String,
    /** May be empty. */
    val laboratory: String,
    val at: Moment,
    val standing: LabStanding = LabStanding.Final,
    val isNew: Boolean = false,
) : Unprinted()

/** How far the laboratory is. */
enum class LabStanding { Final, Preliminary, Corrected, Registered }

interface LabsEvents {
    fun open(id: String)

    /** The rows up to [index] were shown; the next page can be asked for. */
    fun shown(index: Int)

    fun refresh()
}

/** One report: the laboratory's words first, then each result. */
@Immutable
data class ReportState(
    val id: String,
    val owner: Owner,
    val name: String = "",
    val laboratory: String = "",
    val at: Moment? = null,
    val standing: LabStanding = LabStanding.Final,
    val shown: Shown<ReportContent> = Shown.Reading,
) : Unprinted()

@Immutable
data class ReportContent(
    /** What the laboratory concludes; may be empty. */
    val conclusion: String,
    /** The report in words; may be empty. */
    val narrative: String,
    val results: List<ResultRow>,
    /** Results that the report names and that are not here. */
    val missing: Int = 0,
) : Unprinted()

@Immutable
data class ResultRow(val id: String, val measured: Measured, val standing: LabStanding = LabStanding.Final) : Unprinted()

interface ReportEvents {
    fun open(resultId: String)
}

/** One result, and how it developed. */
@Immutable
data class ResultState(
    val id: String,
    val owner: Owner,
    val name: String = "",
    val at: Moment? = null,
    val standing: LabStanding = LabStanding.Final,
    val shown: Shown<ResultContent> = Shown.Reading,
    /** The values as a list and not as a chart. */
    val asList: Boolean = false,
    /** The clinic takes a question about it. */
    val canAsk: Boolean = true,
) : Unprinted()

@Immutable
data class ResultContent(
    val measured: Measured,
    /** What was measured together with it. */
    val parts: List<Measured> = emptyList(),
    /** What the doctor or the laboratory writes about it. */
    val comments: List<String> = emptyList(),
    val development: Development? = null,
    /** A plot for each unit that does not compare with the others, that of this result first. */
    val plots: List<Plot> = emptyList(),
) : Unprinted()

interface ResultEvents {
    fun asList(list: Boolean)

    /** Begins a message about it. */
    fun ask()
}
