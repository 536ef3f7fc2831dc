package dev.pericard.app.models

import dev.pericard.AccessAction
import dev.pericard.AccessEntry
import dev.pericard.KeystoreException
import dev.pericard.LogCheck
import dev.pericard.NewMessage
import dev.pericard.PericardException
import dev.pericard.SessionState
import dev.pericard.ThreadId
import dev.pericard.app.ui.app.AppState
import dev.pericard.app.ui.app.Said
import dev.pericard.app.ui.app.Screen
import dev.pericard.app.ui.app.Tab
import dev.pericard.app.ui.lock.LockState
import dev.pericard.app.ui.model.Problem
import dev.pericard.app.ui.privacy.AccessLogState
import dev.pericard.app.ui.privacy.CopyKind
import dev.pericard.app.ui.privacy.CopyStep
import dev.pericard.app.ui.privacy.CopyTrouble
import dev.pericard.app.ui.privacy.LeavingState
import dev.pericard.app.ui.privacy.LogBody
import dev.pericard.app.ui.privacy.LogDeed
import dev.pericard.app.ui.privacy.LogStanding
import dev.pericard.app.ui.privacy.PrivacyState
import dev.pericard.app.ui.privacy.Waiting
import dev.pericard.app.ui.signin.Step
import dev.pericard.app.ui.you.SecondStepState
import dev.pericard.testing.FakeAccount
import kotlinx.coroutines.CompletableDeferred
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import java.time.Duration
import java.time.Instant

/** Who opened what, a copy, the ways out, and the second step, with an account in memory. */
class PrivacyTest {
    private val noon = Instant.parse("2026-11-05T12:00:00Z")

    private fun signedIn(test: suspend Running.(FakeAccount) -> Unit) = FakeAccount().let { fake ->
        running(FakeCore(fake, signedIn = true)) {
            content()
            does.select(Tab.You)
            test(fake)
        }
    }

    private suspend fun Running.privacy(what: String, look: (PrivacyState) -> Boolean): PrivacyState =
        shows(what) { state -> (state.top as? Screen.Privacy)?.state?.takeIf(look) }

    private suspend fun Running.log(what: String, look: (AccessLogState) -> Boolean): AccessLogState =
        shows(what) { state -> (state.top as? Screen.AccessLog)?.state?.takeIf(look) }

    private suspend fun Running.copy(what: String, look: (CopyStep) -> Boolean): CopyStep =
        shows(what) { state -> (state.top as? Screen.Copy)?.state?.step?.takeIf(look) }

    private suspend fun Running.leaving(what: String, look: (LeavingState) -> Boolean): LeavingState =
        shows(what) { state -> (state.top as? Screen.Leaving)?.state?.takeIf(look) }

    private fun entry(number: Long, action: AccessAction, before: Duration = Duration.ofMinutes(number)) =
        AccessEntry(number, noon + before, action, null, null)

    private fun FakeAccount.opened(number: Long) =
        AccessEntry(number, noon + Duration.ofMinutes(number), AccessAction.CONVERSATION_OPENED, account.people.single().id, ThreadId("t"))

    @Test
    fun `it says whether the list is whole, and what stands in the way of that`() = signedIn { fake ->
        fake.accessLog = listOf(entry(1, AccessAction.SIGNED_IN), fake.opened(2))
        does.you.openPrivacy()
        val whole = privacy("the list") { it.log == LogStanding.Whole(2) && it.sessionsPage }
        assertTrue(whole.readable && whole.accountPage)
        for ((change, standing) in listOf<Pair<() -> Unit, LogStanding>>(
            { fake.logCheck = LogCheck.BROKEN } to LogStanding.Broken,
            { fake.failure = PericardException.Keystore(KeystoreException.Unavailable()) } to LogStanding.Unchecked,
            { fake.failure = PericardException.Locked() } to LogStanding.Closed,
        )) {
            change()
            (app.top as Page.Privacy).model.look()
            assertEquals(standing != LogStanding.Closed, privacy("$standing") { it.log == standing }.readable)
        }
    }

    @Test
    fun `the clinic's pages open in the browser`() = signedIn {
        does.you.openPrivacy()
        privacy("its pages") { it.sessionsPage && it.accountPage }
        does.privacy.openSessionsPage()
        device.until("open https://portal.example/sessions")
        does.privacy.openAccountPage()
        device.until("open https://portal.example/account")
    }

    @Test
    fun `entries come newest first and page by page, wrong PINs in one row`() = signedIn { fake ->
        fake.accessLog = listOf(entry(1, AccessAction.SIGNED_IN), entry(2, AccessAction.WRONG_PIN), entry(3, AccessAction.WRONG_PIN)) +
            (4L..60L).map { fake.opened(it) }
        does.you.openPrivacy()
        does.privacy.openLog()
        val first = log("the first page") { it.standing == LogStanding.Whole(60) }.body as LogBody.Content
        assertEquals((60L downTo 11L).toList() to true, first.rows.map { it.number } to first.more)
        assertEquals(LogDeed.ConversationOpened to "Ana Novak", first.rows.first().run { deed to about })
        does.accessLog.earlier()
        val all = log("all of it") { (it.body as LogBody.Content).run { !more && !loading } }.body as LogBody.Content
        assertEquals(listOf(LogDeed.WrongPin to 2, LogDeed.SignedIn to 1), all.rows.takeLast(2).map { it.deed to it.times })
    }

