package dev.pericard.app.ui.notices

import androidx.compose.runtime.Immutable
import dev.pericard.app.ui.model.Clinic
import dev.pericard.app.ui.model.Unprinted
import java.time.Instant

/** A notice on a screen of its own, and a row under You for 90 days. */
@Immutable
data class NoticeState(val clinic: Clinic, val notice: Notice) : Unprinted()

@Immutable
sealed interface Notice {
    /** The clinic switched messages off. Since when and why only where it says so. */
    data class Off(val since: Instant? = null, val quote: String? = null) : Unprinted(), Notice

    /** The clinic takes no messages; its own still come. */
    data class ReadOnly(val since: Instant? = null, val quote: String? = null) : Unprinted(), Notice

    /** Another person's record was refused. [number] is its short name, to be said; [report] is what the clinic needs to find it. */
    data class Incident(val number: String, val report: String, val at: Instant) : Unprinted(), Notice

    /** Records that could not be matched to the person; [canWrite] where the clinic takes messages. */
    data class Held(val count: Int, val canWrite: Boolean) : Unprinted(), Notice

    /** The copy on this phone was damaged: everything is fetched again, and what was written was saved as far as it could be read. */
    data object BegunAnew : Notice

    /** [clinicTime] only where the clinic has said it. */
    data class ClockWrong(val phoneTime: Instant, val clinicTime: Instant?) : Unprinted(), Notice

    /** [least] is the version that the clinic asks for; nothing where a newer version wrote on this phone. */
    data class Update(val least: String?, val have: String) : Unprinted(), Notice
}

interface NoticeEvents {
    fun call()

    fun readMessages()

    fun copyReport()

    fun write()

    fun openClockSettings()

    fun clockIsSet()

    fun openStore()

    fun close()
}

/** The notices of the last 90 days, newest first. */
@Immutable
data class NoticesState(val rows: List<NoticeRow>) : Unprinted()

@Immutable
data class NoticeRow(val id: String, val notice: Notice, val clinic: Clinic, val at: Instant, val isNew: Boolean) : Unprinted()

interface NoticesEvents {
    fun open(id: String)
}
