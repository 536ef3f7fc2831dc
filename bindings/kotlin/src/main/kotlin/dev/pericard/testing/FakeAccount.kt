package dev.pericard.testing

import dev.pericard.Account
import dev.pericard.ChangeSet
import dev.pericard.Changes
import dev.pericard.ClientId
import dev.pericard.Feature
import dev.pericard.FeatureState
import dev.pericard.FeatureStatus
import dev.pericard.Incident
import dev.pericard.Messages
import dev.pericard.NoHandle
import dev.pericard.PericardException
import dev.pericard.Person
import dev.pericard.PortalConfig
import dev.pericard.SessionState
import dev.pericard.SignIn
import dev.pericard.SignInMethod
import dev.pericard.SyncOutcome
import dev.pericard.SyncProgress
import dev.pericard.SyncRun
import dev.pericard.TotpEnrolment
import dev.pericard.TwoFactor
import dev.pericard.TwoFactorStatus
import java.time.Duration

/**
 * An account in memory: no portal, no network, no disk, no native library. For previews, and for an app's own unit tests.
 *
 * It is an [Account] like any other, so that a screen needs nothing of its own to be shown with it. What it shows is
 * [messages], which starts with sample letters; how it goes is scripted by [sessionState], [failure], [syncSteps] and
 * [syncEnd]. Signing in again and enrolling a second factor belong to a portal: there they fail with `Offline`.
 */
public class FakeAccount(name: String = "Ana Novak", public val messages: FakeMessages = sampleMessages()) : Account(NoHandle) {
    private val person = Person("fake-person", name, isSelf = true)
    private val streams = mutableListOf<FakeChanges>()

    /** The state of the session. Streams of changes are told when it is set. */
    @Volatile
    public var sessionState: SessionState = SessionState.Active
        set(state) {
            field = state
            tell(ChangeSet(emptyList(), outbox = false, session = true, features = false, people = false))
        }

    /** What every call that can fail fails with; nothing while all is well. */
    @Volatile
    public var failure: PericardException? = null
        set(failure) {
            field = failure
            messages.failure = failure
        }

    /** The progress that the next syncs tell. */
    @Volatile
    public var syncSteps: List<SyncProgress> = emptyList()

    /** How the next syncs end. One that does not fail sends what is queued. */
    @Volatile
    public var syncEnd: Result<SyncOutcome> = Result.success(SyncOutcome.Complete)

    init {
        messages.onChange = ::tell
    }

    override fun id(): String = "fake-account"

    override fun portal(): String = "https://portal.example/fhir"

    override fun portalConfig(): PortalConfig = PortalConfig(
        base = portal(),
        client = ClientId.Registered("fake"),
        redirect = "com.example.fake:/callback",
        nativeSignIn = true,
        lease = null,
        extraRoots = emptyList(),
    )

    override fun session(): SessionState = sessionState

    override fun people(): List<Person> = listOf(person)

    override fun messages(person: String): Messages {
        check()
        if (person != this.person.id) throw PericardException.NotFound()
        return messages
    }

    override fun startSync(budget: Duration?): SyncRun {
        check()
        syncEnd.onSuccess(messages::synced)
        return FakeSyncRun(syncSteps, syncEnd)
    }

    override fun startFullSync(budget: Duration?): SyncRun = startSync(budget)

    override fun changes(): Changes {
        check()
        return FakeChanges().also { synchronized(streams) { streams += it } }
    }

    override suspend fun held(): ULong {
        check()
        return messages.state().held
    }

    override suspend fun incidents(): List<Incident> {
        check()
        return emptyList()
    }

    override suspend fun features(): List<FeatureStatus> {
        check()
        return listOf(FeatureStatus(Feature.MESSAGES, FeatureState.On))
    }

    override suspend fun signInAgain(method: SignInMethod): SignIn = throw PericardException.Offline()

    override suspend fun stepUp(method: SignInMethod): SignIn = throw PericardException.Offline()

    override fun twoFactor(): TwoFactor = FakeTwoFactor()

    override suspend fun signOut(): Unit = leave()

    override suspend fun forget(): Unit = leave()

    override fun close() {}

    private fun leave() {
        check()
        sessionState = SessionState.SignedOut
        synchronized(streams) { streams.toList() }.forEach { it.stop() }
    }

    private fun check() {
        failure?.let { throw it }
    }

    private fun tell(set: ChangeSet) {
        synchronized(streams) { streams.toList() }.forEach { it.add(set) }
    }
}

/** A second factor that is enrolled. */
private class FakeTwoFactor : TwoFactor(NoHandle) {
    override suspend fun status(): TwoFactorStatus = TwoFactorStatus(enrolled = true, recoveryCodesLeft = 8u)

    override suspend fun enrol(): TotpEnrolment = throw PericardException.Offline()

    override suspend fun confirm(enrolment: String, code: String): List<String> = throw PericardException.Offline()

    override suspend fun disable(): Unit = throw PericardException.Offline()

    override suspend fun newRecoveryCodes(): List<String> = throw PericardException.Offline()

    override fun close() {}
}
