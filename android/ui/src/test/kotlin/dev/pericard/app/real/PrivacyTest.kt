package dev.pericard.app.real

import dev.pericard.app.ui.View
import dev.pericard.app.ui.app.AppState
import dev.pericard.app.ui.app.Screen
import dev.pericard.app.ui.app.Tab
import dev.pericard.app.ui.lock.LockState
import dev.pericard.app.ui.model.Problem
import dev.pericard.app.ui.privacy.AccessLogState
import dev.pericard.app.ui.privacy.CopyKind
import dev.pericard.app.ui.privacy.CopyStep
import dev.pericard.app.ui.privacy.LeavingState
import dev.pericard.app.ui.privacy.LogBody
import dev.pericard.app.ui.privacy.LogDeed
import dev.pericard.app.ui.privacy.LogStanding
import dev.pericard.app.ui.privacy.Waiting
import dev.pericard.app.ui.signin.Step
import dev.pericard.app.ui.you.SecondStepDeed
import dev.pericard.app.ui.you.SecondStepPageState
import dev.pericard.world.NetworkState
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

/** Who opened what, a copy, the second step and the ways out, over the real core. */
class PrivacyTest : RealTest() {
    private suspend fun Phone.openPrivacy() {
        does.select(Tab.You)
        does.you.openPrivacy()
    }

    private suspend fun Phone.reads(): String {
        does.inbox.openThread(app.content().rows.first().id)
        val thread = app.shows("a conversation") { all -> all.thread?.takeIf { it.messages.isNotEmpty() } }
        does.back()
        return thread.messages.first().text
    }

    private suspend fun Phone.choosesPin() {
        does.you.openSettings()
        does.settings.changePin()
        repeat(2) { turn ->
            app.shows("a PIN to choose") { state -> (state.lock as? LockState.Choose)?.takeIf { it.again == (turn == 1) } }
            does.lock.pin(PIN)
        }
        app.shows("the settings") { state -> state.takeIf { it.lock == null } }
        does.back()
    }

    private suspend fun Phone.seesCopy(state: String, vararg also: View, look: (CopyStep) -> Boolean): CopyStep =
        (sees("55b-copy", state, *also) { all -> (all.top as? Screen.Copy)?.state?.step?.let(look) == true }.top as Screen.Copy).state.step

    @Test
    fun whatWasOpenedIsInTheList() = real {
        signIn()
        val read = reads()
        openPrivacy()
        sees("55-privacy", "privacy", View.Dark, View.Large, View.Arabic) { all ->
            (all.top as? Screen.Privacy)?.state?.run { (log as? LogStanding.Whole)?.entries == 2 && sessionsPage && accountPage } == true
        }
        does.privacy.openSessionsPage()
        device.untilBrowsed()
        does.privacy.openLog()
        val log = sees("56-access-log", "whole", View.Dark, View.Large, View.Arabic) { it.log?.standing is LogStanding.Whole && it.log?.body is LogBody.Content }.log
        val rows = (log?.body as LogBody.Content).rows
        assertEquals(listOf(LogDeed.ConversationOpened, LogDeed.SignedIn), rows.map { it.deed })
        assertEquals(checkNotNull(app.app.owner).person.name, rows.first().about)
        does.accessLog.save()
        val list = app.shows("the list in a file") { device.place.text("access-log.csv") }
        assertTrue("conversation_opened" in list && "signed_in" in list, list)
        assertFalse(read in list)
    }

