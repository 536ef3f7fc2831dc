package dev.pericard.app.models

import dev.pericard.Draft
import dev.pericard.DraftId
import dev.pericard.Message
import dev.pericard.Messages
import dev.pericard.NewMessage
import dev.pericard.PericardException
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Job
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.sync.withLock
import kotlinx.coroutines.withContext
import kotlin.time.Duration.Companion.milliseconds

/**
 * Keeps what is being written: at each pause, and when its screen is left. One write at a time, the newest text last; what
 * was sent is never written again.
 */
internal class Drafting(private val scope: CoroutineScope, private val messages: Messages, id: DraftId?) {
    var id = id
        private set

    private val writes = Mutex()
    private var pause: Job? = null
    private var unsaved: NewMessage? = null
    private var done = false

    /** The person typed; [onKept] is told once it is on disk. */
    fun typed(message: NewMessage, onError: (PericardException) -> Unit, onKept: () -> Unit) {
        unsaved = message
        pause?.cancel()
        pause = scope.launch {
            delay(PAUSE)
            try {
                if (keep()) onKept()
            } catch (error: PericardException) {
                // It is still in the field; the next pause tries again, and so does leaving.
                onError(error)
            }
        }
    }

    /** Writes what is not written yet; whether there was something. */
    suspend fun keep(): Boolean = withContext(NonCancellable) {
        writes.withLock {
            val message = unsaved
            if (done || message == null) return@withLock false
            id = saved(message)?.id
            if (unsaved === message) unsaved = null
            true
        }
    }

    /** A draft that was discarded elsewhere is begun anew. */
    private suspend fun saved(message: NewMessage): Draft? = try {
        messages.saveDraft(message, id)
    } catch (error: PericardException.NotFound) {
        if (id == null) throw error
        messages.saveDraft(message)
    }

    /** Queues the message, and the draft is gone, both or neither; with files, whose draft cannot hold them, one after the other. */
    suspend fun send(message: NewMessage): Message = withContext(NonCancellable) {
        pause?.cancel()
        writes.withLock {
            val draft = if (message.files.isEmpty()) saved(message)?.id else null
            val sent = if (draft != null) messages.sendDraft(draft) else messages.send(message)
            done = true
            if (draft == null) id?.let { discard(it) }
            sent
        }
    }

    private suspend fun discard(draft: DraftId) {
        try {
            messages.discardDraft(draft)
        } catch (_: PericardException) {
            // The message is queued; a draft that stays is no harm beside sending twice.
        }
    }

    private companion object {
        val PAUSE = 400.milliseconds
    }
}
