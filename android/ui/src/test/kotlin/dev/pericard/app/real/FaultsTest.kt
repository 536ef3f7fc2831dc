package dev.pericard.app.real

import dev.pericard.app.ui.View
import dev.pericard.app.ui.app.AppState
import dev.pericard.app.ui.app.Screen
import dev.pericard.app.ui.inbox.InboxBanner
import dev.pericard.app.ui.inbox.InboxBody
import dev.pericard.app.ui.model.Problem
import dev.pericard.app.ui.notices.Notice
import dev.pericard.app.ui.samples.SAMPLE_NOW
import dev.pericard.app.ui.signin.ClinicOffers
import dev.pericard.app.ui.signin.Step
import dev.pericard.app.ui.thread.Delivery
import dev.pericard.world.NetworkState
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import java.time.Duration

/** What goes wrong at the portal or on the way is said above the rows, which stay. */
class FaultsTest : RealTest() {
    private suspend fun Phone.seesBanner(state: String, vararg also: View, look: (InboxBanner?) -> Boolean): InboxBanner? {
        val shown = sees("19-inbox-off", state, *also) { all -> all.home?.inbox?.run { !refreshing && body.isWhole() && look(banner) } == true }
        return shown.home?.inbox?.banner
    }

    private suspend fun Phone.seesNotice(screen: String, state: String, vararg also: View): Notice {
        does.inbox.openNotice(checkNotNull(app.app.state.value.home?.inbox?.banner))
        return (sees(screen, state, *also) { it.top is Screen.OneNotice }.top as Screen.OneNotice).state.notice
    }

    private fun fails(state: String, fault: String, vararg also: View, look: (InboxBanner?) -> Boolean) = real {
        signIn()
        tells(fault)
        sync()
        seesBanner(state, *also, look = look)
        tells("""{"fault":"none"}""")
        world.advance(120u)
        sync()
        app.inbox("nothing any more") { it.banner == null && it.body.isWhole() }
    }

    @Test
    fun aClinicThatFailsIsTriedAgain() = fails("failing", """{"fault":"status","code":503}""") { it == InboxBanner.Failed(Problem.Failing) }

    @Test
    fun aClinicThatWantsAPauseGetsOne() = fails("rateLimited", """{"fault":"rate_limit","seconds":900}""") { it is InboxBanner.RateLimited }

    @Test
    fun aListWithAGapIsNotCalledComplete() = real("""{"ana":{"threads":8,"messages":80}}""", faults = """{"fault":"incomplete_page","as":"warning"}""") {
        signIn()
        sync()
        sees("19-inbox-off", "incomplete") { all -> all.home?.inbox?.run { !refreshing && banner is InboxBanner.Incomplete } == true }
        assertEquals(null, app.app.state.value.announcement)
    }

    @Test
    fun aClinicThatNeverAnswersIsOffline() = real {
        signIn()
        world.network(NetworkState.STALLED)
        does.inbox.refresh()
        sees("15-inbox", "refreshing") { all -> all.home?.inbox?.refreshing == true }
        givesUp()
        seesBanner("stalled") { it is InboxBanner.Offline }
    }

    @Test
    fun aClinicThatAsksForASignInKeepsItsMessagesReadable() = real {
        signIn()
        world.advance(600u)
        tells("""{"fault":"refresh_error","as":"consent_required"}""")
        sync()
        seesBanner("signIn", View.Dark, View.Large, View.Arabic) { it == InboxBanner.SignIn }
        tells("""{"fault":"none"}""")
        does.inbox.signInAgain()
        app.step<Step.Password>()
        password()
        app.inbox("all again") { it.banner == null && it.body.isWhole() }
    }

    @Test
    fun aFullPhoneKeepsWhatIsHereAndSaysWhatIsMissing() = SmallDisk.use(megabytes = 16) { disk ->
        real {
            restart { directory = disk.directory.path }
            signIn()
            disk.fill()
            tells("""{"new_message":{"who":"ana","thread":1,"text":"One more thing."}}""")
            sync()
            seesBanner("storageFull", View.Dark, View.Large, View.Arabic) { it == InboxBanner.Failed(Problem.StorageFull) }
            does.inbox.openThread(app.content().rows.first().id)
            app.shows("a conversation that was here") { all -> all.thread?.takeIf { it.messages.isNotEmpty() } }
            does.thread.write(WRITTEN)
            does.thread.send()
            sees("26-thread-states", "storageFull") { all -> all.thread?.run { problem == Problem.StorageFull && draft.text == WRITTEN } == true }
            disk.empty()
            does.thread.send()
            app.shows("that it is sent") { all -> all.thread?.takeIf { it.draft.text.isEmpty() && it.messages.first().delivery == Delivery.Sent } }
            does.back()
            sync()
            app.inbox("everything") { it.banner == null && it.body.isWhole() }
            assertEquals(1uL, world.portalMessages(WRITTEN))
        }
    }

