package dev.pericard.app.models

import dev.pericard.Feature
import dev.pericard.FeatureState
import dev.pericard.FeatureStatus
import dev.pericard.IncompleteReason
import dev.pericard.NewMessage
import dev.pericard.Notice as ClinicNotice
import dev.pericard.PericardException
import dev.pericard.SessionState
import dev.pericard.SignInReason
import dev.pericard.SyncOutcome
import dev.pericard.ThreadId
import dev.pericard.app.ui.app.Screen
import dev.pericard.app.ui.compose.ComposeState
import dev.pericard.app.ui.inbox.InboxBanner
import dev.pericard.app.ui.inbox.InboxBody
import dev.pericard.app.ui.model.Problem
import dev.pericard.app.ui.notices.ClosedReason
import dev.pericard.app.ui.notices.Notice
import dev.pericard.app.ui.signin.Step
import dev.pericard.app.ui.thread.ThreadState
import dev.pericard.app.ui.words.Language
import dev.pericard.testing.FakeAccount
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertInstanceOf
import java.time.Instant

/** What a clinic's policy says, with an account in memory. */
class PolicyTest {
    private val since = Instant.parse("2026-11-05T07:40:00Z")
    private val said = ClinicNotice("We are mending a fault.", since)

    private fun signedIn(test: suspend Running.(FakeAccount) -> Unit) = FakeAccount().let { fake ->
        running(FakeCore(fake, signedIn = true)) {
            content()
            test(fake)
        }
    }

    private fun FakeAccount.messagesAre(state: FeatureState) {
        features = listOf(FeatureStatus(Feature.MESSAGES, state))
    }

    private suspend fun Running.notice(): Notice {
        does.inbox.openNotice(checkNotNull(app.state.value.let { it.top as Screen.Home }.inbox.banner))
        return shows("the notice") { it.top as? Screen.OneNotice }.state.notice
    }

    private suspend fun Running.noticesUnderYou(): List<Notice> {
        does.you.openNotices()
        return shows("the notices") { it.top as? Screen.Notices }.state.rows.map { it.notice }.also { does.back() }
    }

    private suspend fun Running.closed(): ClosedReason =
        (inbox("that it is closed") { it.body is InboxBody.Closed }.body as InboxBody.Closed).reason

    @Test
    fun `switched off is told above the rows with the clinic's words behind it, and goes when it is on again`() = signedIn { fake ->
        fake.messagesAre(FeatureState.Off(said, cached = true))
        val off = inbox("the banner") { it.banner == InboxBanner.Off }
        assertInstanceOf<InboxBody.Content>(off.body)
        assertTrue(off.canWrite)
        assertEquals(Notice.Off(since, "We are mending a fault."), notice())
        does.notice.readMessages()
        content()
        assertEquals(listOf<Notice>(Notice.Off(since, "We are mending a fault.")), noticesUnderYou())
        fake.messagesAre(FeatureState.On)
        inbox("nothing any more") { it.banner == null }
        assertEquals(emptyList<Notice>(), noticesUnderYou())
    }

    @Test
    fun `a notice counts as new until it was opened`() = signedIn { fake ->
        fake.messagesAre(FeatureState.Off(said, cached = true))
        shows<Screen>("one new notice") { state -> (state.top as? Screen.Home)?.takeIf { it.you.newNotices == 1 } }
        notice()
        does.back()
        shows<Screen>("none") { state -> (state.top as? Screen.Home)?.takeIf { it.you.newNotices == 0 } }.let {}
    }

