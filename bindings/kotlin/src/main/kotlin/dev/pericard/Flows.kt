package dev.pericard

import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.flow

/**
 * What changed, as it changes, until the account is forgotten or the client is shut down.
 *
 * Cold and for one collector: collecting ends this object, so ask [Account.changes] for each collector.
 * Changes that come while the collector is busy are merged into one set; none is lost. Cancelling the
 * collector stops the stream.
 */
public fun Changes.asFlow(): Flow<ChangeSet> = flow {
    use { changes ->
        try {
            while (true) emit(changes.next() ?: break)
        } finally {
            changes.stop()
        }
    }
}

/**
 * How a sync goes on, until it has ended; it throws what the sync failed with. Then [SyncRun.outcome] says how it ended.
 *
 * Cold and for one collector. Cancelling the collector leaves the sync running: a screen that closes
 * must not stop what others wait for. To stop it, call [SyncRun.cancel].
 */
public fun SyncRun.asFlow(): Flow<SyncProgress> = flow {
    while (true) emit(next() ?: break)
}

/**
 * Follows this sync to its end and says how it ended; it throws what the sync failed with. Cancelling leaves the sync
 * running.
 */
public suspend fun SyncRun.join(): SyncOutcome {
    asFlow().collect {}
    return outcome() ?: SyncOutcome.Incomplete(IncompleteReason.INTERRUPTED)
}
