package dev.pericard.app.real

import dev.pericard.FeatureState
import dev.pericard.app.ui.View
import dev.pericard.app.ui.app.AppState
import dev.pericard.app.ui.app.Screen
import dev.pericard.app.ui.inbox.InboxBanner
import dev.pericard.app.ui.inbox.InboxBody
import dev.pericard.app.ui.inbox.InboxState
import dev.pericard.app.ui.inbox.RowMark
import dev.pericard.app.ui.notices.ClosedReason
import dev.pericard.app.ui.notices.Notice
import dev.pericard.app.ui.signin.Step
import dev.pericard.app.ui.thread.Delivery
import dev.pericard.app.ui.words.Language
import dev.pericard.world.NetworkState
import kotlinx.coroutines.flow.first
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNotNull
import org.junit.jupiter.api.Test

/** What the clinic decides by its signed policy, from the banner to the way back. */
class PolicyTest : RealTest() {
    private suspend fun Phone.decides(policy: String) = tells("""{"policy":$policy}""")

    private suspend fun Phone.messagesAre(rule: String) = decides("""{"features":{"messages":$rule}}""")

    private suspend fun Phone.seesBanner(state: String, banner: InboxBanner, vararg also: View): AppState {
        badged()
        return sees("19-inbox-off", state, *also) { all -> all.home?.inbox?.run { !refreshing && this.banner == banner } == true }
    }

    private suspend fun Phone.seesNotice(screen: String, state: String, banner: InboxBanner, vararg also: View): Notice {
        does.inbox.openNotice(banner)
        return (sees(screen, state, *also) { it.top is Screen.OneNotice }.top as Screen.OneNotice).state.notice
    }

    private suspend fun Phone.answers(text: String): String {
        val id = app.content().rows.first().id
        does.inbox.openThread(id)
        app.shows("a conversation") { all -> all.thread?.takeIf { it.messages.isNotEmpty() } }
        does.thread.write(text)
        does.thread.send()
        return id
    }

    private suspend fun Phone.signsInOnceMore() {
        app.step<Step.Password>()
        password()
    }

    private suspend fun Phone.isAllRight() = app.inbox("nothing any more") { it.banner == null && it.body.isWhole() }

    @Test
    fun whatIsSwitchedOffSaysWhyAndComesBack() = real {
        signIn()
        messagesAre(OFF)
        sync()
        seesBanner("off", InboxBanner.Off)
        device.languages = listOf("fr-CA", "en")
        app.app.language(null)
        app.app.accounts.all.single().state.first { (it.messages as? FeatureState.Off)?.notice?.text == FRENCH }
        val notice = seesNotice("33-notice-off", "off", InboxBanner.Off) as Notice.Off
        assertNotNull(notice.since)
        assertEquals(FRENCH, notice.quote)
        does.notice.readMessages()
        // What is written waits.
        answers(WRITTEN)
        app.shows("that it waits") { all -> all.thread?.takeIf { it.messages.first().delivery == Delivery.Queued } }
        does.back()
        sync()
        sees("19-inbox-off", "offWaiting") { all -> all.home?.inbox?.run { !refreshing && first?.mark == RowMark.Waiting } == true }
        assertEquals(0uL, world.portalMessages(WRITTEN))
        does.you.openNotices()
        sees("54-you", "switchedOff") { all -> (all.top as? Screen.Notices)?.state?.rows?.isNotEmpty() == true }
        does.back()
        messagesAre("""{"state":"on"}""")
        sync()
        isAllRight()
        assertEquals(1uL, world.portalMessages(WRITTEN))
    }

    @Test
    fun whatIsClosedTogetherWithItIsSaidInItsPlaceAndOpensAgain() = real {
        signIn()
        val id = app.content().rows.first().id
        does.inbox.openThread(id)
        app.shows("a conversation") { all -> all.thread?.takeIf { it.messages.isNotEmpty() } }
        messagesAre(CLOSED)
        checkNotNull(app.app.inbox).of.sync(asked = true)
        does.thread.write(WRITTEN)
        badged()
        val closed = seesBody("33-notice-off", "closed") { it is InboxBody.Closed && (it.reason as? ClosedReason.Off)?.trying == false }
        val reason = (closed as InboxBody.Closed).reason as ClosedReason.Off
        assertNotNull(reason.since)
        assertEquals("We are mending a fault.", reason.quote)
        messagesAre("""{"state":"on"}""")
        does.closed.tryNow()
        isAllRight()
        // What was typed when it closed.
        app.inbox("the draft") { it.first?.mark == RowMark.Draft && it.first?.preview == WRITTEN }
        messagesAre(CLOSED)
        sync()
        app.inbox("that it is closed") { it.body is InboxBody.Closed }
        restartOffline()
        messagesAre("""{"state":"on"}""")
        does.closed.tryNow()
        isAllRight()
    }