    @Test
    fun `a sync while it is off is not called incomplete, nor is being offline told`() = signedIn { fake ->
        fake.messagesAre(FeatureState.Off(said, cached = true))
        inbox("the banner") { it.banner == InboxBanner.Off }
        for (end in listOf<(FakeAccount) -> Unit>(
            { it.syncEnd = SyncOutcome.Incomplete(IncompleteReason.SWITCHED_OFF) },
            { it.syncFailure = PericardException.Offline() },
        )) {
            end(fake)
            does.inbox.refresh()
            app.accounts.all.single().settled()
            assertEquals(InboxBanner.Off, inbox("the banner") { !it.refreshing }.banner)
        }
        // What only the person can do weighs less than that it would bring nothing.
        fake.sessionState = SessionState.SignIn(SignInReason.CONSENT)
        fake.messagesAre(FeatureState.On)
        inbox("that it asks") { it.banner == InboxBanner.SignIn }
        fake.messagesAre(FeatureState.Off(said, cached = true))
        inbox("that it is off") { it.banner == InboxBanner.Off }
    }

    @Test
    fun `switched off and closed stands in place of the inbox and of what was open`() = signedIn { fake ->
        openThread()
        fake.messagesAre(FeatureState.Off(said, cached = false))
        assertEquals(ClosedReason.Off(since, "We are mending a fault."), closed())
        assertEquals(null, (app.state.value.top as Screen.Home).inbox.banner)
        assertEquals(listOf<Notice>(Notice.Off(since, "We are mending a fault.")), noticesUnderYou())
        fake.messagesAre(FeatureState.On)
        content()
    }

    @Test
    fun `a decision that is no longer here closes without words`() = signedIn { fake ->
        fake.messagesAre(FeatureState.Off(ClinicNotice(null, null), cached = false))
        assertEquals(ClosedReason.Off(), closed())
        does.closed.tryNow()
        app.accounts.all.single().settled()
        fake.messagesAre(FeatureState.On)
        content()
    }

    @Test
    fun `for reading alone has a banner of its own, and one may write`() = signedIn { fake ->
        fake.messagesAre(FeatureState.ReadOnly(said))
        val state = inbox("the banner") { it.banner == InboxBanner.ReadOnly }
        assertTrue(state.canWrite)
        assertEquals(Notice.ReadOnly(since, "We are mending a fault."), notice())
        does.notice.readMessages()
        assertEquals(listOf<Notice>(Notice.ReadOnly(since, "We are mending a fault.")), noticesUnderYou())
        fake.syncFailure = PericardException.Offline()
        does.inbox.refresh()
        inbox("that it is offline") { it.banner is InboxBanner.Offline }
    }

    @Test
    fun `a version that is too old is told with both, and the rows stay`() = signedIn { fake ->
        fake.policy = fake.policy.copy(configured = true, updateRequired = "2.0")
        fake.syncFailure = PericardException.UpdateRequired("2.0")
        does.inbox.refresh()
        val state = inbox("the banner") { it.banner == InboxBanner.UpdateRequired("2.0") }
        assertInstanceOf<InboxBody.Content>(state.body)
        assertEquals(Notice.Update(least = "2.0", have = "1.0"), notice())
        does.notice.close()
        assertEquals(listOf<Notice>(Notice.Update(least = "2.0", have = "1.0")), noticesUnderYou())
        fake.policy = fake.policy.copy(updateRequired = null)
        fake.syncFailure = null
        does.inbox.refresh()
        inbox("nothing any more") { it.banner == null }
    }

    @Test
    fun `the words come in the person's languages, the chosen one first`() = signedIn {
        device.languages = listOf("fr-CA", "en-GB")
        assertEquals(listOf("fr-CA", "en-GB"), app.languages())
        does.settings.language(Language.Arabic)
        assertEquals(listOf("ar", "fr-CA", "en-GB"), app.languages())
    }

    @Test
    fun `what may be read only after a fresh sign-in shows nothing until then, and comes back`() = signedIn { fake ->
        fake.messages.messages.saveDraft(NewMessage("Kept before"))
        fake.failure = PericardException.StepUpRequired()
        app.inbox?.reload()
        assertEquals(ClosedReason.StepUp(), closed())
        assertEquals(0, (app.state.value.top as Screen.Home).unread)
        does.closed.stepUp()
        fake.failure = null
        signInOnceMore()
        val rows = content().rows
        assertTrue(rows.any { it.preview == "Kept before" })
        assertEquals(1, app.state.value.stack.size)
    }

