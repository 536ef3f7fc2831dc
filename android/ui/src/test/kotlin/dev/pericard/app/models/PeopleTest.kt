package dev.pericard.app.models

import dev.pericard.PericardException
import dev.pericard.SealReason
import dev.pericard.SessionState
import dev.pericard.app.ui.app.Screen
import dev.pericard.app.ui.inbox.InboxBanner
import dev.pericard.app.ui.inbox.InboxBody
import dev.pericard.app.ui.model.Problem
import dev.pericard.app.ui.notices.ClosedReason
import dev.pericard.app.ui.signin.Standing
import dev.pericard.app.ui.signin.Step
import dev.pericard.app.ui.you.AddPersonState
import dev.pericard.app.ui.you.PeopleState
import dev.pericard.testing.FakeAccount
import dev.pericard.testing.FakePerson
import dev.pericard.testing.sampleMessages
import kotlinx.coroutines.flow.first
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

/** The people for whom somebody acts, with an account in memory. */
class PeopleTest {
    private val mia = FakePerson("Mia Novak", sampleMessages(), relationship = "mother")

    private fun signedIn(vararg others: FakePerson, test: suspend Running.(FakeAccount) -> Unit) = FakeAccount().let { fake ->
        fake.others = others.toList()
        running(FakeCore(fake, signedIn = true)) {
            content()
            test(fake)
        }
    }

    private suspend fun Running.people(what: String, look: (PeopleState) -> Boolean = { true }): PeopleState {
        does.inbox.choosePerson()
        return shows(what) { state -> (state.top as? Screen.Home)?.people?.takeIf(look) }
    }

    private suspend fun Running.choose(person: FakePerson) {
        does.people.choose(people("them").rows.map { it.owner }.first { it.person.id == person.id.value })
        inbox("the other's") { it.owner.person.id == person.id.value }
    }

    private suspend fun Running.adding(what: String, look: (AddPersonState) -> Boolean): AddPersonState =
        shows(what) { state -> (state.top as? Screen.AddPerson)?.state?.takeIf(look) }

    private suspend fun Running.signsIn() {
        step<Step.Password>()
        does.signIn.password("ana", "password")
        step<Step.Code>()
        does.signIn.code("123456")
    }

    @Test
    fun `each is told with what is new and where they stand`() = signedIn(mia, FakePerson("Teresa Novak", mayWrite = false)) { fake ->
        val counted = people("what is new") { it.rows[0].unread > 0 && it.rows[1].unread > 0 }
        assertEquals(listOf("Ana Novak", "Mia Novak", "Teresa Novak"), counted.rows.map { it.owner.name })
        assertEquals(listOf(true, true, false), counted.rows.map { it.owner.person.canWrite })
        assertEquals(listOf(null, "Mia", "Teresa"), counted.rows.map { it.owner.actsFor })
        assertTrue(counted.canAdd)
        does.people.close()
        mia.sessionState = SessionState.Sealed(SealReason.REFUSED)
        val sealed = people("that she is signed out") { it.rows[1].standing == Standing.SignedOut }
        assertTrue(sealed.rows[0].standing is Standing.Active)
        does.people.close()
        fake.sessionState = SessionState.Locked
        shows("the lock, or a closed inbox") { state -> state.lock ?: (state.top as? Screen.Home)?.inbox?.body as? InboxBody.Closed }
        assertFalse(people("the sheet").canAdd)
    }

    @Test
    fun `one person's closed session closes their inbox alone, and is renewed for them`() = signedIn(mia) {
        choose(mia)
        mia.sessionState = SessionState.Sealed(SealReason.REFUSED)
        val closed = inbox("that it is closed") { it.body is InboxBody.Closed }.body as InboxBody.Closed
        assertEquals(ClosedReason.Refused, closed.reason)
        val own = people("them").rows.first().owner
        does.people.choose(own)
        inbox("one's own") { it.owner.person.id == own.person.id && it.body is InboxBody.Content }
        choose(mia)
        does.closed.signInAgain()
        signsIn()
        mia.sessionState = SessionState.Active
        inbox("hers again") { it.owner.person.id == mia.id.value && it.body is InboxBody.Content }
    }

    @Test
    fun `what is open of somebody whose session closes goes from sight, and stays where it is another's`() = signedIn(mia) { fake ->
        choose(mia)
        does.inbox.openThread(content().rows.first().id)
        shows("a conversation") { all -> (all.top as? Screen.Thread)?.takeIf { it.state.messages.isNotEmpty() } }
        fake.sessionState = SessionState.Sealed(SealReason.REFUSED)
        app.accounts.all.single().state.first { it.session is SessionState.Sealed }
        assertTrue(app.state.value.top is Screen.Thread)
        mia.sessionState = SessionState.Sealed(SealReason.REFUSED)
        inbox("that it is closed") { it.body is InboxBody.Closed }
    }

    @Test
    fun `nothing is written for whom one may only read`() {
        val teresa = FakePerson("Teresa Novak", mayWrite = false)
        signedIn(teresa) {
            assertTrue(inbox("one's own") { it.owner.person.isSelf }.canWrite)
            choose(teresa)
            assertFalse(inbox("hers") { it.body is InboxBody.Content }.canWrite)
        }
    }

    @Test
    fun `somebody whom the clinic names is added by one more sign-in, and is looked at then`() = signedIn { fake ->
        fake.findable = listOf(mia)
        people("them")
        does.people.addPerson()
        val found = adding("whom the clinic names") { it.found != null }.found
        assertEquals(listOf("Mia Novak" to "mother"), found?.map { it.name to it.relationship })
        does.addPerson.add(checkNotNull(found).single().patient)
        signsIn()
        inbox("hers") { it.owner.person.id == mia.id.value }
        assertEquals(2, people("them").rows.size)
    }

    @Test
    fun `where the clinic names nobody or does not answer, that is said`() = signedIn { fake ->
        people("them")
        does.people.addPerson()
        assertEquals(emptyList<Any>(), adding("that there is nobody") { it.found != null }.found)
        does.back()
        fake.failure = PericardException.Offline()
        people("them")
        does.people.addPerson()
        assertEquals(Problem.Offline, adding("that it does not answer") { it.problem != null }.problem)
        fake.failure = null
        does.addPerson.lookAgain()
        adding("the answer") { it.found != null && it.problem == null }
    }

    @Test
    fun `an access that ends is said once, and nothing of that person stays in sight`() = signedIn(mia) { fake ->
        choose(mia)
        does.inbox.openThread(content().rows.first().id)
        shows("a conversation") { it.top as? Screen.Thread }
        fake.others = emptyList()
        val own = inbox("one's own, with the word") { it.owner.person.isSelf && it.banner is InboxBanner.AccessEnded }
        assertEquals(InboxBanner.AccessEnded("Mia Novak"), own.banner)
        does.inbox.knowsOfEnd()
        inbox("nothing any more") { it.banner == null }
    }
}
