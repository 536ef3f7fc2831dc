package dev.pericard.app.models

import dev.pericard.AccountProblem
import dev.pericard.Feature
import dev.pericard.Incident
import dev.pericard.IncidentId
import dev.pericard.IncidentKind
import dev.pericard.IncompleteReason
import dev.pericard.NewMessage
import dev.pericard.PericardException
import dev.pericard.PortalProblem
import dev.pericard.SealReason
import dev.pericard.SessionState
import dev.pericard.SignInReason
import dev.pericard.StorageKind
import dev.pericard.SyncOutcome
import dev.pericard.SyncPhase
import dev.pericard.SyncProgress
import dev.pericard.app.ui.app.Said
import dev.pericard.app.ui.app.Screen
import dev.pericard.app.ui.inbox.InboxBanner
import dev.pericard.app.ui.inbox.InboxBody
import dev.pericard.app.ui.inbox.RowMark
import dev.pericard.app.ui.model.Problem
import dev.pericard.app.ui.notices.ClosedReason
import dev.pericard.app.ui.notices.Notice
import dev.pericard.app.ui.privacy.Waiting
import dev.pericard.testing.FakeAccount
import dev.pericard.testing.FakeLetter
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertInstanceOf
import java.time.Duration
import java.time.Instant
import kotlin.time.Duration.Companion.minutes

class InboxModelTest {
    private fun signedIn(fake: FakeAccount = FakeAccount(), test: suspend Running.(FakeAccount) -> Unit) =
        running(FakeCore(fake, signedIn = true)) { test(fake) }

    @Test
    fun `what waits rises to the top and says how it stands`() = signedIn { fake ->
        val messages = fake.messages.messages
        messages.saveDraft(NewMessage("May I come earlier?", subject = "Monday"))
        val rows = inbox("the draft") { state -> (state.body as? InboxBody.Content)?.rows.orEmpty().any { it.subject == "Monday" } }
            .let { (it.body as InboxBody.Content).rows }
        val marks = rows.map { it.mark }
        val last = marks.indexOfLast { it in setOf(RowMark.Draft, RowMark.Failed, RowMark.Unsure, RowMark.Waiting) }
        assertEquals(marks.take(last + 1).toSet(), setOf(RowMark.Draft, RowMark.Failed, RowMark.Unsure, RowMark.Waiting).intersect(marks.toSet()))
        assertTrue(RowMark.Unsure in marks && RowMark.Failed in marks, "$marks")
    }

    @Test
    fun `a letter that comes is there at once, in one line`() = signedIn { fake ->
        content()
        fake.messages.receive(FakeLetter("Good news", "Dr. Petra Kos", "Dear Ana,\n\nall is well.", Instant.now(), unread = true))
        val row = shows("the letter") { state ->
            ((state.top as? Screen.Home)?.inbox?.body as? InboxBody.Content)?.rows?.find { it.subject == "Good news" }
        }
        assertEquals("Dear Ana, all is well." to 1, row.preview to row.unread)
    }

    @Test
    fun `search follows what is typed, and closing it brings the list back`() = signedIn {
        content()
        does.inbox.search("blood")
        val hits = inbox("hits") { (it.body as? InboxBody.Searching)?.run { !searching && text == "blood" } == true }
        assertTrue((hits.body as InboxBody.Searching).hits.isNotEmpty())
        does.inbox.search("zzz")
        inbox("none") { (it.body as? InboxBody.Searching)?.run { !searching && text == "zzz" && this.hits.isEmpty() } == true }
        does.inbox.closeSearch()
        content()
    }

    @Test
    fun `what was found by its subject or sender alone says so`() = signedIn {
        content()
        for ((text, elsewhere) in listOf("measure" to false, "pressure" to true, "petra" to true)) {
            does.inbox.search(text)
            val found = inbox("hits for $text") { (it.body as? InboxBody.Searching)?.run { !searching && this.text == text } == true }
            assertTrue((found.body as InboxBody.Searching).hits.any { it.isElsewhere == elsewhere }, text)
        }
    }

    @Test
    fun `a session that is over closes the inbox, and its rows are gone from sight`() = signedIn { fake ->
        content()
        val expected = listOf(
            SessionState.Sealed(SealReason.REFUSED) to ClosedReason.Refused,
            SessionState.Sealed(SealReason.IDENTITY_CHANGED) to ClosedReason.IdentityChanged,
            SessionState.Unusable(AccountProblem.KEY_LOST) to ClosedReason.KeyLost,
            SessionState.Unusable(AccountProblem.DAMAGED) to ClosedReason.Damaged,
            SessionState.Unusable(AccountProblem.CONFIGURATION) to ClosedReason.Configuration,
            SessionState.Unusable(AccountProblem.UNAVAILABLE) to ClosedReason.Unavailable,
        )
        for ((session, reason) in expected) {
            fake.sessionState = session
            val closed = inbox("$reason") { (it.body as? InboxBody.Closed)?.reason == reason }
            assertEquals(null, closed.banner)
        }
        fake.sessionState = SessionState.Sealed(SealReason.LEASE)
        inbox("the lease") { (it.body as? InboxBody.Closed)?.reason is ClosedReason.Lease }
        fake.sessionState = SessionState.Active
        content()
    }

