package dev.pericard.app.ui.inbox

import androidx.compose.runtime.Immutable
import dev.pericard.app.ui.model.Moment
import dev.pericard.app.ui.model.Owner
import dev.pericard.app.ui.model.Problem
import dev.pericard.app.ui.model.Unprinted
import dev.pericard.app.ui.notices.ClosedReason
import java.time.Instant

/** The messages of one person at one clinic. */
@Immutable
data class InboxState(
    val owner: Owner,
    val body: InboxBody,
    /** What concerns all of them; it never hides a row. */
    val banner: InboxBanner? = null,
    /** A sync runs that the person asked for. */
    val refreshing: Boolean = false,
    /** The clinic takes messages. */
    val canWrite: Boolean = true,
) : Unprinted()

@Immutable
sealed interface InboxBody {
    /** The first sync: what has come can be read already. */
    data class FirstSync(val progress: Progress, val rows: List<ThreadRow>) : Unprinted(), InboxBody

    data class Content(val rows: List<ThreadRow>) : Unprinted(), InboxBody

    data object Empty : InboxBody

    /** [hits] are those for [text] as far as it was searched; none and not [searching] is `noHits`. */
    data class Searching(val text: String, val hits: List<HitRow>, val searching: Boolean = false) : Unprinted(), InboxBody

    /** Sealed, lease over or unusable: nothing can be read. */
    data class Closed(val reason: ClosedReason) : Unprinted(), InboxBody
}

/** How many records have come; [total] only where the clinic said it. */
@Immutable
data class Progress(val done: Int, val total: Int?) : Unprinted() {
    /** Never more than the whole. */
    val share: Float? get() = total?.takeIf { it > 0 }?.let { (done.toFloat() / it).coerceIn(0f, 1f) }
}

/** A conversation in the list. */
@Immutable
data class ThreadRow(
    val id: String,
    /** Who wrote, or to whom the person writes; empty where the clinic names nobody. */
    val who: String,
    /** Whoever wrote is a team or a place and not one person. */
    val team: Boolean = false,
    val subject: String,
    val preview: String,
    val at: Moment,
    val unread: Int = 0,
    val mark: RowMark = RowMark.None,
) : Unprinted()

/** Where the last message of a row stands. What waits, failed or is a draft rises to the top of the list. */
enum class RowMark { None, Sent, Waiting, Sending, Failed, Unsure, Draft, File }

/** A message that was found. */
@Immutable
data class HitRow(val messageId: String, val threadId: String, val subject: String, val who: String, val at: Moment, val snippet: List<Piece>) : Unprinted() {
    /**
     * Nothing of its text is marked: its subject, who wrote it, or a file's name is what was found. Which of them, the core
     * does not say, and its normal form of words is not the app's to repeat.
     */
    val isElsewhere: Boolean get() = snippet.none { it.hit }
}

/** A piece of a snippet; [hit] is marked and bold. */
@Immutable
data class Piece(val text: String, val hit: Boolean = false) : Unprinted()

@Immutable
sealed interface InboxBanner {
    /** [since] is when the last sync ended; nothing where none has. */
    data class Offline(val since: Instant?) : Unprinted(), InboxBanner

    /** Switched off by the clinic. */
    data object Off : InboxBanner

    /** The clinic takes no messages just now; its own still come. */
    data object ReadOnly : InboxBanner

    /** It has no messages for apps, as it says itself. */
    data object NotOffered : InboxBanner

    /** The clinic delivered another person's record; updates are stopped. */
    data class Stopped(val incidentId: String) : Unprinted(), InboxBanner

    data object StepUp : InboxBanner

    /** The clinic asks for a new sign-in; the session has not ended. */
    data object SignIn : InboxBanner

    data class Held(val count: Int) : Unprinted(), InboxBanner

    /** The copy on this phone was damaged, and begun anew. It goes once its notice was opened. */
    data class BegunAnew(val incidentId: String) : Unprinted(), InboxBanner

    /** [at] is when the last sync ended; nothing where the first one was stopped. */
    data class Incomplete(val at: Instant?) : Unprinted(), InboxBanner

    data class RateLimited(val until: Instant) : Unprinted(), InboxBanner

    data object ClockWrong : InboxBanner

    /** [least] is the version that the clinic asks for; nothing where a newer version wrote on this phone. */
    data class UpdateRequired(val least: String?) : Unprinted(), InboxBanner

    /** The clinic has ended the access to somebody's records, and they are gone from this phone. It is said until the person knows. */
    data class AccessEnded(val name: String) : Unprinted(), InboxBanner

    data class Failed(val problem: Problem) : Unprinted(), InboxBanner
}

interface InboxEvents {
    fun openThread(threadId: String)

    fun openHit(threadId: String, messageId: String)

    fun compose()

    fun refresh()

    /** An empty text shows the whole list with the field open. */
    fun search(text: String)

    fun closeSearch()

    /** Ends the first sync; what has come stays. */
    fun stopSync()

    fun choosePerson()

    fun signInAgain()

    fun stepUp()

    fun callClinic()

    /** The rows up to [index] were shown; the next page can be asked for. */
    fun shown(index: Int)

    fun openNotice(banner: InboxBanner)

    /** The person has read that an access ended. */
    fun knowsOfEnd()
}