    /** It is as closed in the next process, which has not asked anybody yet. */
    private suspend fun Phone.restartOffline() {
        world.network(NetworkState.DOWN)
        restart()
        app.inbox("that it is closed") { (it.body as? InboxBody.Closed)?.reason is ClosedReason.Off }
        settledBehind()
        world.network(NetworkState.UP)
    }

    @Test
    fun forReadingAloneTheNewOnesComeAndWhatIsWrittenWaits() = real {
        signIn()
        messagesAre("""{"state":"read_only","notice":{"en":"Our front desk is moving."}}""")
        tells("""{"new_message":{"who":"ana","thread":1,"text":"One more thing."}}""")
        sync()
        val seen = seesBanner("readOnly", InboxBanner.ReadOnly)
        assertEquals("One more thing.", seen.home?.inbox?.first?.preview)
        val notice = seesNotice("33-notice-off", "readOnly", InboxBanner.ReadOnly) as Notice.ReadOnly
        assertEquals("Our front desk is moving.", notice.quote)
        does.notice.readMessages()
        answers(WRITTEN)
        app.shows("that it waits") { all -> all.thread?.takeIf { it.messages.first().delivery == Delivery.Queued } }
        does.back()
        sync()
        app.inbox("that it still waits") { it.first?.mark == RowMark.Waiting }
        messagesAre("""{"state":"on"}""")
        sync()
        isAllRight()
        assertEquals(1uL, world.portalMessages(WRITTEN))
    }

    @Test
    fun anAppThatIsTooOldReadsOnAndSaysWhichItNeeds() = real {
        signIn()
        decides("""{"min_app_version":"2.0"}""")
        sync()
        seesBanner("updateRequired", InboxBanner.UpdateRequired("2.0"))
        assertEquals(Notice.Update(least = "2.0", have = "1.0"), seesNotice("37-notice-update", "required", InboxBanner.UpdateRequired("2.0")))
        does.notice.close()
        answers(WRITTEN)
        app.shows("that it waits") { all -> all.thread?.takeIf { it.messages.first().delivery == Delivery.Queued } }
        does.back()
        // It is known in the next process before anybody was asked.
        world.network(NetworkState.DOWN)
        restart()
        app.inbox("that it is too old") { it.banner == InboxBanner.UpdateRequired("2.0") && it.body is InboxBody.Content }
        settledBehind()
        world.network(NetworkState.UP)
        decides("""{"min_app_version":"1.0"}""")
        sync()
        isAllRight()
        assertEquals(1uL, world.portalMessages(WRITTEN))
    }

    @Test
    fun aFreshSignInBringsThePersonBackToWhatTheyRead() = real {
        signIn()
        messagesAre("""{"state":"on","step_up":{"max_age":900}}""")
        sync()
        isAllRight()
        val id = app.content().rows.first().id
        does.inbox.openThread(id)
        val before = checkNotNull(app.shows("a conversation") { all -> all.thread?.takeIf { it.messages.isNotEmpty() } })
        passes(1800u)
        does.thread.write(WRITTEN)
        does.thread.send()
        sees("42-step-up", "thread") { all -> all.thread?.run { stepUp && problem == null } == true }
        does.thread.stepUp()
        signsInOnceMore()
        val back = app.shows("the conversation") { all -> all.thread?.takeIf { !it.stepUp && it.messages.isNotEmpty() } }
        assertEquals(before.id to WRITTEN, back.id to back.draft.text)
        does.back()
        isAllRight()
        // What was typed before it was left is a draft.
        app.inbox("the draft") { it.first?.mark == RowMark.Draft && it.first?.preview == WRITTEN }
    }

    @Test
    fun anInboxThatAsksForAFreshSignInFetchesAllTheSame() = real {
        signIn()
        messagesAre("""{"state":"on","step_up":{"max_age":900}}""")
        sync()
        passes(1800u)
        tells("""{"new_message":{"who":"ana","thread":1,"text":"One more thing."}}""")
        app.app.toFront()
        settledBehind()
        seesBody("42-step-up", "inbox") { it == InboxBody.Closed(ClosedReason.StepUp()) }
        does.closed.stepUp()
        signsInOnceMore()
        app.inbox("what came meanwhile") { it.banner == null && it.first?.preview == "One more thing." }
        assertEquals(1, app.app.state.value.stack.size)
        app.app.language(Language.English)
    }

    private companion object {
        const val FRENCH = "Nous corrigeons une erreur."
        const val WRITTEN = "I have read it."
        const val CLOSED = """{"state":"off","cached":false,"notice":{"en":"We are mending a fault."}}"""
        const val OFF = """{"state":"off","notice":{"en":"We are mending a fault. Some people could have seen messages that were not theirs.","fr":"$FRENCH"}}"""
    }
}

private val InboxState.first get() = (body as? InboxBody.Content)?.rows?.firstOrNull()