    @Test
    fun `what the clinic asks for is told above the rows, which stay`() = signedIn { fake ->
        content()
        for ((session, banner) in listOf(
            SessionState.SignIn(SignInReason.CONSENT) to InboxBanner.SignIn,
            SessionState.StepUp to InboxBanner.StepUp,
        )) {
            fake.sessionState = session
            val shown = inbox("$banner") { it.banner == banner }
            assertInstanceOf<InboxBody.Content>(shown.body)
        }
    }

    @Test
    fun `a sync that fails says what it means`() = signedIn { fake ->
        content()
        val expected = listOf(
            PericardException.StepUpRequired() to InboxBanner.StepUp,
            PericardException.ClockWrong(null) to InboxBanner.ClockWrong,
            PericardException.Storage(StorageKind.NEWER) to InboxBanner.UpdateRequired(null),
            PericardException.Storage(StorageKind.FULL) to InboxBanner.Failed(Problem.StorageFull),
            PericardException.Portal(PortalProblem.FAILING, 503) to InboxBanner.Failed(Problem.Failing),
            PericardException.Portal(PortalProblem.CERTIFICATE, null) to InboxBanner.Failed(Problem.NotSecure),
            PericardException.RateLimited(2.minutes) to InboxBanner.RateLimited(device.now() + java.time.Duration.ofMinutes(2)),
        )
        for ((failure, banner) in expected) {
            fake.syncFailure = failure
            does.inbox.refresh()
            inbox("$banner") { it.banner == banner && !it.refreshing }
        }
        fake.syncFailure = PericardException.Offline()
        does.inbox.refresh()
        inbox("offline") { it.banner is InboxBanner.Offline }
        fake.syncFailure = null
        does.inbox.refresh()
        inbox("nothing") { it.banner == null }
    }

    @Test
    fun `a copy that was damaged is told once, above the rows, and stays under You`() = signedIn { fake ->
        content()
        fake.incidents = listOf(Incident(IncidentId("first"), device.now(), IncidentKind.DATABASE_DAMAGED, Feature.MESSAGES, "Communication"))
        val banner = inbox("the banner") { it.banner == InboxBanner.BegunAnew("first") }.banner
        does.inbox.openNotice(checkNotNull(banner))
        assertEquals(Notice.BegunAnew, shows("the notice") { it.top as? Screen.OneNotice }.state.notice)
        does.notice.readMessages()
        inbox("nothing any more") { it.banner == null && it.body is InboxBody.Content }
        does.you.openNotices()
        val row = shows("the notices") { it.top as? Screen.Notices }.state.rows.single { it.notice == Notice.BegunAnew }
        assertFalse(row.isNew)
        does.back()
        fake.incidents = fake.incidents + Incident(IncidentId("second"), device.now() + Duration.ofSeconds(1), IncidentKind.DATABASE_DAMAGED, Feature.MESSAGES, "Communication")
        inbox("the other one") { it.banner == InboxBanner.BegunAnew("second") }
    }

    @Test
    fun `a sync that proves nothing is not called complete`() = signedIn { fake ->
        content()
        fake.syncEnd = SyncOutcome.Incomplete(IncompleteReason.PAGES_MISSING)
        does.inbox.refresh()
        inbox("incomplete") { it.banner is InboxBanner.Incomplete && !it.refreshing }
        assertEquals(null, app.state.value.announcement)
        fake.syncEnd = SyncOutcome.Complete
        does.inbox.refresh()
        assertEquals(Said.UpToDate, shows("what was proved") { it.announcement }.what)
    }

    @Test
    fun `progress is told as it comes`() {
        val fake = FakeAccount(messages = dev.pericard.testing.FakeMessages())
        fake.syncSteps = listOf(SyncProgress(SyncPhase.RECEIVING, done = 5, of = 10, sent = 0))
        signedIn(fake) { inbox("an inbox with nothing in it") { it.body == InboxBody.Empty } }
    }

    @Test
    fun `signing out says what would be lost, and leads back to the beginning`() = signedIn { fake ->
        content()
        does.you.openClinics()
        shows("the clinics") { it.top as? Screen.Clinics }
        does.clinics.open("fake-account")
        shows("what the clinic offers") { state -> (state.top as? Screen.OneClinic)?.state?.offers }
        does.clinic.signOut()
        val waiting = shows("what would be lost") { state -> (state.top as? Screen.Leaving)?.state?.waiting }
        assertEquals(fake.messages.messages.outbox().size, (waiting as Waiting.Counted).unsent)
        does.leaving.leave()
        assertEquals(1, shows("the beginning") { state -> state.takeIf { it.top is Screen.Welcome } }.stack.size)
    }
}
