package dev.pericard.app.models

import dev.pericard.Account
import dev.pericard.ChangeSet
import dev.pericard.Feature
import dev.pericard.FeatureState
import dev.pericard.Incident
import dev.pericard.IncidentId
import dev.pericard.IncidentKind
import dev.pericard.PericardException
import dev.pericard.PersonId
import dev.pericard.SessionState
import dev.pericard.SyncOutcome
import dev.pericard.SyncProgress
import dev.pericard.SyncRun
import dev.pericard.app.ui.model.Clinic
import dev.pericard.app.ui.model.Owner
import dev.pericard.app.ui.model.Person
import dev.pericard.app.ui.model.Unprinted
import dev.pericard.app.ui.signin.ClinicOffers
import dev.pericard.changes
import dev.pericard.join
import dev.pericard.progress
import kotlin.time.Duration
import kotlin.time.Duration.Companion.minutes
import kotlin.time.toKotlinDuration
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.flow.MutableSharedFlow
import kotlinx.coroutines.flow.SharedFlow
import kotlinx.coroutines.launch
import java.time.Instant

/** An account as the screens that show it see it. */
data class AccountView(
    val session: SessionState,
    val people: List<Person>,
    /** Where each person's own session stands, by their id. */
    val sessions: Map<String, SessionState> = emptyMap(),
    val sync: Syncing? = null,
    /** Those to whose records the clinic has ended the access, until the person knows it. */
    val ended: List<Person> = emptyList(),
    /** Why the last sync failed; nothing where it did not. */
    val failure: PericardException? = null,
    /** What may be done with each kind of records: the clinic's policy, and what was refused. */
    val features: Map<Feature, FeatureState> = emptyMap(),
    /** The oldest version of the app that the clinic accepts; nothing where this one is new enough. */
    val update: String? = null,
    /** The last time that the copy on this phone was damaged and begun anew. */
    val begunAnew: Incident? = null,
    /** What the clinic can do, as it said last; nothing until it has answered. */
    val offers: ClinicOffers? = null,
    /** The last sync proved that everything is here. */
    val isComplete: Boolean = false,
    /** The person stopped the last sync. */
    val left: Boolean = false,
    /** Which of several accounts at this clinic, from 1; nothing where it is the only one. */
    val number: Int? = null,
    /** It was signed out or forgotten. */
    val gone: Boolean = false,
) : Unprinted() {
    /** As it is for one of its people, where the account is open at all. */
    fun seenBy(person: String): AccountView = when (session) {
        SessionState.Locked, SessionState.SignedOut, is SessionState.Unusable -> this
        SessionState.Active, SessionState.StepUp, is SessionState.SignIn, is SessionState.Sealed ->
            copy(session = sessions[person] ?: session)
    }

    fun state(feature: Feature): FeatureState = features[feature] ?: FeatureState.On

    val messages: FeatureState get() = state(Feature.MESSAGES)

    /** What brings a notice where it is not [ALL_WELL]. */
    val rules: Pair<FeatureState, String?> get() = messages to update

    /** The clinic delivered another person's record; updates are stopped. */
    val stopped: IncidentId? get() = (messages as? FeatureState.Stopped)?.incident
}

internal val ALL_WELL: Pair<FeatureState, String?> = FeatureState.On to null

/** A sync under way. [asked] is whether the person wants to see it. */
data class Syncing(val progress: SyncProgress?, val asked: Boolean) : Unprinted()

/**
 * One account, for everything that shows it: its session, its sync, and what changes in it. It alone reads the account's
 * stream, and [changes] tells the others after the view is up to date.
 */
