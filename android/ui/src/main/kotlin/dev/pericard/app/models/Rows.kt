package dev.pericard.app.models

import dev.pericard.DatePrecision
import dev.pericard.Draft
import dev.pericard.FileProblem
import dev.pericard.FileProgress
import dev.pericard.FileState
import dev.pericard.Message
import dev.pericard.MessageFile
import dev.pericard.MessageState
import dev.pericard.MessageThread
import dev.pericard.Recipient
import dev.pericard.RecipientKind
import dev.pericard.SearchHit
import dev.pericard.app.ui.compose.RecipientRow
import dev.pericard.app.ui.inbox.HitRow
import dev.pericard.app.ui.inbox.Piece
import dev.pericard.app.ui.inbox.RowMark
import dev.pericard.app.ui.inbox.ThreadRow
import dev.pericard.app.ui.model.Clinic
import dev.pericard.app.ui.model.Moment
import dev.pericard.app.ui.model.Precision
import dev.pericard.app.ui.thread.Bubble
import dev.pericard.app.ui.thread.Delivery
import dev.pericard.app.ui.thread.FilePlace
import dev.pericard.app.ui.thread.FileRow
import java.time.Instant
import dev.pericard.app.ui.compose.RecipientKind as RowKind
import dev.pericard.app.ui.thread.FileProblem as RowProblem

internal fun moment(at: Instant, precision: DatePrecision) = Moment(
    at,
    when (precision) {
        DatePrecision.YEAR -> Precision.Year
        DatePrecision.MONTH -> Precision.Month
        DatePrecision.DAY -> Precision.Day
        DatePrecision.LOCAL_TIME -> Precision.LocalTime
        DatePrecision.INSTANT -> Precision.Instant
    },
)

/** What stands in a conversation that the portal does not have yet, and so in its row. */
internal class Pending(outbox: List<Message>, drafts: List<Draft>) {
    private val marks: Map<String, RowMark> = outbox.associate { it.thread.value to it.state.mark() }
    private val answers: Map<String, Draft> = drafts.mapNotNull { draft -> draft.thread?.let { it.value to draft } }.toMap()

    /** What begins a conversation once it is sent. */
    val begun: List<Draft> = drafts.filter { it.thread == null }

    fun mark(thread: MessageThread): RowMark = marks[thread.id.value]
        ?: if (thread.id.value in answers) RowMark.Draft else if (thread.lastOutgoing) RowMark.Sent else RowMark.None

    fun draft(thread: MessageThread): Draft? = answers[thread.id.value].takeIf { mark(thread) == RowMark.Draft }

    /** What waits for the person, or for the portal, rises. */
    fun rises(row: ThreadRow): Boolean = row.mark in RISING

    private companion object {
        val RISING = setOf(RowMark.Waiting, RowMark.Sending, RowMark.Failed, RowMark.Unsure, RowMark.Draft)
    }
}

private fun MessageState.mark(): RowMark = when (this) {
    MessageState.Queued -> RowMark.Waiting
    MessageState.Sending -> RowMark.Sending
    is MessageState.Failed -> RowMark.Failed
    MessageState.Unknown -> RowMark.Unsure
    MessageState.Sent -> RowMark.Sent
    MessageState.Received -> RowMark.None
}

internal fun MessageThread.row(pending: Pending, clinic: Clinic): ThreadRow {
    val draft = pending.draft(this)
    val who = if (lastOutgoing || lastFrom.isEmpty()) participants.joinToString() else lastFrom
    return ThreadRow(
        id = id.value,
        who = who.ifEmpty { clinic.name },
        team = who.isEmpty(),
        subject = subject,
        preview = inOneLine(draft?.text ?: lastText),
        at = draft?.let { Moment(it.changedAt) } ?: moment(lastAt, lastPrecision),
        unread = unread,
        mark = pending.mark(this),
    )
}

/** A draft that begins a conversation; its row opens it. */
internal fun Draft.row(recipients: List<Recipient>, clinic: Clinic): ThreadRow = ThreadRow(
    id = DRAFT_ROW + id.value,
    who = recipients.filter { it.id in this.recipients }.joinToString { it.name }.ifEmpty { clinic.name },
    team = this.recipients.isEmpty(),
    subject = subject,
    preview = text,
    at = Moment(changedAt),
    mark = RowMark.Draft,
)

/** A preview has no room for the empty line after a greeting. */
private fun inOneLine(text: String): String = text.split(WHITE).filter(String::isNotEmpty).joinToString(" ")

private val WHITE = Regex("\\s+")

/** Before the id of a draft in the id of its row. */
internal const val DRAFT_ROW = "draft "

internal fun SearchHit.row() = HitRow(
    messageId = message.id.value,
    threadId = message.thread.value,
    subject = subject,
    who = message.from,
    at = moment(message.at, message.precision),
    snippet = snippet.map { Piece(it.text, it.hit) },
)

internal fun Message.bubble(downloads: Map<String, FileProgress>) = Bubble(
    id = id.value,
    from = from,
    outgoing = outgoing,
    text = text,
    at = moment(at, precision),
    delivery = when (state) {
        MessageState.Received -> Delivery.Received
        MessageState.Queued -> Delivery.Queued
        MessageState.Sending -> Delivery.Sending
        MessageState.Sent -> Delivery.Sent
        is MessageState.Failed -> Delivery.Failed
        MessageState.Unknown -> Delivery.Unknown
    },
    files = files.map { it.row(downloads[it.id.value]) },
    edited = edited,
    urgent = urgent,
)

private fun MessageFile.row(progress: FileProgress?) = FileRow(
    id = id.value,
    name = name,
    type = contentType,
    size = size,
    place = state.place(progress, size),
)

internal fun FileState.place(progress: FileProgress?, size: Long?): FilePlace = when (this) {
    is FileState.Remote -> progress?.let { FilePlace.Downloading(it.received, it.total) } ?: FilePlace.Remote(received)
    FileState.Downloading -> FilePlace.Downloading(progress?.received ?: 0, progress?.total ?: size)
    FileState.Stored -> FilePlace.Stored
    is FileState.Unavailable -> FilePlace.Unavailable(reason.row())
}

internal fun FileProblem.row() = when (this) {
    FileProblem.NO_SOURCE -> RowProblem.NoSource
    FileProblem.TOO_LARGE -> RowProblem.TooLarge
    FileProblem.MISMATCH -> RowProblem.Mismatch
    FileProblem.NOT_FOUND -> RowProblem.NotFound
    FileProblem.REFUSED -> RowProblem.Refused
    FileProblem.FOREIGN -> RowProblem.Foreign
}

internal fun Recipient.row() = RecipientRow(
    id = id.value,
    name = name,
    role = role,
    kind = when (kind) {
        RecipientKind.PERSON -> RowKind.Person
        RecipientKind.TEAM -> RowKind.Team
        RecipientKind.ORGANIZATION -> RowKind.Organization
    },
)
