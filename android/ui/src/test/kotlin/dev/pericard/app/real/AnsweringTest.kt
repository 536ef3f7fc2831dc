package dev.pericard.app.real

import dev.pericard.app.ui.View
import dev.pericard.app.ui.app.Said
import dev.pericard.app.ui.compose.ComposeState
import dev.pericard.app.ui.compose.Missing
import dev.pericard.app.ui.inbox.InboxBanner
import dev.pericard.app.ui.inbox.InboxBody
import dev.pericard.app.ui.inbox.RowMark
import dev.pericard.app.ui.inbox.ThreadRow
import dev.pericard.app.ui.signin.Step
import dev.pericard.app.ui.thread.Delivery
import dev.pericard.app.ui.thread.ThreadState
import dev.pericard.world.NetworkState
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Test

/** What is written: kept, sent once, and said how it stands. */
class AnsweringTest : RealTest() {
    private suspend fun Phone.openFirst(): ThreadState {
        does.inbox.openThread(app.content().rows.first().id)
        return app.shows("the conversation") { all -> all.thread?.takeIf { it.messages.isNotEmpty() } }
    }

    private suspend fun Phone.seesThread(state: String, vararg also: View, look: (ThreadState) -> Boolean): ThreadState =
        checkNotNull(sees("26-thread-states", state, *also) { all -> all.thread?.let(look) == true }.thread)

    private suspend fun Phone.seesCompose(state: String, vararg also: View, screen: String = "29-new-message", look: (ComposeState) -> Boolean): ComposeState =
        checkNotNull(sees(screen, state, *also) { all -> all.compose?.let(look) == true }.compose)

    private fun ThreadState.delivery(text: String): Delivery? = messages.find { it.text == text }?.delivery

    private fun InboxBody.row(mark: RowMark): ThreadRow? = (this as? InboxBody.Content)?.rows?.find { it.mark == mark }

    @Test
    fun anAnswerIsKeptWhileItIsWrittenAndSentOnce() = real {
        signIn()
        openFirst()
        does.thread.write(ANSWER)
        seesThread("draftKept", View.Dark, View.Large, View.Arabic) { it.draft.kept }
        does.back()
        seesBody("15-inbox", "draft") { it.row(RowMark.Draft) != null }
        restart()
        does.inbox.openThread(app.content().rows.first { it.mark == RowMark.Draft }.id)
        app.shows("the draft") { all -> all.thread?.takeIf { it.draft.text == ANSWER && it.messages.isNotEmpty() } }
        settledBehind()

        world.network(NetworkState.STALLED)
        does.thread.send()
        seesThread("sending") { it.delivery(ANSWER) == Delivery.Sending }
        givesUp()
        // Whether it arrived is looked up first, and that nothing is found counts only after a while.
        world.network(NetworkState.UP)
        repeat(3) {
            world.advance(1200u)
            app.app.toFront()
            settledBehind()
        }
        seesThread("sent", View.Dark, View.Large, View.Arabic) { it.delivery(ANSWER) == Delivery.Sent }
        assertEquals(1uL, world.portalMessages(ANSWER))
    }

    @Test
    fun whatIsWrittenOfflineWaitsAndGoesOutOnce() = real {
        signIn()
        world.network(NetworkState.DOWN)
        openFirst()
        does.thread.write(ANSWER)
        does.thread.send()
        seesThread("waiting") { it.delivery(ANSWER) == Delivery.Queued && it.draft.text.isEmpty() }
        does.back()
        sees("18-inbox-offline", "waiting") { all -> all.home?.inbox?.run { banner is InboxBanner.Offline && body.row(RowMark.Waiting) != null } == true }
        world.network(NetworkState.UP)
        sync()
        app.inbox("that it was sent") { it.body.row(RowMark.Waiting) == null && it.body.row(RowMark.Sent)?.preview == ANSWER }
        assertEquals(1uL, world.portalMessages(ANSWER))
    }