    @Test
    fun `a conversation comes back where it was read, with what was typed`() = signedIn { fake ->
        val before = openThread()
        does.thread.shownFrom(before.messages.last().id)
        fake.failure = PericardException.StepUpRequired()
        does.thread.write("Shall I come")
        does.thread.send()
        val asked = thread("that it asks") { it.stepUp }
        assertEquals(emptyList<Any>(), asked.messages)
        does.thread.stepUp()
        fake.failure = null
        signInOnceMore()
        val back = thread("the conversation") { !it.stepUp && it.messages.isNotEmpty() }
        assertEquals(before.messages.last().id, back.from)
        assertEquals("Shall I come", back.draft.text)
        assertEquals(2, app.state.value.stack.size)
        does.thread.send()
        thread("that it is sent") { it.draft.text.isEmpty() }
    }

    @Test
    fun `a conversation that is left while it asks keeps what was typed once it may`() = signedIn { fake ->
        val thread = openThread()
        fake.failure = PericardException.StepUpRequired()
        does.thread.write("Shall I come")
        thread("that it asks") { it.stepUp }
        does.back()
        assertEquals(ClosedReason.StepUp(), closed())
        does.closed.stepUp()
        fake.failure = null
        signInOnceMore()
        content()
        assertEquals("Shall I come", fake.messages.messages.draft(ThreadId(thread.id))?.text)
    }

    @Test
    fun `a new message asks as well, and goes on`() = signedIn { fake ->
        does.inbox.compose()
        compose("its recipients") { !it.mayOmitRecipient }
        does.compose.toggleRecipient("fake-recipient-1")
        does.compose.text("May I swim?")
        fake.failure = PericardException.StepUpRequired()
        does.compose.send()
        compose("that it asks") { it.stepUp && !it.sending }
        does.compose.stepUp()
        fake.failure = null
        signInOnceMore()
        val back = compose("the new message") { !it.stepUp }
        assertEquals("May I swim?" to 1, back.text to back.to.size)
        does.compose.send()
        inbox("the message") { state -> (state.body as? InboxBody.Content)?.rows.orEmpty().any { it.preview == "May I swim?" } }
    }

    @Test
    fun `without the network nobody signs in, and it says so`() = signedIn { fake ->
        fake.failure = PericardException.StepUpRequired()
        app.inbox?.reload()
        assertNull((closed() as ClosedReason.StepUp).problem)
        fake.failure = null
        fake.syncFailure = PericardException.Offline()
        does.inbox.refresh()
        app.accounts.all.single().settled()
        fake.failure = PericardException.StepUpRequired()
        app.inbox?.reload()
        inbox("why") { (it.body as? InboxBody.Closed)?.reason == ClosedReason.StepUp(Problem.Offline) }
    }

    @Test
    fun `under what the person did it is one line`() = assertEquals(
        listOf(Problem.SwitchedOff, Problem.StepUp, Problem.UpdateRequired),
        listOf(PericardException.SwitchedOff(), PericardException.StepUpRequired(), PericardException.UpdateRequired("2.0")).map { it.asProblem() },
    )

    private suspend fun Running.openThread(): ThreadState {
        does.inbox.openThread(content().rows.last().id)
        val thread = thread("a conversation") { it.messages.isNotEmpty() }
        assertFalse(thread.stepUp)
        return thread
    }

    private suspend fun Running.compose(what: String, look: (ComposeState) -> Boolean): ComposeState =
        shows(what) { state -> (state.top as? Screen.Compose)?.state?.takeIf(look) }

    private suspend fun Running.thread(what: String, look: (ThreadState) -> Boolean): ThreadState =
        shows(what) { state -> (state.top as? Screen.Thread)?.state?.takeIf(look) }
}