    @Test
    fun aClinicThatTakesNoMessagesOffersNoWriting() = real(faults = """{"fault":"lacks","as":"sending"}""") {
        signIn()
        sees("15-inbox", "readOnly", View.Dark, View.Large, View.Arabic) { all -> all.home?.inbox?.run { !canWrite && body.isWhole() } == true }
        does.inbox.openThread(app.content().rows.first().id)
        sees("26-thread-states", "readOnly", View.Dark, View.Large, View.Arabic) { all -> all.thread?.run { !canWrite && messages.isNotEmpty() } == true }
        does.back()
        seesClinic("readOnly") { it.canRead && !it.canWrite }
    }

    @Test
    fun aClinicThatBeginsToTakeMessagesIsNoticed() = real(faults = """{"fault":"lacks","as":"sending"}""") {
        signIn()
        app.inbox("nothing to write with") { !it.canWrite }
        tells("""{"fault":"none"}""")
        device.time += Duration.ofMinutes(15)
        app.app.toFront()
        app.inbox("what one writes with") { it.canWrite }
    }

    @Test
    fun aClinicWithoutMessagesSaysSo() = real(faults = """{"fault":"lacks","as":"messages"}""") {
        signIn()
        sees("19-inbox-off", "notOffered", View.Dark, View.Large, View.Arabic) { all ->
            all.home?.inbox?.run { banner == InboxBanner.NotOffered && body == InboxBody.Empty && !canWrite } == true
        }
        seesClinic("noMessages") { !it.canRead && !it.canWrite }
        does.back()
        app.shows("the clinics") { it.top as? Screen.Clinics }
        does.back()
        tells("""{"fault":"none"}""")
        world.advance(120u)
        sync()
        app.inbox("everything, once it has them") { it.banner == null && it.canWrite && it.body.isWhole() }
    }

    private suspend fun Phone.seesClinic(state: String, look: (ClinicOffers) -> Boolean) {
        does.you.openClinics()
        does.clinics.open(app.shows("the clinics") { it.top as? Screen.Clinics }.state.accounts.single().id)
        sees("03-clinic", state) { all -> (all.top as? Screen.OneClinic)?.state?.offers?.let(look) == true }
    }

    @Test
    fun aClockThatIsWrongIsNamedWithBothTimes() = real(manners = ""","dpop":"required"""") {
        signIn()
        world.setBack(YEAR)
        device.time -= Duration.ofSeconds(YEAR.toLong())
        sync()
        seesBanner("clockWrong") { it == InboxBanner.ClockWrong }
        val notice = seesNotice("36-notice-clock", "clinicTime", View.Dark) as Notice.ClockWrong
        assertTrue(Duration.between(notice.phoneTime, notice.clinicTime) > Duration.ofDays(300))
        does.notice.close()
        world.setAhead(YEAR)
        device.time = SAMPLE_NOW
        sync()
        app.inbox("nothing any more") { it.banner == null }
    }

    @Test
    fun somebodyElsesRecordStopsUpdatesAndTheCacheStays() = real(TWO) {
        signIn()
        tells("""{"fault":"leak_other_patient","when":"always"}""")
        sync()
        badged()
        seesBanner("stopped", View.Dark, View.Large, View.Arabic) { it is InboxBanner.Stopped }
        val notice = seesNotice("34-notice-incident", "incident", View.Dark, View.Large, View.Arabic) as Notice.Incident
        does.notice.copyReport()
        assertEquals(listOf("copy ${notice.report}"), device.asked)
        assertTrue(listOf("Ana", "Ben").none { it in notice.report }, notice.report)
        does.notice.close()
        does.you.openNotices()
        sees("54-you", "notices") { all -> (all.top as? Screen.Notices)?.state?.rows?.isNotEmpty() == true }
    }

    @Test
    fun aRecordThatNamesSomebodyElseIsHeldBack() = real(TWO, faults = """{"fault":"names_another"}""") {
        signIn()
        sync()
        seesBanner("held") { it == InboxBanner.Held(1) }
        val notice = seesNotice("35-notice-unmatched", "heldOne", View.Dark) as Notice.Held
        assertEquals(1, notice.count)
        does.inbox.search("appointments follow")
    }

    private companion object {
        const val WRITTEN = "I have read it."
        val YEAR = 8760uL * 3600u
        const val TWO = """{"ana":{"threads":8,"messages":40},"ben":{"threads":1,"messages":3}}"""
    }
}
