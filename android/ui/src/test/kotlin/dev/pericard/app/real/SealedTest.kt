package dev.pericard.app.real

import dev.pericard.app.ui.View
import dev.pericard.app.ui.app.Screen
import dev.pericard.app.ui.inbox.InboxBanner
import dev.pericard.app.ui.inbox.InboxBody
import dev.pericard.app.ui.notices.ClosedReason
import dev.pericard.app.ui.notices.Notice
import dev.pericard.app.ui.signin.Standing
import dev.pericard.app.ui.signin.Step
import dev.pericard.world.NetworkState
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Test
import java.io.File
import java.time.Duration

/** What closes an account shows nothing of it, says why, and says what opens it again. */
class SealedTest : RealTest() {
    private suspend fun Phone.seesClosed(screen: String, state: String, vararg also: View, look: (ClosedReason) -> Boolean) {
        val shown = sees(screen, state, *also) { all -> (all.home?.inbox?.body as? InboxBody.Closed)?.let { look(it.reason) } == true }
        assertEquals(1, shown.stack.size)
        assertEquals(0, shown.home?.unread)
    }

    private suspend fun Phone.signInAgain() {
        does.closed.signInAgain()
        app.step<Step.Password>()
        password()
        app.inbox("everything again") { it.body.isWhole() }
    }

    @Test
    fun aSessionThatTheClinicEndedSealsAndTheSamePersonReopens() = real {
        signIn()
        does.inbox.openThread(app.content().rows.first().id)
        app.shows("a conversation") { all -> all.thread?.takeIf { it.messages.isNotEmpty() } }
        tells("""{"revoke":"ana"}""")
        app.app.toFront()
        seesClosed("31-notice-signed-out", "sealed", View.Dark, View.Large, View.Arabic) { it == ClosedReason.Refused }
        does.you.openClinics()
        val clinics = sees("02-clinics", "signedOut") { it.top is Screen.Clinics }.top as Screen.Clinics
        assertEquals(Standing.SignedOut, clinics.state.accounts.single().standing)
        does.back()
        signInAgain()
    }

    @Test
    fun anAnswerForSomebodyElseSeals() = real("""{"ana":{"threads":8,"messages":40},"ben":{"threads":1,"messages":3}}""") {
        signIn()
        tells("""{"fault":"wrong_subject"}""")
        world.advance(600u)
        sync()
        seesClosed("31-notice-signed-out", "identityChanged") { it == ClosedReason.IdentityChanged }
        tells("""{"fault":"none"}""")
        signInAgain()
    }

    @Test
    fun aPhoneThatWasOfflineForTooLongOpensWhenItReachesTheClinic() = real {
        world.setLease(Duration.ofDays(14))
        restart()
        signIn()
        world.network(NetworkState.DOWN)
        world.advance(15uL * 86_400u)
        sync()
        seesClosed("32-notice-lease", "lease", View.Dark, View.Large, View.Arabic) { it == ClosedReason.Lease(14, trying = false) }
        world.network(NetworkState.STALLED)
        does.closed.tryNow()
        seesClosed("32-notice-lease", "trying") { it == ClosedReason.Lease(14, trying = true) }
        givesUp()
        world.network(NetworkState.UP)
        does.closed.tryNow()
        app.inbox("everything again") { it.body.isWhole() }
    }

    @Test
    fun aKeystoreThatLostItsKeysIsSaidAndSigningInFetchesAnew() = real {
        signIn()
        restart { keys.loseContentKeys() }
        seesClosed("31-notice-signed-out", "keyLost") { it == ClosedReason.KeyLost }
        signInAgain()
    }

    @Test
    fun aKeystoreThatDoesNotAnswerIsTriedAgain() = real {
        signIn()
        restart { keys.isLocked = true }
        seesClosed("31-notice-signed-out", "unavailable") { it == ClosedReason.Unavailable }
        keys.isLocked = false
        does.closed.tryNow()
        app.inbox("everything again") { it.body.isWhole() }
    }

    @Test
    fun aDatabaseThatIsDamagedIsBegunAnew() = real {
        signIn()
        restart {
            val files = File(directory).walk().filter { it.extension == "db" && it.name !in setOf("device.db", "log.db") }.toList()
            assertEquals(1, files.size)
            files.forEach { it.writeBytes(ByteArray(it.length().toInt()) { 7 }) }
        }
        val shown = sees("19-inbox-off", "begunAnew", View.Dark, View.Large, View.Arabic) { all ->
            all.home?.inbox?.run { !refreshing && body.isWhole() && banner is InboxBanner.BegunAnew } == true
        }
        does.inbox.openNotice(checkNotNull(shown.home?.inbox?.banner))
        sees("34-notice-incident", "begunAnew", View.Dark, View.Large, View.Arabic) { (it.top as? Screen.OneNotice)?.state?.notice == Notice.BegunAnew }
        does.notice.readMessages()
        app.inbox("nothing any more") { it.banner == null && it.body.isWhole() }
    }
}
