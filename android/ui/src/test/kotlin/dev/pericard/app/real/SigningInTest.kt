package dev.pericard.app.real

import dev.pericard.app.models.LINDEN
import dev.pericard.app.ui.View
import dev.pericard.app.ui.app.Screen
import dev.pericard.app.ui.inbox.InboxBanner
import dev.pericard.app.ui.inbox.InboxBody
import dev.pericard.app.ui.model.Problem
import dev.pericard.app.ui.signin.AddressProblem
import dev.pericard.app.ui.signin.Step
import dev.pericard.app.ui.signin.WaitReason
import dev.pericard.world.NetworkState
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

/** Signing in, over the real core and the reference portal. */
class SigningInTest : RealTest() {
    @Test
    fun fromTheFirstRunToReadingOffline() = real(ANA_WITH_CODE) {
        sees("01-welcome", "places", View.Dark, View.Large, View.Arabic) { it.top is Screen.Welcome }
        does.welcome.choose(LINDEN.id)
        val asked = seesStep("04-sign-in", "asked", View.Dark, View.Large, View.Arabic) { it is Step.Password }
        assertEquals(Step.Password(canReset = true), asked)
        password()
        val code = seesStep("06-code", "asked", View.Dark, View.Large, View.Arabic) { it is Step.Code }
        assertTrue((code as Step.Code).recovery)
        code()
        settled()
        val rows = (seesBody("15-inbox", "content", View.Dark, View.Large, View.Arabic) { it.isWhole() } as InboxBody.Content).rows
        assertEquals(8, rows.size)

        world.network(NetworkState.DOWN)
        restart()
        val offline = sees("18-inbox-offline", "offline", View.Dark, View.Large, View.Arabic) { all ->
            all.home?.inbox?.run { banner is InboxBanner.Offline && body.isWhole() } == true
        }
        assertEquals(rows, (offline.home?.inbox?.body as InboxBody.Content).rows)
        does.inbox.openThread(rows.first().id)
        val thread = app.shows("its messages") { all -> all.thread?.takeIf { it.messages.isNotEmpty() } }
        assertEquals(rows.first().subject, thread.subject)
    }

    @Test
    fun aWrongPasswordAndAWrongCodeStayWhereTheyAre() = real(ANA_WITH_CODE) {
        begin()
        password(right = false)
        val password = seesStep("05-sign-in-wrong", "triesLeft", View.Dark, View.Large, View.Arabic) { it is Step.Password && it.wrong != null }
        assertEquals(1 to 4, (password as Step.Password).run { attempt to wrong?.attemptsLeft })
        assertEquals(world.user(who), app.app.state.value.signIn?.userName)
        password()
        app.step<Step.Code>()
        code("wrong")
        val code = seesStep("07-code-wrong", "triesLeft", View.Dark, View.Large, View.Arabic) { it is Step.Code && it.wrong != null }
        assertEquals(4, (code as Step.Code).wrong?.attemptsLeft)
        code()
        settled()
    }

    @Test
    fun tooManyWrongPasswordsHaveToWait() = real {
        begin()
        // The wait is told in whole minutes: it must not begin within the first second of one.
        world.advance(5u)
        repeat(TRIES) { tried ->
            password(right = false)
            app.signIn("the answer to ${tried + 1}") { it.step is Step.Wait || (it.step as? Step.Password)?.attempt == tried + 1 }
        }
        val wait = seesStep("08-wait", "wrongTries", View.Dark, View.Large, View.Arabic) { it is Step.Wait } as Step.Wait
        assertEquals(WaitReason.WrongTries to true, wait.why to wait.hasHelp)
        does.signIn.remind(true)
        seesStep("08-wait", "reminding") { it is Step.Wait && it.remind }
        assertEquals(listOf("remind ${wait.until}"), device.asked)
        does.signIn.stop()
        app.shows("the first run again") { it.top as? Screen.Welcome }
        assertEquals(1, app.app.state.value.stack.size)
    }

    @Test
    fun aRecoveryCodeIsTakenInPlaceOfACode() = real(ANA_WITH_CODE) {
        begin()
        password()
        app.step<Step.Code>()
        does.signIn.useRecoveryCode()
        seesStep("06-code", "recovery") { it is Step.RecoveryCode }
        does.signIn.recoveryCode("no")
        seesStep("06-code", "recoveryUnreadable") { it is Step.RecoveryCode && it.unreadable }
        does.signIn.recoveryCode("aaaa-bbbb-cccc-dddd")
        seesStep("07-code-wrong", "recovery") { it is Step.RecoveryCode && it.wrong?.attemptsLeft == 4 && !it.unreadable }
        does.signIn.recoveryCode(world.code(who, "recovery"))
        settled()
    }

