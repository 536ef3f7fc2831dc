package dev.pericard.app.models

import dev.pericard.DocumentsState
import dev.pericard.FeatureState
import dev.pericard.IncompleteReason
import dev.pericard.LabsState
import dev.pericard.PericardException
import dev.pericard.SessionState
import dev.pericard.app.ui.records.RecordKind
import dev.pericard.app.ui.records.RecordsBanner
import java.time.Instant

/** How far what is here of a kind is that at the clinic. */
internal class Fetched(val syncedAt: Instant?, val incomplete: IncompleteReason?, val held: Long)

internal fun DocumentsState.fetched() = Fetched(syncedAt, incomplete, held)

internal fun LabsState.fetched() = Fetched(syncedAt, incomplete, held)

/** The one thing that is said above the rows of a kind, the weightiest first. */
internal fun banner(view: AccountView, kind: RecordKind, fetched: Fetched?): RecordsBanner? {
    val state = view.state(kind.feature)
    return when {
        state is FeatureState.Stopped -> RecordsBanner.Stopped
        state is FeatureState.Off -> RecordsBanner.Off(state.notice.since, state.notice.text)
        else -> banner(view, fetched?.syncedAt) ?: fetched?.let(::quiet)
    }
}

/** The same above all kinds: what concerns the account. */
internal fun banner(view: AccountView, syncedAt: Instant?): RecordsBanner? {
    val failure = view.failure
    return when {
        view.session is SessionState.SignIn -> RecordsBanner.SignIn
        failure is PericardException.Offline -> RecordsBanner.Offline(syncedAt)
        // What these say is told by the session, or in their own place.
        failure is PericardException.SignInRequired || failure is PericardException.Closed || failure is PericardException.StepUpRequired ||
            failure is PericardException.Integrity -> null
        else -> failure?.let { RecordsBanner.Failed(it.asProblem()) }
    }
}

private fun quiet(fetched: Fetched): RecordsBanner? = when {
    fetched.incomplete == IncompleteReason.SIGN_IN -> RecordsBanner.SignIn
    fetched.incomplete !in GOES_ON && fetched.syncedAt != null -> RecordsBanner.Incomplete
    fetched.held > 0 -> RecordsBanner.Held(fetched.held.toInt())
    else -> null
}
