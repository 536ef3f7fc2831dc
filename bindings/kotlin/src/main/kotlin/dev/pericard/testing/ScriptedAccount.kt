package dev.pericard.testing

import dev.pericard.internal.AccessEntry
import dev.pericard.internal.AccessPage
import dev.pericard.internal.Account
import dev.pericard.internal.AccountLock
import dev.pericard.internal.ChangeSet
import dev.pericard.internal.Changes
import dev.pericard.internal.ClientId
import dev.pericard.internal.Documents
import dev.pericard.internal.Export
import dev.pericard.internal.ExportFormat
import dev.pericard.internal.Feature
import dev.pericard.internal.FeatureState
import dev.pericard.internal.FeatureStatus
import dev.pericard.internal.FoundPerson
import dev.pericard.internal.Incident
import dev.pericard.internal.InputProblem
import dev.pericard.internal.Labs
import dev.pericard.internal.LogCheck
import dev.pericard.internal.Messages
import dev.pericard.internal.NoHandle
import dev.pericard.internal.PericardException
import dev.pericard.internal.Person
import dev.pericard.internal.PolicyStatus
import dev.pericard.internal.PortalConfig
import dev.pericard.internal.SessionState
import dev.pericard.internal.SignIn
import dev.pericard.internal.SignInMethod
import dev.pericard.internal.SignInStep
import dev.pericard.internal.SyncOutcome
import dev.pericard.internal.SyncProgress
import dev.pericard.internal.SyncRun
import dev.pericard.internal.TotpEnrolment
import dev.pericard.internal.TwoFactor
import dev.pericard.internal.TwoFactorStatus
import java.time.Duration

/** What a [FakeAccount] stands on: an account in memory, in the core's own shapes. */
internal class ScriptedAccount(private val name: String, val record: ScriptedRecord) : Account(NoHandle) {
    private val streams = mutableListOf<FakeChanges>()
    private val contentLock = ScriptedLock(this)

    @Volatile
    var sessionState: SessionState = SessionState.Active
        set(state) {
            field = state
            tell(ChangeSet(emptyList(), outbox = false, session = true, features = false, people = false))
        }

    @Volatile
    var failure: PericardException? = null
        set(failure) {
            field = failure
            everybody().forEach { it.fail(failure) }
        }

    /** Whose records the account shows beside those of who signed in. */
    @Volatile
    var others: List<FakePerson> = emptyList()
        set(people) {
            field.forEach { it.core.account = null }
            field = people
            people.forEach { it.core.account = this }
            tell(ChangeSet(emptyList(), outbox = false, session = false, features = false, people = true))
        }

    /** Whom the portal names. */
    @Volatile
    var findable: List<FakePerson> = emptyList()

    @Volatile
    var syncSteps: List<SyncProgress> = emptyList()

    @Volatile
    var syncEnd: Result<SyncOutcome> = Result.success(SyncOutcome.Complete)

    @Volatile
    var noted: List<Incident> = emptyList()
        set(incidents) {
            field = incidents
            tell(ChangeSet(emptyList(), outbox = false, session = false, features = true, people = false))
        }

    @Volatile
    var featureStates: List<FeatureStatus> = Feature.entries.map { FeatureStatus(it, FeatureState.On) }
        set(states) {
            field = states
            tell(ChangeSet(emptyList(), outbox = false, session = false, features = true, people = false))
        }

    @Volatile
    var policyStatus: PolicyStatus = PolicyStatus(
        configured = false,
        seq = null,
        issuedAt = null,
        askedAt = null,
        problem = null,
        updateRequired = null,
    )

    @Volatile
    var log: List<AccessEntry> = emptyList()

    @Volatile
    var logCheck: LogCheck = LogCheck.WHOLE

    init {
        record.tell(::tell)
    }

    override fun id(): String = "fake-account"

    override fun portal(): String = "https://portal.example/fhir"

    override fun portalConfig(): PortalConfig = PortalConfig(
        base = portal(),
        client = ClientId.Registered("fake"),
        redirect = "com.example.fake:/callback",
        nativeSignIn = true,
        lease = null,
        policyKeys = null,
        extraRoots = emptyList(),
    )

    override fun session(): SessionState = sessionState

    override fun people(): List<Person> =
        listOf(Person(OWN, name, isSelf = true, sessionState, mayWrite = true)) + others.map { it.core.person(of = sessionState) }

    override suspend fun findPeople(): List<FoundPerson> {
        check()
        return notHere().map { FoundPerson(it.patient, it.name, it.relationship) }
    }

