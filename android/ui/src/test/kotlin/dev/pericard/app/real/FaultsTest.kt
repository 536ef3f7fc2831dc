package dev.pericard.app.real

import dev.pericard.app.ui.View
import dev.pericard.app.ui.app.AppState
import dev.pericard.app.ui.app.Screen
import dev.pericard.app.ui.inbox.InboxBanner
import dev.pericard.app.ui.inbox.InboxBody
import dev.pericard.app.ui.model.Problem
import dev.pericard.app.ui.notices.Notice
import dev.pericard.app.ui.samples.SAMPLE_NOW
import dev.pericard.app.ui.signin.Step
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
        val YEAR = 8760uL * 3600u
        const val TWO = """{"ana":{"threads":8,"messages":40},"ben":{"threads":1,"messages":3}}"""
    }
}
