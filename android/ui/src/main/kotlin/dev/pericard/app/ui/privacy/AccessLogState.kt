package dev.pericard.app.ui.privacy

import androidx.compose.runtime.Immutable
import dev.pericard.app.ui.model.Clinic
import dev.pericard.app.ui.model.Unprinted
import java.time.Instant

/** Who opened what on this phone, newest first. It names no content: the core notes none. */
@Immutable
data class AccessLogState(
    val clinic: Clinic,
    /** Nothing while it is looked at. */
    val standing: LogStanding? = null,
    val body: LogBody = LogBody.Loading,
    /** There is a PIN to change where the list is broken. */
    val hasPin: Boolean = false,
    /** The list is being written where the person said. */
    val saving: Boolean = false,
    /** Why it was not. */
    val trouble: CopyTrouble? = null,
) : Unprinted()

@Immutable
sealed interface LogBody {
    data object Loading : LogBody

    /** It opens together with the messages. */
    data object Closed : LogBody

    data class Content(
        val rows: List<LogRow>,
        /** There are earlier ones. */
        val more: Boolean = false,
        /** They are on their way. */
        val loading: Boolean = false,
    ) : Unprinted(), LogBody
}

@Immutable
data class LogRow(
    val number: Long,
    val at: Instant,
    val deed: LogDeed,
    /** Whose records it was about; nothing for what concerns the account. */
    val about: String? = null,
    /** How often, one right after the other. */
    val times: Int = 1,
) : Unprinted()

enum class LogDeed {
    SignedIn, Unlocked, UnlockedWithKey, WrongPin, PinSet, PinRemoved, Destroyed, Sealed,
    ConversationOpened, Searched, FileOpened, LabResultOpened, DocumentOpened, Written, Copied, PolicyChanged, Refused, PersonForgotten, AccessEnded, Other,
}

interface AccessLogEvents {
    fun earlier()

    /** Asks where to keep the list, and writes it there. */
    fun save()

    fun changePin()

    fun call()
}