    @Test
    fun `opened lab results and documents have their own words`() = signedIn { fake ->
        fake.accessLog = listOf(entry(1, AccessAction.FILE_OPENED), entry(2, AccessAction.LAB_RESULT_OPENED), entry(3, AccessAction.DOCUMENT_OPENED))
        does.you.openPrivacy()
        does.privacy.openLog()
        val list = log("the list") { it.standing == LogStanding.Whole(3) }.body as LogBody.Content
        assertEquals(listOf(LogDeed.DocumentOpened, LogDeed.LabResultOpened, LogDeed.FileOpened), list.rows.map { it.deed })
    }

    @Test
    fun `a list that is broken says so and stays, and a closed one shows nothing`() = signedIn { fake ->
        fake.accessLog = listOf(fake.opened(3))
        fake.logCheck = LogCheck.BROKEN
        does.you.openPrivacy()
        does.privacy.openLog()
        val broken = log("that it is broken") { it.standing == LogStanding.Broken }
        assertEquals(1, (broken.body as LogBody.Content).rows.size)
        fake.failure = PericardException.Locked()
        fake.sessionState = SessionState.SignIn(dev.pericard.SignInReason.EXPIRED)
        log("that it is closed") { it.body == LogBody.Closed && it.standing == LogStanding.Closed }
        fake.failure = null
        fake.sessionState = SessionState.Active
        log("the list again") { it.body is LogBody.Content && it.standing == LogStanding.Broken }
    }

    @Test
    fun `the list is kept where the person says, and it says where it is not`() = signedIn { fake ->
        fake.accessLog = listOf(fake.opened(1))
        does.you.openPrivacy()
        does.privacy.openLog()
        log("the list") { it.body is LogBody.Content }
        device.place.isLeft = true
        does.accessLog.save()
        device.until("create access-log.csv as text/csv")
        assertNull(log("nothing") { !it.saving }.trouble)
        device.place.isLeft = false
        device.place.space = 10
        does.accessLog.save()
        log("that it is full") { it.trouble == CopyTrouble.Full }
        assertEquals(emptySet<String>(), device.place.names)
        device.place.space = Int.MAX_VALUE
        does.accessLog.save()
        assertEquals(Said.ListSaved, shows("that it is saved") { it.announcement }.what)
        assertTrue(checkNotNull(device.place.text("access-log.csv")).startsWith("number,at,action,person,record\r\n1,"))
        log("no trouble") { it.trouble == null && !it.saving }
    }

    private suspend fun Running.openCopy() {
        does.you.openPrivacy()
        does.privacy.copy()
        copy("the choice") { it is CopyStep.Choosing }
    }

    @Test
    fun `a copy is written where the person says, of the kind that they say`() = signedIn {
        openCopy()
        does.copy.begin()
        copy("the page") { it is CopyStep.Done && it.name == "copy.html" && it.bytes > 0 }
        assertTrue("Ana Novak" in checkNotNull(device.place.text("copy.html")))
        does.copy.again()
        does.copy.choose(CopyKind.Data)
        does.copy.begin()
        copy("the data") { it is CopyStep.Done && it.name == "copy.json" }
        assertTrue("\"Bundle\"" in checkNotNull(device.place.text("copy.json")))
        assertTrue("create copy.json as application/fhir+json" in device.asked)
        does.copy.close()
        privacy("where it came from") { true }
    }

    @Test
    fun `a fresh sign-in leads back, and the copy goes on`() = signedIn { fake ->
        openCopy()
        fake.failure = PericardException.StepUpRequired()
        does.copy.begin()
        copy("that it asks") { it == CopyStep.StepUp }
        does.back()
        copy("the choice") { it is CopyStep.Choosing }
        does.copy.begin()
        copy("that it asks") { it == CopyStep.StepUp }
        does.copy.signInAgain()
        step<Step.Password>()
        fake.failure = null
        does.signIn.password("ana", "password")
        step<Step.Code>()
        does.signIn.code("123456")
        copy("the copy") { it is CopyStep.Done }
    }

    @Test
    fun `what did not begin says why, and a place that is not chosen changes nothing`() = signedIn { fake ->
        openCopy()
        fake.failure = PericardException.Offline()
        does.copy.begin()
        copy("why") { it == CopyStep.Choosing(Problem.Offline) }
        fake.failure = null
        device.place.isLeft = true
        does.copy.begin()
        device.until("create copy.html as text/html")
        copy("the choice") { it == CopyStep.Choosing() }
    }

    @Test
    fun `a copy that is not whole is removed, or said to be there`() = signedIn {
        openCopy()
        device.place.space = 3
        does.copy.begin()
        copy("that it is full") { it == CopyStep.Unfinished(CopyTrouble.Full) }
        assertEquals(emptySet<String>(), device.place.names)
        device.place.keepsAll = true
        does.copy.again()
        does.copy.begin()
        copy("what is left") { it == CopyStep.Unfinished(CopyTrouble.Full, left = "copy.html") }
        assertNull(device.place.text("copy.html"))
    }

