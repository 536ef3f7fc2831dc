package dev.pericard.testing

import dev.pericard.MessageId
import dev.pericard.MessageState
import dev.pericard.Messages
import dev.pericard.Recipient
import dev.pericard.toCore
import java.time.Instant

/**
 * A letter of a [FakeMessages]: what it is about (letters of one subject are one thread), who wrote it (nobody for the
 * person), what it says, when it was sent, whether it is new, and where it stands (by default received, or sent).
 */
public data class FakeLetter(
    val subject: String,
    val from: String?,
    val text: String,
    val at: Instant,
    val unread: Boolean = false,
    val state: MessageState = if (from == null) MessageState.Sent else MessageState.Received,
)

/**
 * Messages in memory; see [FakeAccount]. What a screen shows is [messages].
 *
 * Lists, paging, drafts, the archive and the outbox behave as those of an account; a search looks for words without regard
 * to case and accents, and no further.
 */
public class FakeMessages(letters: List<FakeLetter> = emptyList(), recipients: List<Recipient> = emptyList()) {
    internal val core = Correspondence(letters, recipients.map { it.toCore() })

    /** The messages, as [dev.pericard.Account.messages] gives them. */
    public val messages: Messages = Messages(core)

    /** A letter comes, as with a sync; streams of changes are told. */
    public fun receive(letter: FakeLetter): Unit = core.receive(letter)

    /** The portal changes what a message says. */
    public fun editReceived(message: MessageId, text: String): Unit = core.editReceived(message.value, text)

    /** What becomes of a message that was sent from here. */
    public fun settle(message: MessageId, state: MessageState): Unit = core.settle(message.value, state)
}
