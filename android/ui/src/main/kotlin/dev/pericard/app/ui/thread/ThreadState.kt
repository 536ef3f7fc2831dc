package dev.pericard.app.ui.thread

import androidx.compose.runtime.Immutable
import dev.pericard.app.ui.model.Clinic
import dev.pericard.app.ui.compose.FileRefusal
import dev.pericard.app.ui.model.Moment
import dev.pericard.app.ui.model.Owner
import dev.pericard.app.ui.model.Problem
import dev.pericard.app.ui.model.Unprinted

/** A conversation. [messages] are the newest page and what was asked for beyond it, newest first. */
@Immutable
data class ThreadState(
    val id: String,
    val owner: Owner,
    val subject: String,
    val participants: List<String>,
    val messages: List<Bubble>,
    val hasOlder: Boolean = false,
    /** The message that was searched for: the list opens there. */
    val found: String? = null,
    /** The message that was at the top when the app was ended: the list opens with it there. */
    val from: String? = null,
    val archived: Boolean = false,
    val draft: DraftText = DraftText(),
    /** The clinic takes messages. */
    val canWrite: Boolean = true,
    /** The message of state Unknown that the person decides about. */
    val deciding: Bubble? = null,
    /** Why a file was not added. */
    val refused: FileRefusal? = null,
    /** The text is longer than what is taken. */
    val tooLong: Boolean = false,
    val problem: Problem? = null,
    /** The clinic asks for a fresh sign-in before it is read: in place of all of it. What was typed stays. */
    val stepUp: Boolean = false,
) : Unprinted() {
    val clinic: Clinic get() = owner.clinic
}

/** What is being written. [revision] changes when the field is to be emptied or filled anew, as after sending. */
@Immutable
data class DraftText(val text: String = "", val revision: Int = 0, val kept: Boolean = false, val files: List<NewFileRow> = emptyList()) : Unprinted()

@Immutable
data class Bubble(
    val id: String,
    /** Who wrote it; empty where the clinic names nobody. */
    val from: String,
    val outgoing: Boolean,
    /** May be empty where the message is a file. */
    val text: String,
    val at: Moment,
    val delivery: Delivery,
    val files: List<FileRow> = emptyList(),
    /** The clinic has changed its text since it was first here. */
    val edited: Boolean = false,
    val urgent: Boolean = false,
) : Unprinted()

/** Where a message stands, named as in the core. */
enum class Delivery { Received, Queued, Sending, Sent, Failed, Unknown }

/** A file of a message, as its sender describes it. */
@Immutable
data class FileRow(
    val id: String,
    /** May be empty. */
    val name: String,
    /** A MIME type; may be empty. */
    val type: String,
    /** In bytes, where it is known. */
    val size: Long?,
    val place: FilePlace,
) : Unprinted()

@Immutable
sealed interface FilePlace {
    /** At the clinic; [received] bytes came before an interruption. */
    data class Remote(val received: Long = 0) : Unprinted(), FilePlace

    data class Downloading(val received: Long, val total: Long?) : Unprinted(), FilePlace

    data object Stored : FilePlace

    data class Unavailable(val why: FileProblem) : Unprinted(), FilePlace
}

enum class FileProblem { NoSource, TooLarge, Mismatch, NotFound, Refused, Foreign }

/** A file that goes with a message that is being written. */
@Immutable
data class NewFileRow(val id: String, val name: String, val type: String, val size: Long) : Unprinted()

interface ThreadEvents {
    fun write(text: String)

    fun send()

    fun attach()

    fun removeFile(fileId: String)

    fun retry(messageId: String)

    /** Takes back what was not sent. */
    fun withdraw(messageId: String)

    /** Shows what can be done about a message of state Unknown. */
    fun decide(messageId: String)

    fun stopDeciding()

    fun call()

    fun download(fileId: String)

    fun stopDownload(fileId: String)

    fun openFile(fileId: String)

    fun copy(messageId: String)

    fun older()

    /** This message is at the top of what is in sight; nothing where that is the newest end. */
    fun shownFrom(messageId: String?)

    fun archive(archived: Boolean)

    fun stepUp()
}
