package dev.pericard

import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.SharingStarted
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.distinctUntilChanged
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.flow.stateIn

/**
 * What changes in this account, from the moment of collecting on.
 *
 * Cold, and it can be collected as often and by as many as one likes, each with a stream of its own. Changes that come
 * while a collector is busy are merged into one set; none is lost. It ends when the account is signed out or forgotten,
 * and when the client is shut down.
 */
public val Account.changes: Flow<ChangeSet>
    get() = flow {
        calling { core.changes() }.use { changes ->
            try {
                while (true) emit(suspending { changes.next() }?.fromCore() ?: break)
            } finally {
                changes.stop()
            }
        }
    }

/** The state of the session: as it is, then each time that it becomes another one. Cold, as [changes]. */
public val Account.sessions: Flow<SessionState>
    get() = flow {
        calling { core.changes() }.use { changes ->
            try {
                // The stream has begun before the state is read, so that nothing falls between them.
                emit(session)
                while (true) {
                    val change = suspending { changes.next() } ?: break
                    if (change.session) emit(session)
                }
            } finally {
                changes.stop()
            }
        }
    }.distinctUntilChanged()

/** The state of the session as a [StateFlow] that lives in [scope], such as that of a view model. */
public fun Account.sessionIn(scope: CoroutineScope): StateFlow<SessionState> =
    sessions.stateIn(scope, SharingStarted.WhileSubscribed(stopTimeoutMillis = 5_000), session)

/**
 * How a sync goes on, until it has ended; it throws what the sync failed with. Then [SyncRun.outcome] says how it ended.
 *
 * For one collector. A collector that is busy gets the newest state and no backlog. Cancelling the collector leaves the
 * sync running: a screen that closes must not stop what others wait for. To stop it, call [SyncRun.cancel].
 */
public val SyncRun.progress: Flow<SyncProgress>
    get() = flow {
        while (true) emit(suspending { core.next() }?.fromCore() ?: break)
    }

/**
 * Follows this sync to its end and says how it ended; it throws what the sync failed with. Cancelling leaves the sync
 * running.
 */
@Throws(PericardException::class, kotlin.coroutines.cancellation.CancellationException::class)
public suspend fun SyncRun.join(): SyncOutcome {
    progress.collect {}
    return outcome ?: SyncOutcome.Incomplete(IncompleteReason.INTERRUPTED)
}
