package dev.pericard.testing

import dev.pericard.AccessEntry
import dev.pericard.Account
import dev.pericard.FeatureStatus
import dev.pericard.Incident
import dev.pericard.LogCheck
import dev.pericard.PericardException
import dev.pericard.PolicyStatus
import dev.pericard.SessionState
import dev.pericard.SyncOutcome
import dev.pericard.SyncProgress
import dev.pericard.fromCore
import dev.pericard.toCore

/**
 * An account in memory: no portal, no network, no disk, no native library. For previews, and for an app's own unit tests.
 *
 * What a screen is given is [account], an [Account] like any other, so that it needs nothing of its own to be shown with
 * it. What that shows is [messages], [labs] and [documents], which start with samples; how it goes is scripted by [others],
 * [findable], [sessionState], [failure], [incidents], [features], [policy], [accessLog], [syncSteps] and [syncEnd]. Adding
 * a person asks nothing: it is done once it is finished. Signing in again and enrolling a second factor belong to a portal:
 * there they fail with [PericardException.Offline].
 */
public class FakeAccount(
    name: String = "Ana Novak",
    public val messages: FakeMessages = sampleMessages(),
    public val labs: FakeLabs = sampleLabs(),
    public val documents: FakeDocuments = sampleDocuments(),
) {
    private val core = ScriptedAccount(name, ScriptedRecord(messages.core, labs.core, documents.core))

    /** The account, as `Client.accounts` gives it. */
    public val account: Account = Account(core)

    /** Whose records the account shows beside that of who signed in. Streams of changes are told when it is set. */
    public var others: List<FakePerson>
        get() = core.others
        set(people) {
            core.others = people
        }

    /** Whom the portal names: `Account.findPeople` gives those who are not among [others], and `Account.addPerson` adds one. */
    public var findable: List<FakePerson>
        get() = core.findable
        set(people) {
            core.findable = people
        }

    /** The state of the session. Streams of changes are told when it is set. */
    public var sessionState: SessionState
        get() = core.sessionState.fromCore()
        set(state) {
            core.sessionState = state.toCore()
        }

    /** What every call that can fail fails with; nothing while all is well. */
    public var failure: PericardException?
        get() = core.failure?.fromCore()
        set(failure) {
            core.failure = failure?.toCore()
        }

    /** What was detected, as `Account.incidents` gives it. Streams of changes are told when it is set. */
    public var incidents: List<Incident>
        get() = core.noted.map { it.fromCore() }
        set(incidents) {
            core.noted = incidents.map { it.toCore() }
        }

    /** The features and their states, as `Account.features` gives them. Streams of changes are told when it is set. */
    public var features: List<FeatureStatus>
        get() = core.featureStates.map { it.fromCore() }
        set(features) {
            core.featureStates = features.map { it.toCore() }
        }

    /** What is known of the clinic's policy. */
    public var policy: PolicyStatus
        get() = core.policyStatus.fromCore()
        set(policy) {
            core.policyStatus = policy.toCore()
        }

    /** What `Account.accessLog` shows, in any order. */
    public var accessLog: List<AccessEntry>
        get() = core.log.map { it.fromCore() }
        set(entries) {
            core.log = entries.map { it.toCore() }
        }

    /** Whether the log is whole. */
    public var logCheck: LogCheck
        get() = core.logCheck.fromCore()
        set(check) {
            core.logCheck = check.toCore()
        }

    /** The progress that the next syncs tell. */
    public var syncSteps: List<SyncProgress>
        get() = core.syncSteps.map { it.fromCore() }
        set(steps) {
            core.syncSteps = steps.map { it.toCore() }
        }

    /** How the next syncs end. One that does not fail sends what is queued. */
    public var syncEnd: SyncOutcome
        get() = core.syncEnd.getOrNull()?.fromCore() ?: SyncOutcome.Complete
        set(outcome) {
            core.syncEnd = Result.success(outcome.toCore())
        }

    /** What the next syncs fail with, in place of an end; nothing while they succeed. */
    public var syncFailure: PericardException?
        get() = (core.syncEnd.exceptionOrNull() as? dev.pericard.internal.PericardException)?.fromCore()
        set(failure) {
            core.syncEnd = failure?.let { Result.failure(it.toCore()) } ?: Result.success(core.syncEnd.getOrNull() ?: SyncOutcome.Complete.toCore())
        }
}
