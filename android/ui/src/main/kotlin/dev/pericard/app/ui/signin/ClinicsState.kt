package dev.pericard.app.ui.signin

import androidx.compose.runtime.Immutable
import dev.pericard.app.ui.model.Clinic
import dev.pericard.app.ui.model.Person
import dev.pericard.app.ui.model.Problem
import dev.pericard.app.ui.model.Unprinted
import dev.pericard.app.ui.records.RecordKind
import java.time.Instant

/** Every account on this phone; none is hidden because another fails. */
@Immutable
data class ClinicsState(val accounts: List<AccountCard>) : Unprinted()

@Immutable
data class AccountCard(
    val id: String,
    val clinic: Clinic,
    val people: List<Person>,
    val standing: Standing,
    /** Which of several accounts at this clinic, from 1; nothing where it is the only one. */
    val number: Int? = null,
) : Unprinted()

/** Where an account stands, in the order in which it is told. */
@Immutable
sealed interface Standing {
    /** Signed in. [completeAt] is when a sync last proved that everything is here; nothing where none has. */
    data class Active(val completeAt: Instant?) : Unprinted(), Standing

    /** The clinic asks for a new or a fresher sign-in; the messages stay readable. */
    data object SignIn : Standing

    /** Sealed after the clinic ended the session, or answered for another person. */
    data object SignedOut : Standing

    /** Sealed because the phone was offline for too long. */
    data object Lease : Standing

    data object Unusable : Standing
}

interface ClinicsEvents {
    fun open(accountId: String)

    fun signInAgain(accountId: String)

    fun add()
}

/** An account's clinic: what it offers, and the way out. */
@Immutable
data class ClinicPageState(
    val clinic: Clinic,
    /** As it said last; nothing until it has answered. */
    val offers: ClinicOffers? = null,
    /** Why it does not answer now. */
    val problem: Problem? = null,
) : Unprinted()

/** What a clinic offers, as plain yes and no. */
@Immutable
data class ClinicOffers(
    val canRead: Boolean,
    val canWrite: Boolean,
    /** A message arrives once even if the answer is lost. */
    val sendsOnce: Boolean,
    val secondStep: Boolean,
    /** Sign-in on the app's own screens, by the maker's configuration. */
    val native: Boolean,
    val provesWho: Boolean,
    val tiedToPhone: Boolean,
    val revokes: Boolean,
    /** It has a page for the account. */
    val accountPage: Boolean,
    /** It has one for where one is signed in. */
    val sessionsPage: Boolean = false,
    /** What it has besides messages. */
    val records: Set<RecordKind> = emptySet(),
) : Unprinted()

interface ClinicPageEvents {
    fun openAccountPage()

    /** Leads to what goes from this phone with it. */
    fun signOut()
}