class AccountModel(
    above: CoroutineScope,
    private val core: Core,
    val account: Account,
    val clinic: Clinic,
    private val now: () -> Instant,
    private val languages: () -> List<String> = { emptyList() },
) : Model<AccountView>(above, account.view()) {
    private val told = MutableSharedFlow<ChangeSet>(extraBufferCapacity = 64)
    private var run: SyncRun? = null
    private var asking = false

    /** What was new when it was last counted, while it was locked. */
    private var counted = 0L

    /** When the clinic last said what it can do. */
    private var answeredAt: Instant? = null

    /** What was typed and cannot be kept while nothing may be read. */
    private val unkept = mutableSetOf<Drafting>()

    val changes: SharedFlow<ChangeSet> = told

    /** Those of whom the person removes what is here: the clinic has no part in that. */
    private val removing = mutableSetOf<String>()
    /** Two who signed in at one clinic are told apart by their colours, too. */
    val owners: List<Owner>
        get() = state.value.run { people.map { Owner(it.copy(color = it.color + (number ?: 1) - 1), clinic, number) } }

    internal fun number(number: Int?) = show { it.copy(number = number) }

    init {
        scope.launch {
            readFeatures()
            try {
                account.changes.collect { change ->
                    look()
                    if (change.features) readFeatures()
                    tell(change)
                }
                show { it.copy(gone = true) }
            } catch (error: PericardException) {
                show { it.copy(session = account.session, failure = error) }
            }
        }
    }

    /** Reads who is here and where they stand. */
    internal fun look() {
        val now = account.view()
        val here = now.people.map { it.id }.toSet()
        show { before ->
            // An account that is gone, or cannot be used, names nobody.
            val ended = if (here.isEmpty()) emptyList() else before.people.filter { it.id !in here && it.id !in removing && it.name.isNotEmpty() }
            before.copy(session = now.session, people = now.people, sessions = now.sessions, ended = before.ended + ended)
        }
    }

    /** The person has read that the first of these accesses ended. */
    fun knowsOfEnd() = show { it.copy(ended = it.ended.drop(1)) }

    /** Removes what is here of one of its people; the others stay. */
    suspend fun forget(person: Person) {
        removing += person.id
        try {
            account.forgetPerson(PersonId(person.id))
            look()
        } finally {
            removing -= person.id
        }
    }

    private suspend fun tell(change: ChangeSet) {
        if (change.session || change.features) unkept.toList().forEach { keep(it) }
        told.emit(change)
    }

    /** What the clinic's policy says and what was refused, with the clinic's words in the person's language. */
    internal suspend fun readFeatures() {
        val (features, incidents, policy) = try {
            Triple(account.features(languages()), account.incidents(), account.policy())
        } catch (_: PericardException) {
            // A closed account says so by its session.
            return
        }
        show { view ->
            view.copy(
                features = features.associate { it.feature to it.state },
                update = policy.updateRequired,
                begunAnew = incidents.filter { it.kind == IncidentKind.DATABASE_DAMAGED }.maxByOrNull { it.at },
            )
        }
    }

    /** Reads anew what may be read now: a fresh sign-in changes nothing else of which the core would tell. */
    internal fun reopened() {
        scope.launch {
            readFeatures()
            tell(ChangeSet(emptyList(), outbox = false, session = true, features = false, people = false))
        }
    }

    /**
     * Keeps what was typed; once it may, where the clinic lets nobody read until a fresh sign-in or for now. It is in memory
     * until then.
     */
    internal suspend fun keep(drafting: Drafting) {
        try {
            drafting.keep()
            unkept -= drafting
        } catch (error: PericardException) {
            // An account that was sealed meanwhile takes no drafts.
            if (error.isUntilLater) unkept += drafting else unkept -= drafting
        }
    }

    /** Brings the account up to date, or joins the sync that does. */
    fun sync(asked: Boolean = false, full: Boolean = false) {
        if (state.value.sync != null) {
            if (asked) show { it.copy(sync = it.sync?.copy(asked = true)) }
            attempt({}) {
                // Joining is what makes it send what was queued since it began. How it ends is told to whoever follows it.
                account.startSync(full = full)
                if (asked) askForPolicyMeanwhile()
            }
            return
        }
        show { it.copy(sync = Syncing(null, asked), left = false) }
        scope.launch {
            var outcome: SyncOutcome? = null
            var left = false
            if (asked) askForPolicy()
            val failure = try {
                val started = account.startSync(full = full).also { run = it }
                started.progress.collect { progress -> show { it.copy(sync = it.sync?.copy(progress = progress)) } }
                outcome = started.outcome
                null
            } catch (error: PericardException) {
                left = error is PericardException.Cancelled
                error.takeUnless { left }
            } finally {
                run = null
            }
            readFeatures()
            val wanted = state.value.sync?.asked == true
            show { it.copy(sync = null, failure = failure, session = account.session, isComplete = outcome == SyncOutcome.Complete, left = left) }
            if (!left && (failure == null || failure is PericardException.Portal)) askWhereOld(wanted)
        }
    }

    /**
     * Brings it up to date within [budget] and says nothing about how it went: nobody is looking. True where it is locked and
     * there is more at the clinic than before.
     */
    suspend fun syncInBackground(budget: Duration): Boolean {
        val before = counted
        try {
            val run = account.startSync(budget = budget)
            run.join()
            counted = run.news
        } catch (_: PericardException) {
            // What failed is told when the app is in front.
        }
        return counted > before
    }

    /** A person who pulls wants to know now whether something is on again; a sync asks once an hour. */
    private suspend fun askForPolicy() {
        try {
            account.checkPolicy()
        } catch (_: PericardException) {
            // What is in force stays so, and the sync finds out why there was no answer.
        }
    }

    /** The sync that runs may have left out what is on again. */
    private suspend fun askForPolicyMeanwhile() {
        val before = state.value.run { features to update }
        askForPolicy()
        readFeatures()
        if (state.value.run { features to update } == before) return
        settled()
        sync()
    }

    fun stopSync() {
        run?.cancel()
    }

    /**
     * What the clinic can do is asked for once it has answered at all, and by itself: nothing waits for it. What it said is
     * taken for a while, unless the person wants to know it now.
     */
    private fun askWhereOld(person: Boolean) {
        val age = answeredAt?.let { java.time.Duration.between(it, now()).toKotlinDuration() }
        // A clock that was set back makes it old as well.
        val isFresh = age != null && age >= Duration.ZERO && age < FRESH
        if (asking || isFresh && !person) return
        asking = true
        attempt({ asking = false }) {
            askClinic()
            asking = false
        }
    }

    /** Asks the clinic what it can do. What is known stays where it does not answer. */
    suspend fun askClinic() {
        val offers = offers(core)
        answeredAt = now()
        show { it.copy(offers = offers) }
    }

    private companion object {
        val FRESH = 15.minutes
    }
}

/** Nothing may be read or written until a fresh sign-in, or until the clinic says otherwise. */
private val PericardException.isUntilLater: Boolean
    get() = this is PericardException.StepUpRequired || this is PericardException.SwitchedOff

/** Where an account stands, and its people, each with the colour that they have everywhere. */
private fun Account.view(): AccountView {
    val here = people
    return AccountView(
        session,
        here.mapIndexed { index, person -> Person(person.id.value, person.name, person.isSelf, index, person.mayWrite) },
        here.associate { it.id.value to it.session },
    )
}