    @Test
    fun aCopyWithThePinIsWhole() = real {
        signIn()
        val read = reads()
        choosesPin()
        openPrivacy()
        does.privacy.copy()
        seesCopy("choosing") { it is CopyStep.Choosing }
        does.copy.begin()
        app.shows("the PIN") { it.lock as? LockState.Pin }
        does.lock.pin("270418")
        assertEquals(9, app.shows("that it is wrong") { state -> (state.lock as? LockState.Pin)?.takeIf { !it.checking && it.attempt == 1 } }.attemptsLeft)
        does.lock.pin(PIN)
        val done = seesCopy("done", View.Dark, View.Arabic) { it is CopyStep.Done } as CopyStep.Done
        val page = checkNotNull(device.place.text("copy.html"))
        assertEquals(done.bytes, page.toByteArray().size.toLong())
        assertTrue(page.startsWith("<!doctype html>") && page.endsWith("</body></html>\n") && escaped(read) in page)

        does.copy.again()
        does.copy.choose(CopyKind.Data)
        does.copy.begin()
        app.shows("the PIN") { it.lock as? LockState.Pin }
        does.lock.pin(PIN)
        app.shows("the data") { all -> all.copy?.takeIf { it is CopyStep.Done && it.name == "copy.json" } }
        val data = checkNotNull(device.place.text("copy.json"))
        assertTrue(data.startsWith("""{"resourceType":"Bundle"""") && data.endsWith("]}\n") && data.split("\"fullUrl\"").size == 41)

        // The place is full: what is there goes.
        does.copy.again()
        device.place.space = 2_000
        does.copy.begin()
        app.shows("the PIN") { it.lock as? LockState.Pin }
        does.lock.pin(PIN)
        seesCopy("full") { it is CopyStep.Unfinished }
        assertEquals(setOf("copy.html"), device.place.names)
        does.back()
        does.privacy.openLog()
        val deeds = (checkNotNull(app.shows("the list") { it.log?.takeIf { log -> log.body is LogBody.Content } }).body as LogBody.Content).rows.map { it.deed }
        assertEquals(3, deeds.count { it == LogDeed.Copied })
        assertTrue(LogDeed.WrongPin in deeds && LogDeed.PinSet in deeds)
    }

    @Test
    fun withoutAPinACopyWantsAFreshSignIn() = real {
        signIn()
        world.advance(600u)
        openPrivacy()
        does.privacy.copy()
        does.copy.begin()
        seesCopy("stepUp") { it == CopyStep.StepUp }
        assertEquals(emptySet<String>(), device.place.names)
        does.copy.signInAgain()
        app.step<Step.Password>()
        password()
        app.shows("the copy") { all -> all.copy?.takeIf { it is CopyStep.Done } }
        assertTrue(checkNotNull(device.place.text("copy.html")).endsWith("</body></html>\n"))
    }

    private suspend fun Phone.seesSecond(state: String, vararg also: View, look: (SecondStepPageState) -> Boolean) {
        sees("57b-second-step", state, *also) { all -> (all.top as? Screen.SecondStep)?.state?.run { !busy && look(this) } == true }
    }

    @Test
    fun theSecondStepIsSetUpMovedAndTurnedOff() = real {
        signIn()
        does.select(Tab.You)
        does.you.openSettings()
        app.shows("that it is off") { all -> (all.top as? Screen.Settings)?.state?.secondStep?.takeIf { !it.on } }
        passes(1800u)
        does.settings.openSecondStep()
        seesSecond("off") { it.step?.on == false }
        does.secondStep.setUp()
        seesSecond("stepUp") { it.asking == SecondStepDeed.SetUp }
        does.secondStep.signInAgain()
        app.step<Step.Password>()
        password()
        val key = (seesStep("09-enrol", "afterSignIn") { it is Step.Enrol } as Step.Enrol).key
        world.enrol(who, "otpauth://totp/app?secret=$key")
        code("wrong")
        app.step<Step.Enrol> { it.wrong != null }
        code()
        assertTrue(app.step<Step.RecoveryCodes>().codes.isNotEmpty())
        does.back()
        app.step<Step.RecoveryCodes>()
        does.signIn.keptCodes(true)
        does.signIn.finish()
        seesSecond("on") { it.step?.run { on && codesLeft != null } == true }
        // The sign-in was without the second step.
        does.secondStep.newCodes()
        seesSecond("stepUpAgain") { it.asking == SecondStepDeed.NewCodes }
        does.secondStep.signInAgain()
        app.step<Step.Password>()
        password()
        app.step<Step.Code>()
        world.advance(60u)
        code()
        app.step<Step.RecoveryCodes>()
        does.signIn.keptCodes(true)
        does.signIn.finish()
        seesSecond("again") { it.step?.on == true }
        does.secondStep.askToTurnOff()
        does.secondStep.turnOff()
        seesSecond("turnedOff") { it.step?.on == false }
        does.back()
        app.shows("that it is off") { all -> (all.top as? Screen.Settings)?.state?.secondStep?.takeIf { !it.on } }.let {}
    }

    @Test
    fun forgettingCountsWhatWaitsAndWorksOffline() = real {
        signIn()
        world.network(NetworkState.DOWN)
        does.inbox.openThread(app.content().rows.first().id)
        app.shows("a conversation") { all -> all.thread?.takeIf { it.messages.isNotEmpty() } }
        does.thread.write("Not gone yet")
        does.thread.send()
        app.shows("that it waits") { all -> all.thread?.takeIf { state -> state.messages.any { it.text == "Not gone yet" } } }
        does.thread.write("Not finished")
        does.back()
        openPrivacy()
        does.privacy.forget()
        sees("58-forget", "unsent", View.Dark, View.Large, View.Arabic) { it.leaving?.waiting == Waiting.Counted(unsent = 1, drafts = 1) }
        does.leaving.sendFirst()
        sees("58-forget", "offline") { it.leaving?.run { !sending && problem == Problem.Offline } == true }
        world.network(NetworkState.UP)
        does.leaving.sendFirst()
        app.shows("that it is sent") { all -> all.leaving?.takeIf { !it.sending && it.waiting == Waiting.Counted(unsent = 0, drafts = 1) } }
        assertEquals(1uL, world.portalMessages("Not gone yet"))
        does.leaving.leave()
        assertEquals(1, app.shows("the first run") { all -> all.takeIf { it.top is Screen.Welcome } }.stack.size)
    }

    private fun escaped(text: String) = text.lines().first().replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

    private companion object {
        const val PIN = "270419"
    }
}

private val AppState.log: AccessLogState? get() = (top as? Screen.AccessLog)?.state
private val AppState.copy: CopyStep? get() = (top as? Screen.Copy)?.state?.step
private val AppState.leaving: LeavingState? get() = (top as? Screen.Leaving)?.state
