package dev.pericard.app.models

import dev.pericard.Account
import dev.pericard.AccountId
import dev.pericard.Feature
import dev.pericard.FeatureCapability
import dev.pericard.MessageState
import dev.pericard.Messages
import dev.pericard.PericardException
import dev.pericard.PersonId
import dev.pericard.PortalPage
import dev.pericard.SealReason
import dev.pericard.SessionState
import dev.pericard.app.ui.model.Owner
import dev.pericard.app.ui.records.RecordKind
import dev.pericard.app.ui.signin.AccountCard
import dev.pericard.app.ui.signin.ClinicOffers
import dev.pericard.app.ui.signin.ClinicsState
import dev.pericard.app.ui.signin.Standing
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.flow.MutableSharedFlow
import kotlinx.coroutines.flow.SharedFlow
import kotlinx.coroutines.flow.distinctUntilChanged
import kotlinx.coroutines.flow.drop
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.flow.takeWhile
import kotlinx.coroutines.launch
import java.time.Instant

/** Every account on this device, each with its model, which lives as long as the account does. */
class Accounts(
    private val scope: CoroutineScope,
    private val core: Core,
    private val configuration: Configuration,
    private val now: () -> Instant,
    private val languages: () -> List<String>,
) {
    private val left = MutableSharedFlow<Unit>(extraBufferCapacity = 8)
    private val moved = MutableSharedFlow<Unit>(extraBufferCapacity = 8)
    private val turned = MutableSharedFlow<Unit>(extraBufferCapacity = 64)

    var all: List<AccountModel> = emptyList()
        private set(now) {
            field = now
            number(now)
        }

    /** The session of an account is another one. */
    val sessions: SharedFlow<Unit> = turned

    /** An account has gone from this device. */
    val gone: SharedFlow<Unit> = left

    /** Somebody came to an account, or went from it. */
    val members: SharedFlow<Unit> = moved

    val owners: List<Owner> get() = all.flatMap { it.owners }

    /** Clinics that ask for a sign-in. */
    val needSignIn: Int get() = all.map { it.standing(null) }.count { it is Standing.SignIn || it is Standing.SignedOut }

    fun of(id: AccountId): AccountModel? = all.find { it.account.id == id }

    /** By the person's id: the name is empty while the account is sealed, and a clinic may have several accounts here. */
    fun of(owner: Owner): AccountModel? = all.find { model -> model.state.value.people.any { it.id == owner.person.id } }

    /** Reads which there are; those that were here keep their models. */
    suspend fun read() {
        val here = try {
            core.accounts()
        } catch (_: PericardException) {
            return
        }
        val before = all.associateBy { it.account.id }
        all = here.map { account -> before[account.id] ?: opened(account) }
        before.values.filter { it !in all }.forEach { it.close() }
    }

    private fun opened(account: Account) =
        AccountModel(scope, core, account, configuration.clinic(account), now, languages).also(::watch)

    /** Several accounts at one clinic are told apart, in the order in which they came. */
    private fun number(all: List<AccountModel>) = all.groupBy { it.clinic }.values.forEach { there ->
        there.forEachIndexed { index, model -> model.number(if (there.size > 1) index + 1 else null) }
    }

    private fun watch(model: AccountModel) {
        scope.launch { model.state.map { view -> view.people.map { it.id } }.distinctUntilChanged().drop(1).collect { moved.emit(Unit) } }
        scope.launch { model.state.map { it.session }.distinctUntilChanged().takeWhile { !model.state.value.gone }.collect { turned.emit(Unit) } }
        scope.launch {
            model.state.first { it.gone }
            all = all - model
            model.close()
            left.emit(Unit)
            turned.emit(Unit)
        }
    }

    /** Where one person's session stands. */
    fun standing(owner: Owner): Standing = of(owner)?.state?.value?.seenBy(owner.person.id)?.standing(null) ?: Standing.Unusable

    /** New messages of one person; none where nothing of theirs can be read. */
    suspend fun unread(owner: Owner): Int = try {
        of(owner)?.account?.messages(PersonId(owner.person.id))?.threads()?.threads?.sumOf { it.unread } ?: 0
    } catch (_: PericardException) {
        0
    }

    /** New messages over everybody; those on the first pages are enough to tell that there are more. */
    suspend fun unread(): Int = owners.sumOf { unread(it) }

    /** What waits to be sent, or for the person's decision. */
    suspend fun waiting(): Int = sum { it.outbox().size }

    /** What was not sent. */
    suspend fun failed(): Int = sum { messages -> messages.outbox().count { it.state is MessageState.Failed || it.state == MessageState.Unknown } }

    private suspend fun sum(count: suspend (Messages) -> Int): Int = owners.sumOf { owner ->
        try {
            of(owner)?.let { count(it.account.messages(PersonId(owner.person.id))) } ?: 0
        } catch (_: PericardException) {
            // A closed account shows nothing.
            0
        }
    }

    suspend fun cards() = ClinicsState(
        all.map { AccountCard(it.account.id.value, it.clinic, it.state.value.people, it.standing(it.completeAt()), it.state.value.number) },
    )
}

/** When everything of everybody was last proved to be here; nothing where that never was. */
private suspend fun AccountModel.completeAt(): Instant? = try {
    val times = state.value.people.map { account.messages(PersonId(it.id)).state().completeAt }
    if (null in times) null else times.filterNotNull().minOrNull()
} catch (_: PericardException) {
    // A closed account says so by where it stands.
    null
}

/** Where an account stands, as its card says it. */
internal fun AccountModel.standing(completeAt: Instant?): Standing = state.value.standing(completeAt)

/** The same for one of its people, where [AccountView.seenBy] made the view. */
internal fun AccountView.standing(completeAt: Instant?): Standing = when (val session = session) {
    SessionState.Active -> Standing.Active(completeAt)
    SessionState.StepUp, is SessionState.SignIn -> Standing.SignIn
    is SessionState.Sealed -> if (session.reason == SealReason.LEASE) Standing.Lease else Standing.SignedOut
    SessionState.SignedOut -> Standing.SignedOut
    SessionState.Locked, is SessionState.Unusable -> Standing.Unusable
}

/** The sync that runs has ended. */
internal suspend fun AccountModel.settled() {
    state.first { it.sync == null }
}

/** What the clinic offers, in plain yes and no. */
internal suspend fun AccountModel.offers(core: Core): ClinicOffers {
    val config = account.portalConfig()
    val can = core.find(config).capabilities
    return ClinicOffers(
        canRead = can.features.any { it.feature == Feature.MESSAGES && it.readable },
        canWrite = can.features.any(FeatureCapability::sendable),
        sendsOnce = can.features.all { it.sendsExactlyOnce || !it.sendable },
        secondStep = can.twoFactor,
        native = config.nativeSignIn && can.nativeSignIn,
        provesWho = can.signedIdentity,
        tiedToPhone = can.boundTokens,
        revokes = can.revocation,
        accountPage = PortalPage.ACCOUNT in can.pages,
        sessionsPage = PortalPage.SESSIONS in can.pages,
        records = RecordKind.entries.filter { kind -> can.features.any { it.feature == kind.feature && it.readable } }.toSet(),
    )
}
