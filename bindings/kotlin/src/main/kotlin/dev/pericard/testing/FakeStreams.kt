package dev.pericard.testing

import dev.pericard.internal.ChangeSet
import dev.pericard.internal.Changes
import dev.pericard.internal.FeatureChanges
import dev.pericard.internal.NoHandle
import dev.pericard.internal.PericardException
import dev.pericard.internal.SyncOutcome
import dev.pericard.internal.SyncProgress
import dev.pericard.internal.SyncRun
import kotlinx.coroutines.CompletableDeferred

/** The changes of a [FakeAccount]: sets merge until they are asked for, as those of an account do. */
internal class FakeChanges : Changes(NoHandle) {
    private val lock = Any()
    private var pending: ChangeSet? = null
    private var waiting: CompletableDeferred<ChangeSet?>? = null
    private var ended = false

    fun add(set: ChangeSet) {
        synchronized(lock) {
            val waits = waiting
            if (waits == null || ended) {
                pending = pending?.merged(set) ?: set
                null
            } else {
                waiting = null
                waits
            }
        }?.complete(set)
    }

    override suspend fun next(): ChangeSet? {
        val waits = synchronized(lock) {
            val set = pending
            if (set != null || ended) {
                pending = null
                return set
            }
            CompletableDeferred<ChangeSet?>().also { waiting = it }
        }
        return waits.await()
    }

    override fun stop() {
        synchronized(lock) {
            ended = true
            waiting.also { waiting = null }
        }?.complete(null)
    }

    override fun close(): Unit = stop()
}

private fun ChangeSet.merged(other: ChangeSet): ChangeSet {
    val both = (records + other.records).groupBy { it.feature }.map { (feature, changes) ->
        FeatureChanges(feature, changes.flatMap { it.groups }.distinct().sorted(), changes.any { it.all })
    }
    return ChangeSet(
        records = both,
        outbox = outbox || other.outbox,
        session = session || other.session,
        features = features || other.features,
        people = people || other.people,
    )
}

/** A sync of a [FakeAccount]: the scripted steps, then the scripted end. */
internal class FakeSyncRun(steps: List<SyncProgress>, private var end: Result<SyncOutcome>) : SyncRun(NoHandle) {
    private val lock = Any()
    private val left = ArrayDeque(steps)
    private var isOver = false

    override suspend fun next(): SyncProgress? = synchronized(lock) {
        when {
            isOver -> null
            left.isNotEmpty() -> left.removeFirst()
            else -> {
                isOver = true
                end.getOrThrow()
                null
            }
        }
    }

    override fun outcome(): SyncOutcome? = synchronized(lock) { end.getOrNull().takeIf { isOver } }

    override fun cancel() {
        synchronized(lock) {
            if (!isOver) {
                left.clear()
                end = Result.failure(PericardException.Cancelled())
            }
        }
    }

    override fun close() {}
}
