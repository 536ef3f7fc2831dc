package dev.pericard.app.real

import dev.pericard.app.models.LINDEN
import dev.pericard.app.models.News
import dev.pericard.app.ui.View
import dev.pericard.app.ui.app.Screen
import dev.pericard.app.ui.app.Tab
import dev.pericard.app.ui.inbox.InboxBody
import dev.pericard.app.ui.privacy.Waiting
import dev.pericard.app.ui.signin.Standing
import dev.pericard.app.ui.words.Language
import dev.pericard.app.ui.you.Choice
import dev.pericard.world.NetworkState
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import kotlin.time.Duration.Companion.seconds

/** What is around the messages: people, clinics, settings, help. */
class AroundTest : RealTest() {
    @Test
    fun twoPeopleOfOneClinicStayApart() = real("""{"ana":{"threads":8,"messages":40},"ben":{"threads":2,"messages":5}}""") {
        signIn()
        val ana = checkNotNull(app.app.state.value.home).inbox.owner
        does.select(Tab.You)
        sees("54-you", "you", View.Dark, View.Large, View.Arabic) { it.home?.tab == Tab.You }
        does.you.openClinics()
        app.shows("the clinics") { it.top as? Screen.Clinics }
        does.clinics.add()
        who = "ben"
        signIn()
        val ben = checkNotNull(app.shows("the other inbox") { all -> all.home?.takeIf { it.tab == Tab.Messages && it.inbox.owner.person.id != ana.person.id } }).inbox.owner
        does.inbox.choosePerson()
        val people = sees("38-people", "choosing", View.Dark, View.Large, View.Arabic) { it.home?.people != null }.home?.people
        assertEquals(listOf(ana, ben).map { it.person.id } to ben, people?.rows?.map { it.owner.person.id } to people?.chosen)
        assertEquals(listOf(1 to 0, 2 to 1), people?.rows?.map { it.owner.number to it.owner.person.color })
        does.people.choose(ana)
        seesBody("15-inbox", "theOther") { it.isWhole() }
        does.you.openClinics()
        val clinics = sees("02-clinics", "accounts", View.Dark, View.Large, View.Arabic) { it.top is Screen.Clinics }.top as Screen.Clinics
        assertTrue(clinics.state.accounts.all { (it.standing as Standing.Active).completeAt != null })
        assertEquals(listOf(1, 2), clinics.state.accounts.map { it.number })
        tells("""{"revoke":"ana"}""")
        tells("""{"revoke":"ben"}""")
        restart()
        app.inbox("that it is closed") { it.body is InboxBody.Closed }
        app.app.toFront()
        settledBehind()
        does.closed.choosePerson()
        val sealed = sees("38-people", "sealed") { all -> all.home?.people?.rows?.all { it.owner.person.name.isEmpty() } == true }.home?.people
        assertEquals(listOf(1, 2), sealed?.rows?.map { it.owner.toldApartBy })
    }

    @Test
    fun aClinicSaysWhatItOffersAndLetsOneGo() = real {
        signIn()
        does.select(Tab.You)
        does.you.openClinics()
        val id = app.shows("the clinics") { it.top as? Screen.Clinics }.state.accounts.single().id
        does.clinics.open(id)
        val offers = checkNotNull(seesClinic("offers", View.Dark, View.Large, View.Arabic) { it.offers != null }.offers)
        assertTrue(offers.run { canRead && canWrite && sendsOnce && secondStep && native && revokes })
        does.back()
        app.shows("the clinics") { it.top as? Screen.Clinics }
        does.back()
        does.select(Tab.Messages)
        world.network(NetworkState.DOWN)
        does.inbox.openThread(app.content().rows.first().id)
        app.shows("a conversation") { all -> all.thread?.takeIf { it.messages.isNotEmpty() } }
        does.thread.write("Not gone yet")
        does.thread.send()
        app.shows("that it waits") { all -> all.thread?.takeIf { state -> state.messages.any { it.text == "Not gone yet" } } }
        does.back()
        does.you.openClinics()
        app.shows("the clinics") { it.top as? Screen.Clinics }
        does.clinics.open(id)
        seesClinic("offline") { it.problem != null }
        does.clinic.signOut()
        val leaving = sees("58-sign-out", "offline", View.Dark, View.Arabic) { all -> (all.top as? Screen.Leaving)?.state?.run { waiting != null && offline } == true }
        assertEquals(Waiting.Counted(unsent = 1, drafts = 0), (leaving.top as Screen.Leaving).state.waiting)
        does.leaving.leave()
        assertEquals(1, app.shows("the first run") { all -> all.takeIf { it.top is Screen.Welcome } }.stack.size)
    }

    private suspend fun Phone.seesClinic(state: String, vararg also: View, look: (dev.pericard.app.ui.signin.ClinicPageState) -> Boolean) =
        (sees("03-clinic", state, *also) { all -> (all.top as? Screen.OneClinic)?.state?.let(look) == true }.top as Screen.OneClinic).state

    @Test
    fun settingsAndHelpAreThere() = real {
        signIn()
        does.select(Tab.You)
        does.you.openSettings()
        seesSettings("settings", View.Dark)
        does.settings.openChoice(Choice.Language)
        seesSettings("language") { it.choosing == Choice.Language }
        does.settings.language(Language.French)
        assertEquals("fr", device.settings["language"])
        does.back()
        does.you.openHelp()
        sees("54-you", "help") { it.top is Screen.Help }
        does.help.call()
        assertEquals(listOf("call ${LINDEN.phone}"), device.asked)
        does.back()
        does.you.openNotices()
        sees("54-you", "noNotices") { it.top is Screen.Notices }
    }

    @Test
    fun theBackgroundSaysWhatIsNewAndNothingElse() = real {
        signIn()
        assertEquals(News(), app.app.syncInBackground(BUDGET))
        tells("""{"new_message":{"who":"ana","thread":0,"text":"One more thing."}}""")
        assertEquals(News(newMessages = true), app.app.syncInBackground(BUDGET))
        world.network(NetworkState.DOWN)
        tells("""{"new_message":{"who":"ana","thread":0,"text":"And another."}}""")
        assertEquals(News(), app.app.syncInBackground(BUDGET))
    }

    private companion object {
        val BUDGET = 30.seconds
    }
}
