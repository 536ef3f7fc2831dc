package dev.pericard.app.models

import dev.pericard.FileContent
import dev.pericard.MessageState
import dev.pericard.NewFile
import dev.pericard.SealReason
import dev.pericard.SessionState
import dev.pericard.app.ui.app.Screen
import dev.pericard.app.ui.compose.ComposeState
import dev.pericard.app.ui.compose.FileRefusal
import dev.pericard.app.ui.compose.Missing
import dev.pericard.app.ui.inbox.InboxBody
import dev.pericard.app.ui.inbox.RowMark
import dev.pericard.app.ui.thread.Delivery
import dev.pericard.app.ui.thread.ThreadState
import dev.pericard.testing.FakeAccount
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

class WritingTest {
    private fun signedIn(device: TestDevice = TestDevice(), test: suspend Running.(FakeAccount) -> Unit) {
        val fake = FakeAccount()
        running(FakeCore(fake, signedIn = true), device = device) { test(fake) }
    }

    private suspend fun Running.thread(what: String, look: (ThreadState) -> Boolean): ThreadState =
        shows(what) { state -> (state.top as? Screen.Thread)?.state?.takeIf(look) }

    private suspend fun Running.compose(what: String, look: (ComposeState) -> Boolean): ComposeState =
        shows(what) { state -> (state.top as? Screen.Compose)?.state?.takeIf(look) }

    private suspend fun Running.open(mark: RowMark): ThreadState {
        val row = content().rows.first { it.mark == mark }
        does.inbox.openThread(row.id)
        return thread("the conversation") { it.messages.isNotEmpty() }
    }

    @Test
    fun `an answer empties its field, is there at once, and is sent`() = signedIn {
        val before = open(RowMark.None)
        does.thread.write("Thank you")
        thread("the draft kept") { it.draft.kept }
        does.thread.send()
        val after = thread("the answer") { it.messages.size == before.messages.size + 1 && it.messages.first().delivery == Delivery.Sent }
        assertEquals("Thank you", after.messages.first().text)
        assertEquals("" to true, after.draft.text to (after.draft.revision > before.draft.revision))
    }

    @Test
    fun `leaving keeps what was typed last, and coming back finds it`() = signedIn { fake ->
        open(RowMark.None)
        does.thread.write("Half a sen")
        does.back()
        shows("the row of the draft") { state ->
            ((state.top as? Screen.Home)?.inbox?.body as? InboxBody.Content)?.rows?.find { it.mark == RowMark.Draft && it.preview == "Half a sen" }
        }
        assertEquals(listOf("Half a sen"), fake.messages.messages.drafts().map { it.text })
        does.inbox.openThread(content().rows.first { it.mark == RowMark.Draft }.id)
        thread("the draft") { it.draft.text == "Half a sen" && it.draft.kept }
    }

    @Test
    fun `what failed can be sent again or taken back`() = signedIn {
        val failed = open(RowMark.Failed).messages.first { it.delivery == Delivery.Failed }
        does.thread.retry(failed.id)
        thread("sent") { state -> state.messages.first { it.id == failed.id }.delivery == Delivery.Sent }
    }

    @Test
    fun `a message in doubt is decided about, until it turns out to be sent`() = signedIn { fake ->
        val unsure = open(RowMark.Unsure).messages.first { it.delivery == Delivery.Unknown }
        does.thread.decide(unsure.id)
        thread("the question") { it.deciding?.id == unsure.id }
        fake.messages.settle(dev.pericard.MessageId(unsure.id), MessageState.Sent)
        thread("no question any more") { it.deciding == null && it.messages.first { m -> m.id == unsure.id }.delivery == Delivery.Sent }
    }

    @Test
    fun `send says what is missing and sends nothing`() = signedIn { fake ->
        content()
        val before = fake.messages.messages.outbox().size
        does.inbox.compose()
        compose("its recipients") { !it.mayOmitRecipient }
        does.compose.send()
        compose("no recipient") { it.missing == Missing.Recipient }
        does.compose.chooseRecipients()
        val all = checkNotNull(compose("the list") { it.choosing != null }.choosing).all
        does.compose.searchRecipients("CÁRDIO")
        assertEquals(listOf("Cardiology"), checkNotNull(compose("those found") { it.choosing?.search == "CÁRDIO" }.choosing).all.map { it.name })
        does.compose.toggleRecipient(all.first { it.name == "Cardiology" }.id)
        does.compose.stopChoosing()
        does.compose.send()
        compose("no text") { it.missing == Missing.Text }
        assertEquals(before, fake.messages.messages.outbox().size)
    }

    @Test
    fun `a new message goes to whom it was written, and closing keeps it`() = signedIn { fake ->
        content()
        does.inbox.compose()
        compose("its recipients") { !it.mayOmitRecipient }
        does.compose.toggleRecipient("fake-recipient-1")
        does.compose.subject("Monday")
        does.compose.text("May I come earlier?")
        does.compose.close()
        val row = shows("its row") { state ->
            ((state.top as? Screen.Home)?.inbox?.body as? InboxBody.Content)?.rows?.find { it.mark == RowMark.Draft && it.subject == "Monday" }
        }
        assertEquals("Dr. Petra Kos", row.who)
        does.inbox.openThread(row.id)
        compose("the draft with its recipient") { it.text == "May I come earlier?" && it.to.size == 1 }
        does.compose.send()
        shows("the inbox with it") { state ->
            ((state.top as? Screen.Home)?.inbox?.body as? InboxBody.Content)?.rows?.find { it.subject == "Monday" && it.mark != RowMark.Draft }
        }
        assertTrue(fake.messages.messages.drafts().isEmpty())
    }

    @Test
    fun `a file that is too large is refused with its limit`() {
        val device = TestDevice().apply {
            file = ChosenFile("scan.pdf", "application/pdf", 21_000_000) { NewFile("scan.pdf", FileContent.Bytes(ByteArray(0))) }
        }
        signedIn(device) {
            content()
            does.inbox.compose()
            compose("the form") { true }
            does.compose.attach()
            assertEquals(FileRefusal.TooLarge(20_000_000), compose("the refusal") { it.refused != null }.refused)
        }
    }

    @Test
    fun `what is open of an account that is sealed closes`() = signedIn { fake ->
        open(RowMark.None)
        fake.sessionState = SessionState.Sealed(SealReason.REFUSED)
        val shown = shows("the closed inbox alone") { state -> state.takeIf { it.stack.size == 1 && (it.top as? Screen.Home)?.inbox?.body is InboxBody.Closed } }
        assertEquals(0, shown.stack.count { it is Screen.Thread })
    }

    @Test
    fun `a file that an answer cannot take is refused with its limit`() {
        val device = TestDevice().apply {
            file = ChosenFile("scan.pdf", "application/pdf", 21_000_000) { NewFile("scan.pdf", FileContent.Bytes(ByteArray(0))) }
        }
        signedIn(device) {
            open(RowMark.None)
            does.thread.attach()
            val refused = thread("the refusal") { it.refused != null }
            assertEquals(FileRefusal.TooLarge(20_000_000) to null, refused.refused to refused.problem)
        }
    }
}