    @Test
    fun whatTheClinicRefusesCanBeTakenBack() = real(faults = """{"fault":"refused_text","code":422}""") {
        signIn()
        openFirst()
        val text = "Please see the file (refused)"
        does.thread.write(text)
        does.thread.send()
        val failed = seesThread("failed", View.Dark, View.Large, View.Arabic) { it.delivery(text) == Delivery.Failed }
        does.back()
        seesBody("15-inbox", "failed") { it.row(RowMark.Failed) != null }
        does.inbox.openThread(failed.id)
        app.shows("it again") { all -> all.thread?.takeIf { it.delivery(text) == Delivery.Failed } }
        does.thread.withdraw(failed.messages.first { it.text == text }.id)
        app.shows("the rest") { all -> all.thread?.takeIf { it.messages.isNotEmpty() && it.delivery(text) == null } }
        assertEquals(0uL, world.portalMessages(text))
    }

    @Test
    fun whetherItArrivedIsAskedWhereNobodyCanTell() = real(
        faults = """{"fault":"ignore_identifier"},{"fault":"lagging_index","seconds":60}""",
    ) {
        signIn()
        openFirst()
        tells("""{"fault":"drop_answer_after_commit"}""")
        does.thread.write(ANSWER)
        does.thread.send()
        val unknown = seesThread("unknown") { it.delivery(ANSWER) == Delivery.Unknown }
        does.thread.decide(unknown.messages.first { it.text == ANSWER }.id)
        sees("28-please-check", "deciding", View.Dark, View.Large, View.Arabic) { it.thread?.deciding != null }
        settledBehind()
        // The clinic shows it at last: the doubt settles without anybody's doing.
        world.advance(120u)
        app.app.toFront()
        app.shows("that it was sent") { all -> all.thread?.takeIf { it.deciding == null && it.delivery(ANSWER) == Delivery.Sent } }
        assertEquals(1uL, world.portalMessages(ANSWER))
    }

    @Test
    fun aNewMessageGoesToWhomItIsFor() = real {
        signIn()
        does.inbox.compose()
        seesCompose("fresh", View.Dark) { !it.mayOmitRecipient }
        does.compose.send()
        seesCompose("missing") { it.missing == Missing.Recipient }
        does.compose.chooseRecipients()
        val all = checkNotNull(seesCompose("choosing", View.Dark, View.Large, View.Arabic, screen = "30-recipients") { it.choosing?.all?.isNotEmpty() == true }.choosing).all
        does.compose.searchRecipients("zz")
        seesCompose("none", screen = "30-recipients") { it.choosing?.run { search == "zz" && this.all.isEmpty() } == true }
        does.compose.searchRecipients("")
        does.compose.toggleRecipient(all.first().id)
        app.shows("the chosen one") { state -> state.compose?.takeIf { it.choosing?.chosen == setOf(all.first().id) } }
        does.compose.stopChoosing()
        does.compose.subject("My next visit")
        does.compose.text(ANSWER)
        seesCompose("written", View.Dark, View.Large, View.Arabic) { it.text == ANSWER && it.subject == "My next visit" && it.choosing == null }
        does.compose.send()
        assertEquals(Said.Sent, app.shows("what became of it") { it.announcement }.what)
        val row = (seesBody("15-inbox", "sent") { it.row(RowMark.Sent)?.subject == "My next visit" }).row(RowMark.Sent)
        assertEquals(all.first().name, row?.who)
        assertEquals(1uL, world.portalMessages(ANSWER))
    }

    @Test
    fun aClinicThatWantsAFresherSignInGetsOneAndTheMessage() = real(ANA_WITH_CODE, manners = ""","step_up":{"max_age":300,"acr":"mfa"}""") {
        begin()
        password()
        app.step<Step.Code>()
        code()
        settled()
        world.advance(600u)
        openFirst()
        does.thread.write(ANSWER)
        does.thread.send()
        does.back()
        sees("19-inbox-off", "stepUp", View.Dark, View.Large, View.Arabic) { all -> all.home?.inbox?.run { banner == InboxBanner.StepUp && body.row(RowMark.Waiting) != null } == true }
        does.inbox.stepUp()
        app.step<Step.Password>()
        password()
        app.step<Step.Code>()
        code()
        app.inbox("that it was sent") { it.banner == null && it.body.row(RowMark.Waiting) == null }
        assertEquals(1uL, world.portalMessages(ANSWER))
    }

    private companion object {
        const val ANSWER = "Thank you, I will be there ten minutes early."
    }
}