    override suspend fun addPerson(method: SignInMethod, patient: String?): SignIn {
        check()
        val person = notHere().firstOrNull { patient == null || it.patient == patient }
        return FakeSignIn(this, person ?: throw PericardException.NotFound())
    }

    override suspend fun forgetPerson(person: String) {
        check()
        if (person == OWN) throw PericardException.InvalidInput("person", InputProblem.WRONG_STATE)
        others -= other(person)
    }

    override fun documents(person: String): Documents = recordOf(person).documents

    override fun labs(person: String): Labs = recordOf(person).labs

    override fun messages(person: String): Messages = recordOf(person).messages

    override fun startSync(budget: Duration?, full: Boolean): SyncRun {
        check()
        syncEnd.onSuccess { outcome -> everybody().forEach { it.synced(outcome) } }
        return FakeSyncRun(syncSteps, syncEnd)
    }

    override fun changes(): Changes {
        check()
        return FakeChanges().also { synchronized(streams) { streams += it } }
    }

    override suspend fun held(): ULong {
        check()
        return everybody().sumOf { it.held() }
    }

    override suspend fun incidents(): List<Incident> {
        check()
        return noted
    }

    override suspend fun features(languages: List<String>): List<FeatureStatus> {
        check()
        return featureStates
    }

    override fun policy(): PolicyStatus {
        check()
        return policyStatus
    }

    override suspend fun checkPolicy(): PolicyStatus = policy()

    override suspend fun accessLog(before: ULong?, limit: UInt): AccessPage {
        check()
        val older = log.filter { before == null || it.number < before }.sortedByDescending { it.number }
        val page = older.take(limit.toInt())
        return AccessPage(page, page.lastOrNull()?.number.takeIf { page.size < older.size })
    }

    override suspend fun checkAccessLog(): LogCheck {
        check()
        return logCheck
    }

    override suspend fun exportAccessLog(): String {
        check()
        val names = people().associate { it.id to it.name }
        val rows = log.sortedBy { it.number }.map {
            "${it.number},${it.at},${it.action.name.lowercase()},${names[it.person].orEmpty()},${it.thread ?: it.document.orEmpty()}"
        }
        return (listOf("number,at,action,person,record") + rows).joinToString("") { "$it\r\n" }
    }

    override suspend fun export(person: String, format: ExportFormat, current: ByteArray?): Export {
        check()
        return FakeExport(if (person == OWN) name else other(person).name, format)
    }

    override suspend fun signInAgain(method: SignInMethod, person: String?): SignIn = throw PericardException.Offline()

    override suspend fun stepUp(method: SignInMethod): SignIn = throw PericardException.Offline()

    override fun lock(): AccountLock = contentLock

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

    private fun everybody(): List<ScriptedRecord> = listOf(record) + others.map { it.core.record }

    private fun recordOf(person: String): ScriptedRecord {
        check()
        return if (person == OWN) record else other(person).core.record
    }

    private fun other(person: String): FakePerson = others.firstOrNull { it.id.value == person } ?: throw PericardException.NotFound()

    /** Whom the portal names and who could be added. */
    private fun notHere(): List<FakePerson> = findable - others.toSet()

    internal fun tell(set: ChangeSet) {
        synchronized(streams) { streams.toList() }.forEach { it.add(set) }
    }

    private companion object {
        const val OWN = "fake-person"
    }
}

/** Adds somebody, and asks nothing for it. */
private class FakeSignIn(private val account: ScriptedAccount, private val person: FakePerson) : SignIn(NoHandle) {
    override fun step(): SignInStep = SignInStep.Ready(null)

    override suspend fun authorizationUrl(): String = throw notAsked()

    override suspend fun redirected(to: String): SignInStep = throw notAsked()

    override suspend fun password(user: String, password: ByteArray): SignInStep = throw notAsked()

    override suspend fun code(code: String): SignInStep = throw notAsked()

    override suspend fun recoveryCode(code: String): SignInStep = throw notAsked()

    override suspend fun finish(): Account {
        if (person !in account.others) account.others += person
        return account
    }

    override suspend fun cancel() {}

    override fun close() {}

    private fun notAsked() = PericardException.InvalidInput("step", InputProblem.NOT_ASKED)
}

/** A copy in which there is nothing but the person's name. */
private class FakeExport(name: String, format: ExportFormat) : Export(NoHandle) {
    private var left = when (format) {
        ExportFormat.HTML -> "<!doctype html><title>$name</title>"
        ExportFormat.FHIR -> """{"resourceType":"Bundle","type":"collection"}"""
    }.toByteArray()

    override suspend fun read(): ByteArray = left.also { left = ByteArray(0) }

    override fun close() {}
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
