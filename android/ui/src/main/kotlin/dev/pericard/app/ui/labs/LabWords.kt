package dev.pericard.app.ui.labs

import dev.pericard.app.ui.words.Words

/** A value in words and figures, without its unit. */
internal fun Words.of(value: MeasuredValue, clinic: String): String = when (value) {
    is MeasuredValue.Amount -> language.isolate(value.text)
    is MeasuredValue.InWords -> value.text
    is MeasuredValue.YesNo -> if (value.yes) labYes else labNo
    is MeasuredValue.Absent -> value.why.ifEmpty { labNoValue }
    MeasuredValue.Unsupported -> labUnsupported(clinic)
}

/** In the usual range, 3.5 to 5.3: one sentence, and no more than the range says. */
internal fun Words.of(reading: Reading): String {
    val low = reading.low?.text
    val high = reading.high?.text
    return when (reading.place) {
        Reading.Place.Inside -> when {
            low == null -> labInUpTo(high.orEmpty())
            high == null -> labInFrom(low)
            else -> labIn(low, high)
        }
        Reading.Place.LittleAbove -> labAbove(high.orEmpty())
        Reading.Place.LittleBelow -> labBelow(low.orEmpty())
        Reading.Place.Far -> labFar
        null -> labUsual(range(low, high))
    }
}

private fun Words.range(low: String?, high: String?): String = when {
    low == null -> labRangeUpTo(high.orEmpty())
    high == null -> labRangeFrom(low)
    else -> labRangeOf(low, high)
}

internal fun Words.of(range: GivenRange): String {
    val text = if (range.low == null && range.high == null) range.inWords else range(range.low, range.high)
    return if (range.whom.isEmpty()) labUsual(text) else labUsualWhom(range.whom, text)
}

internal fun Words.of(says: Says): String? = (says.text.ifEmpty { null } ?: says.mark?.let { of(it) })?.let { labSays(it) }

private fun Words.of(mark: LabMark): String = when (mark) {
    LabMark.Usual -> labFlagUsual
    LabMark.Unusual -> labFlagUnusual
    LabMark.VeryUnusual -> labFlagVeryUnusual
    LabMark.High -> labFlagHigh
    LabMark.VeryHigh -> labFlagVeryHigh
    LabMark.Low -> labFlagLow
    LabMark.VeryLow -> labFlagVeryLow
    LabMark.Positive -> labFlagPositive
    LabMark.Negative -> labFlagNegative
    LabMark.Works -> labFlagWorks
    LabMark.Between -> labFlagBetween
    LabMark.WorksNot -> labFlagWorksNot
}

/** What is said under a value: where it lies, else its ranges and what the laboratory says. */
internal fun Words.sentences(measured: Measured): List<String> =
    listOfNotNull(measured.reading?.let { of(it) }) + measured.ranges.map { of(it) } +
        // The sentence about the range says the same.
        (if (measured.reading?.place == null) measured.says.mapNotNull { of(it) } else measured.says.filter { it.text.isNotEmpty() }.mapNotNull { of(it) })

internal fun Words.of(standing: LabStanding): String? = when (standing) {
    LabStanding.Final -> null
    LabStanding.Preliminary -> labPreliminary
    LabStanding.Corrected -> labCorrected
    LabStanding.Registered -> labRegistered
}

internal fun Words.explained(standing: LabStanding): String? = when (standing) {
    LabStanding.Final -> null
    LabStanding.Preliminary -> labPreliminaryText
    LabStanding.Corrected -> labCorrectedText
    LabStanding.Registered -> labRegisteredText
}