    @Test
    fun `the person stops it, also by leaving`() = signedIn {
        device.place.gate = { CompletableDeferred<Unit>().await() }
        openCopy()
        does.copy.begin()
        copy("that it writes") { it is CopyStep.Writing }
        does.back()
        copy("that it stopped") { it == CopyStep.Unfinished() }
        does.copy.again()
        does.copy.begin()
        copy("that it writes") { it is CopyStep.Writing }
        does.copy.close()
        privacy("where it came from") { true }
        shows("that nothing is left") { device.place.names.isEmpty().takeIf { it } }.let {}
    }

    private suspend fun Running.choosePin() {
        does.you.openSettings()
        does.settings.changePin()
        repeat(2) { turn ->
            shows("a PIN to choose") { state -> (state.lock as? LockState.Choose)?.takeIf { it.again == (turn == 1) } }
            does.lock.pin(PIN)
        }
        isOpen()
        does.back()
    }

    private suspend fun Running.isOpen() = shows("what is under the lock") { state: AppState -> state.takeIf { it.lock == null } }

    private suspend fun Running.asksForPin() = shows("a PIN that is asked for") { it.lock as? LockState.Pin }

    @Test
    fun `with a PIN the place comes first, and leaving the PIN leaves nothing there`() = signedIn { fake ->
        choosePin()
        openCopy()
        assertTrue((app.state.value.top as Screen.Copy).state.hasPin)
        does.copy.begin()
        assertTrue(asksForPin().optional)
        assertEquals(setOf("copy.html"), device.place.names)
        does.back()
        isOpen()
        shows("nothing") { device.place.names.isEmpty().takeIf { it } }
        does.copy.begin()
        asksForPin()
        does.lock.pin(PIN)
        isOpen()
        copy("the copy") { it is CopyStep.Done }

        // The app locked while the place was chosen.
        does.copy.again()
        device.place.choosing = {
            fake.account.lock.lock()
            shows("the lock") { state -> (state.lock as? LockState.Pin)?.takeIf { !it.optional } }.let {}
        }
        does.copy.begin()
        shows("the lock") { state -> (state.lock as? LockState.Pin)?.takeIf { !it.optional } }
        does.lock.pin(PIN)
        shows("who is there") { state -> (state.lock as? LockState.Pin)?.takeIf { it.optional } }
        does.lock.pin(PIN)
        isOpen()
        copy("the copy") { it is CopyStep.Done }
    }

    @Test
    fun `what waits is counted first and can be sent, and forgetting leads to the beginning`() = signedIn { fake ->
        fake.messages.messages.saveDraft(NewMessage("Not finished"))
        fake.messages.messages.send(NewMessage("Not sent"))
        val (unsent, drafts) = fake.messages.messages.run { outbox().size to drafts().size }
        does.you.openPrivacy()
        does.privacy.forget()
        assertEquals(Waiting.Counted(unsent, drafts), leaving("what waits") { it.waiting != null }.waiting)
        does.leaving.stay()
        privacy("where it came from") { true }
        does.privacy.forget()
        leaving("what waits") { it.waiting != null }
        fake.syncFailure = PericardException.Offline()
        does.leaving.sendFirst()
        leaving("that it is offline") { !it.sending && it.problem == Problem.Offline && it.offline }
        fake.syncFailure = null
        does.leaving.sendFirst()
        val after = leaving("what stays behind") { !it.sending && it.problem == null }
        assertEquals((after.waiting as Waiting.Counted).unsent, after.stuck)
        assertTrue(after.stuck < unsent)
        does.leaving.leave()
        assertEquals(1, shows("the beginning") { state -> state.takeIf { it.top is Screen.Welcome } }.stack.size)
    }

    @Test
    fun `a closed account cannot say what waits, and is left all the same`() = signedIn { fake ->
        does.you.openPrivacy()
        fake.failure = PericardException.Locked()
        does.privacy.signOut()
        leaving("that it is not known") { it.waiting == Waiting.Unknown }
        fake.failure = null
        does.leaving.leave()
        shows("the beginning") { it.top as? Screen.Welcome }.let {}
    }

    @Test
    fun `the second step stands in the settings, and says why nothing came of a deed`() = signedIn {
        does.you.openSettings()
        shows("the second step") { state -> (state.top as? Screen.Settings)?.state?.secondStep?.takeIf { it == SecondStepState(true, 8) } }
        does.settings.openSecondStep()
        shows("where it stands") { state -> (state.top as? Screen.SecondStep)?.state?.step }
        does.secondStep.askToTurnOff()
        shows("the question") { state -> (state.top as? Screen.SecondStep)?.state?.turningOff?.takeIf { it } }
        does.secondStep.keepOn()
        does.secondStep.newCodes()
        shows("that it is offline") { state -> (state.top as? Screen.SecondStep)?.state?.takeIf { it.problem == Problem.Offline && !it.busy } }.let {}
    }

    private companion object {
        const val PIN = "270419"
    }
}
