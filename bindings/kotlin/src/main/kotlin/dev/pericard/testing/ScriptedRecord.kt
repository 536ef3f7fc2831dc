package dev.pericard.testing

import dev.pericard.internal.ChangeSet
import dev.pericard.internal.PericardException
import dev.pericard.internal.SyncOutcome

/** What a fake person's record is made of, and what holds for all of it. */
internal class ScriptedRecord(val messages: Correspondence, val labs: Laboratory, val documents: Folder) {
    /** What every call that can fail fails with. */
    fun fail(failure: PericardException?) {
        messages.failure = failure
        labs.failure = failure
        documents.failure = failure
    }

    fun tell(onChange: (ChangeSet) -> Unit) {
        messages.onChange = onChange
        labs.onChange = onChange
        documents.onChange = onChange
    }

    fun synced(outcome: SyncOutcome) {
        labs.synced(outcome)
        documents.synced(outcome)
        messages.synced(outcome)
    }

    suspend fun held(): ULong = messages.state().held + labs.state().held + documents.state().held
}
