package dev.pericard.app.models

import dev.pericard.Account
import dev.pericard.AccountProblem
import dev.pericard.FeatureState
import dev.pericard.Incident
import dev.pericard.IncompleteReason
import dev.pericard.MessagesState
import dev.pericard.PericardException
import dev.pericard.SealReason
import dev.pericard.SessionState
import dev.pericard.StorageKind
import dev.pericard.app.ui.inbox.InboxBanner
import dev.pericard.app.ui.model.Problem
import dev.pericard.app.ui.notices.ClosedReason
import java.time.Instant

/** Why nothing of an account can be read now; nothing where it can be. */
internal fun closed(view: AccountView, account: Account): ClosedReason? = view.sessionCloses(account) ?: view.policyCloses()

private fun AccountView.policyCloses(): ClosedReason? = (messages as? FeatureState.Off)?.takeIf { !it.cached }?.notice?.let {
    ClosedReason.Off(it.since, it.text, trying = sync?.asked == true)
}

/** Why nothing of an account can be read, whatever it is of. */
internal fun AccountView.sessionCloses(account: Account): ClosedReason? = when (val session = session) {
    is SessionState.Sealed -> when (session.reason) {
        SealReason.REFUSED -> ClosedReason.Refused
        SealReason.IDENTITY_CHANGED -> ClosedReason.IdentityChanged
        SealReason.DESTROYED -> ClosedReason.Destroyed
        SealReason.LEASE -> ClosedReason.Lease(account.leaseDays(), trying = sync != null)
    }
    // Under the lock nothing is seen of it.
    SessionState.Locked -> ClosedReason.Unavailable
    is SessionState.Unusable -> when (session.problem) {
        AccountProblem.KEY_LOST -> ClosedReason.KeyLost
        AccountProblem.DAMAGED -> ClosedReason.Damaged
        AccountProblem.CONFIGURATION -> ClosedReason.Configuration
        AccountProblem.UNAVAILABLE -> ClosedReason.Unavailable
    }
    SessionState.Active, SessionState.StepUp, is SessionState.SignIn, SessionState.SignedOut -> null
}

private fun Account.leaseDays(): Int = portalConfig().lease?.inWholeDays?.toInt()?.coerceAtLeast(1) ?: 1

/** What an error of reading says about the whole account. */
internal fun PericardException.closes(): ClosedReason? = when (this) {
    is PericardException.StepUpRequired -> ClosedReason.StepUp()
    is PericardException.SwitchedOff -> ClosedReason.Off()
    is PericardException.Storage -> if (kind == StorageKind.DAMAGED) ClosedReason.Damaged else ClosedReason.Unavailable
    is PericardException.Keystore -> ClosedReason.Unavailable
    else -> null
}

/** What stands in the way of a sign-in, as far as the last sync found out. */
internal val AccountView.offline: Problem? get() = (failure as? PericardException.Offline)?.asProblem()

/** The one thing that is said above the rows, the weightiest first. */
internal fun banner(view: AccountView, messages: MessagesState?, untold: Incident?, now: Instant): InboxBanner? {
    val failure = view.failure
    view.stopped?.let { return InboxBanner.Stopped(it.value) }
    if (failure is PericardException.ClockWrong) return InboxBanner.ClockWrong
    if (failure is PericardException.Storage && failure.kind == StorageKind.NEWER) return InboxBanner.UpdateRequired(least = null)
    view.update?.let { return InboxBanner.UpdateRequired(it) }
    if (view.messages is FeatureState.Off) return InboxBanner.Off
    if (view.session is SessionState.SignIn) return InboxBanner.SignIn
    // What only sending needs leaves the session as it is.
    if (view.session is SessionState.StepUp || failure is PericardException.StepUpRequired) return InboxBanner.StepUp
    if (failure is PericardException.Portal && view.offers?.canRead == false) return InboxBanner.NotOffered
    return when (failure) {
        is PericardException.Offline -> InboxBanner.Offline(messages?.syncedAt)
        is PericardException.RateLimited -> InboxBanner.RateLimited(now + java.time.Duration.ofMillis(failure.retryAfter.inWholeMilliseconds))
        null -> quiet(view, messages, untold) ?: InboxBanner.Incomplete(null).takeIf { view.left && messages?.syncedAt == null }
        // What these say is told by the session, or by nothing at all.
        is PericardException.SignInRequired, is PericardException.Closed, is PericardException.UpdateRequired,
        // Of another kind of records, where messages are not stopped.
        is PericardException.Integrity,
        -> quiet(view, messages, untold)
        else -> InboxBanner.Failed(failure.asProblem())
    }
}

/** What is said while all goes well. */
private fun quiet(view: AccountView, messages: MessagesState?, untold: Incident?): InboxBanner? {
    val syncedAt = messages?.syncedAt
    return when {
        untold != null -> InboxBanner.BegunAnew(untold.id.value)
        view.messages is FeatureState.ReadOnly -> InboxBanner.ReadOnly
        messages == null -> null
        messages.incomplete == IncompleteReason.SIGN_IN -> InboxBanner.SignIn
        messages.incomplete !in GOES_ON && syncedAt != null -> InboxBanner.Incomplete(syncedAt)
        messages.held > 0 -> InboxBanner.Held(messages.held.toInt())
        else -> null
    }
}

/** With these nothing is missing for good: the next sync goes on by itself. */
internal val GOES_ON = setOf(null, IncompleteReason.MORE_TO_FETCH, IncompleteReason.INTERRUPTED, IncompleteReason.SWITCHED_OFF)