    @Test
    fun aSecondStepThatTheClinicAsksForIsSetUp() = real("""{"ana":{"threads":8,"messages":40,"must_enrol":true}}""") {
        begin()
        password()
        val enrol = seesStep("09-enrol", "key", View.Dark, View.Large, View.Arabic) { it is Step.Enrol } as Step.Enrol
        assertEquals(enrol.qr.side * enrol.qr.side, enrol.qr.dark.size)
        does.signIn.copyKey()
        assertEquals(listOf("copy a secret"), device.asked)
        world.enrol(who, "otpauth://totp/app?secret=${enrol.key}")
        code("wrong")
        seesStep("09-enrol", "wrong") { it is Step.Enrol && it.wrong != null }
        code()
        val codes = seesStep("10-recovery-codes", "notKept", View.Dark, View.Large, View.Arabic) { it is Step.RecoveryCodes } as Step.RecoveryCodes
        assertEquals(8, codes.codes.size)
        does.signIn.finish()
        does.signIn.keptCodes(true)
        seesStep("10-recovery-codes", "kept") { it is Step.RecoveryCodes && it.kept }
        does.signIn.finish()
        settled()
    }

    @Test
    fun theBrowserIsClosedAndOpenedAgain() = real(ANA_WITH_CODE, native = false) {
        app.shows("the first run") { it.top as? Screen.Welcome }
        does.welcome.choose(LINDEN.id)
        seesStep("04b-browser", "closed", View.Dark, View.Large, View.Arabic) { it is Step.Browser }
        device.browser = { address -> world.browser(address, who, true, "now") }
        does.signIn.openBrowserAgain()
        settled()
    }

    @Test
    fun whoeverDeclinesInTheBrowserCanTryAgain() = real(ANA_WITH_CODE, faults = """{"fault":"denied","as":"proved","times":1}""", native = false) {
        device.browser = { address -> world.browser(address, who, true, "now") }
        app.shows("the first run") { it.top as? Screen.Welcome }
        does.welcome.choose(LINDEN.id)
        app.signIn("that it can be opened again") { it.step is Step.Browser && it.problem == null }
        does.signIn.openBrowserAgain()
        settled()
    }

    @Test
    fun anAddressThatIsNoPortalSaysSo() = real {
        app.shows("the first run") { it.top as? Screen.Welcome }
        does.welcome.openAddress()
        does.welcome.typeAddress("http://portal.linden.example")
        does.welcome.submitAddress()
        seesAddress("notHttps") { it == AddressProblem.NotHttps }
        world.network(NetworkState.DOWN)
        does.welcome.typeAddress("portal.linden.example")
        does.welcome.submitAddress()
        seesAddress("offline") { it == AddressProblem.Other(Problem.Offline) }
        world.network(NetworkState.UP)
        tells("""{"fault":"captive_portal"}""")
        does.welcome.choose(LINDEN.id)
        seesAddress("notAPortal") { it == AddressProblem.NotAPortal }
    }

    @Test
    fun aClinicThatCannotProveItselfIsNotSignedInAt() = real(change = { it.copy(extraRoots = emptyList()) }) {
        app.shows("the first run") { it.top as? Screen.Welcome }
        does.welcome.choose(LINDEN.id)
        seesAddress("notSecure") { it == AddressProblem.Other(Problem.NotSecure) }
    }

    @Test
    fun aSignInWithoutANetworkSaysSoAndGoesOn() = real {
        begin()
        world.network(NetworkState.DOWN)
        password()
        sees("04-sign-in", "offline") { all -> all.signIn?.run { !busy && problem == Problem.Offline } == true }
        world.network(NetworkState.STALLED)
        password()
        sees("04-sign-in", "busy") { it.signIn?.busy == true }
        world.network(NetworkState.UP)
        does.signIn.stop()
        app.shows("the first run again") { it.top as? Screen.Welcome }
        assertEquals(1, app.app.state.value.stack.size)
    }

    private suspend fun Phone.seesAddress(state: String, look: (AddressProblem?) -> Boolean) =
        sees("01-welcome", state) { all -> (all.top as? Screen.Welcome)?.state?.address?.run { !checking && look(problem) } == true }

    private companion object {
        /** As many as the portal allows in a row. */
        const val TRIES = 5
    }
}

/** With the clinic's eight conversations. */
internal fun InboxBody.isWhole(): Boolean = (this as? InboxBody.Content)?.rows?.size == 8
