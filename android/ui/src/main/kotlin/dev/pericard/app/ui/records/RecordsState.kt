package dev.pericard.app.ui.records

import androidx.compose.runtime.Immutable
import dev.pericard.app.ui.model.Moment
import dev.pericard.app.ui.model.Owner
import dev.pericard.app.ui.model.Unprinted
import dev.pericard.app.ui.notices.ClosedReason

/** A kind of records, in the order of the tab. */
enum class RecordKind { Labs, Documents }

/** What the clinic has of one person besides messages. */
@Immutable
data class RecordsState(
    val owner: Owner,
    val body: RecordsBody,
    val banner: RecordsBanner? = null,
    /** A sync runs that the person asked for. */
    val refreshing: Boolean = false,
) : Unprinted() {
    /** What is new over all kinds. */
    val news: Int get() = (body as? RecordsBody.Kinds)?.rows.orEmpty().sumOf { it.news }
}

@Immutable
sealed interface RecordsBody {
    /** A kind that the clinic lacks is not among them. */
    data class Kinds(val rows: List<KindRow>) : Unprinted(), RecordsBody

    /** The clinic has no kind of them for apps. */
    data object None : RecordsBody

    /** The clinic has not said yet what it has. */
    data object NotYet : RecordsBody

    /** Nothing of the account can be read. */
    data class Closed(val reason: ClosedReason) : Unprinted(), RecordsBody
}

@Immutable
data class KindRow(val kind: RecordKind, val line: KindLine, val news: Int = 0) : Unprinted()

/** The second line of a kind: what is new, how much there is, or why it cannot be read. */
@Immutable
sealed interface KindLine {
    /** [from] is when the newest of them was. */
    data class New(val count: Int, val from: Moment) : Unprinted(), KindLine

    data class Newest(val at: Moment) : Unprinted(), KindLine

    /** There are [more] than were counted. */
    data class Count(val count: Int, val more: Boolean = false) : Unprinted(), KindLine

    data object Nothing : KindLine

    /** The first sync of it runs. */
    data object Coming : KindLine

    /** Switched off by the clinic; [closed] is whether what is here is closed, too. */
    data class Off(val closed: Boolean) : Unprinted(), KindLine

    data object StepUp : KindLine
}

interface RecordsEvents {
    fun open(kind: RecordKind)

    fun refresh()
}
