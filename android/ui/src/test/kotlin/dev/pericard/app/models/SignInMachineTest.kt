package dev.pericard.app.models

import dev.pericard.InputProblem
import dev.pericard.PericardException
import dev.pericard.PortalPage
import dev.pericard.PortalProblem
import dev.pericard.SignInMethod
import dev.pericard.SignInReason
import dev.pericard.SignInStep
import dev.pericard.TotpSecret
import dev.pericard.app.ui.model.Problem
import dev.pericard.app.ui.signin.QrPicture
import dev.pericard.app.ui.signin.SignInState
import dev.pericard.app.ui.signin.Step
import dev.pericard.app.ui.signin.WaitReason
import dev.pericard.app.ui.signin.Wrong
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.DynamicTest
import org.junit.jupiter.api.DynamicTest.dynamicTest
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.TestFactory
import java.time.Instant
import kotlin.time.Duration.Companion.seconds

/** Every transition of a sign-in, without a core: at this step, when this comes, it is so and this is done. */
class SignInMachineTest {
    private class Line(
        val name: String,
        val at: SignInState,
        val event: SignInEvent,
        val then: SignInState,
        val does: List<SignInEffect> = emptyList(),
    )

    @TestFactory
    fun transitions(): List<DynamicTest> = (passwords + codes + browsers + endings + late).map { line ->
        dynamicTest(line.name) {
            val (next, effects) = machine(line.at).on(line.event)
            assertEquals(line.then, next.state)
            assertEquals(line.does, effects)
        }
    }

    @Test
    fun `what was answered is finished by the next answer and not sent again`() {
        val (failed, _) = machine(at(Step.Code(), busy = true)).on(failed(PericardException.Offline(), SignInStep.Ready(null)))
        assertEquals(listOf(SignInEffect.Finish), failed.on(SignInEvent.Code("1")).second)
    }

    private fun machine(state: SignInState) = SignInMachine(
        state,
        SignInMachine.Surroundings(setOf(PortalPage.PASSWORD_RESET), canOpen = false) { QR },
        TOTP.uri,
    )

    private val passwords = listOf(
        Line("the core asks for a password", at(Step.Browser), asks(SignInStep.AskPassword(5)), at(Step.Password())),
        Line("a name is typed", at(Step.Password()), SignInEvent.TypeUserName("an"), at(Step.Password(), "an")),
        Line(
            "a password is sent", at(Step.Password()), SignInEvent.Password("ana", "p"),
            at(Step.Password(), "ana", busy = true), listOf(SignInEffect.Password("ana", "p")),
        ),
        Line("it is sent once", at(Step.Password(), busy = true), SignInEvent.Password("", "p"), at(Step.Password(), busy = true)),
        Line(
            "a wrong password empties its field and keeps the name", at(Step.Password(), "ana", busy = true),
            failed(PericardException.WrongPassword(2), SignInStep.AskPassword(2)), at(Step.Password(1, Wrong(2)), "ana"),
        ),
        Line(
            "a password that the core does not send is wrong", at(Step.Password(), busy = true),
            failed(PericardException.InvalidInput("password", InputProblem.TOO_LONG), SignInStep.AskPassword(5)), at(Step.Password(1, Wrong(null))),
        ),
        Line(
            "without a network what is typed stays", at(Step.Password(), "ana", busy = true),
            failed(PericardException.Offline(), SignInStep.AskPassword(5)), at(Step.Password(), "ana", problem = Problem.Offline),
        ),
        Line(
            "too many wrong answers have to wait", at(Step.Password(), busy = true),
            failed(PericardException.RateLimited(300.seconds), SignInStep.Wait(LATER)), at(Step.Wait(LATER)), listOf(SignInEffect.Wake(LATER)),
        ),
        Line(
            "a wait that goes on keeps its reminder", at(Step.Wait(LATER, remind = true)), asks(SignInStep.Wait(LATER)),
            at(Step.Wait(LATER, remind = true)), listOf(SignInEffect.Wake(LATER)),
        ),
        Line("a wait ends with the question", at(Step.Wait(LATER)), asks(SignInStep.AskPassword(5)), at(Step.Password())),
        Line(
            "a busy clinic is not their fault", at(Step.Password(), busy = true),
            failed(PericardException.RateLimited(300.seconds), SignInStep.AskPassword(5)), at(Step.Wait(LATER, WaitReason.Busy)), listOf(SignInEffect.Wake(LATER)),
        ),
        Line("a reminder is set", at(Step.Wait(LATER)), SignInEvent.Remind(true), at(Step.Wait(LATER, remind = true)), listOf(SignInEffect.Remind(LATER))),
        Line("and taken back", at(Step.Wait(LATER, remind = true)), SignInEvent.Remind(false), at(Step.Wait(LATER)), listOf(SignInEffect.Remind(null))),
        Line("who forgot the password is helped", at(Step.Password()), SignInEvent.ForgotPassword, at(Step.Password()), listOf(RESET)),
        Line("and who has to wait", at(Step.Wait(LATER)), SignInEvent.OpenHelp, at(Step.Wait(LATER)), listOf(RESET)),
        Line(
            "the browser takes its place", at(Step.Password()), SignInEvent.UseBrowser,
            at(Step.Password(), busy = true), listOf(SignInEffect.Begin(SignInMethod.BROWSER)),
        ),
    )

    private val codes = listOf(
        Line("the core asks for a code", at(Step.Password(), busy = true), asks(CODE), at(Step.Code(recovery = true))),
        Line("a code is sent", at(Step.Code()), SignInEvent.Code("1"), at(Step.Code(), busy = true), listOf(SignInEffect.Code("1"))),
        Line("it is sent once", at(Step.Code(), busy = true), SignInEvent.Code("1"), at(Step.Code(), busy = true)),
        Line(
            "a wrong code stays at the code", at(Step.Code(recovery = true), busy = true),
            failed(PericardException.WrongCode(4), CODE), at(Step.Code(1, Wrong(4), recovery = true)),
        ),
        Line("a recovery code is taken instead", at(Step.Code(recovery = true)), SignInEvent.UseRecoveryCode, at(Step.RecoveryCode())),
        Line("not where the clinic takes none", at(Step.Code()), SignInEvent.UseRecoveryCode, at(Step.Code())),
        Line(
            "a recovery code is sent", at(Step.RecoveryCode()), SignInEvent.RecoveryCode("x"),
            at(Step.RecoveryCode(), busy = true), listOf(SignInEffect.RecoveryCode("x")),
        ),
        Line(
            "one that cannot be is not sent", at(Step.RecoveryCode(), busy = true),
            failed(PericardException.InvalidInput("code", InputProblem.NOT_A_RECOVERY_CODE), CODE), at(Step.RecoveryCode(1, unreadable = true)),
        ),
        Line(
            "a wrong one stays at the recovery code", at(Step.RecoveryCode(), busy = true),
            failed(PericardException.WrongCode(4), CODE), at(Step.RecoveryCode(1, Wrong(4))),
        ),
        Line("and back to the app's code", at(Step.RecoveryCode(1)), SignInEvent.UseAppCode, at(Step.Code(recovery = true))),
        Line("the clinic asks for a second step", at(Step.Password(), busy = true), asks(SignInStep.Enrol(TOTP, null)), at(ENROL)),
        Line("its key is copied", at(ENROL), SignInEvent.CopyKey, at(ENROL), listOf(SignInEffect.Copy(TOTP.secret))),
        Line("its address is opened", at(ENROL), SignInEvent.OpenAuthenticator, at(ENROL), listOf(SignInEffect.Open(TOTP.uri))),
        Line(
            "a wrong first code keeps the key", at(ENROL, busy = true),
            failed(PericardException.WrongCode(3), SignInStep.Enrol(TOTP, 3)), at(ENROL.copy(attempt = 1, wrong = Wrong(3))),
        ),
        Line("its codes are shown", at(ENROL, busy = true), asks(SHOWN), at(Step.RecoveryCodes(listOf("a", "b")))),
        Line("they have to be kept", at(Step.RecoveryCodes(listOf("a", "b"))), SignInEvent.Finish, at(Step.RecoveryCodes(listOf("a", "b")))),
        Line("they are printed", at(KEPT), SignInEvent.PrintCodes, at(KEPT), listOf(SignInEffect.Print("a\nb"))),
        Line("they are saved", at(KEPT), SignInEvent.SaveCodes, at(KEPT), listOf(SignInEffect.Save("a\nb"))),
        Line("they are copied", at(KEPT), SignInEvent.CopyCodes, at(KEPT), listOf(SignInEffect.Copy("a\nb"))),
        Line("they were kept", at(Step.RecoveryCodes(listOf("a", "b"))), SignInEvent.KeptCodes(true), at(KEPT)),
        Line("what was kept stays so", at(KEPT, busy = true), failed(PericardException.Offline(), SHOWN), at(KEPT, problem = Problem.Offline)),
        Line("and it is done", at(KEPT), SignInEvent.Finish, at(KEPT, busy = true), listOf(SignInEffect.Finish)),
    )

    private val browsers = listOf(
        Line("the core asks for the browser", at(Step.Browser), asks(SignInStep.OpenBrowser), at(Step.Browser, busy = true), listOf(SignInEffect.Browse)),
        Line(
            "whoever closed it can open it again", at(Step.Browser, busy = true),
            failed(PericardException.Cancelled(), SignInStep.OpenBrowser), at(Step.Browser),
        ),
        Line("and does", at(Step.Browser), SignInEvent.OpenBrowserAgain, at(Step.Browser, busy = true), listOf(SignInEffect.Browse)),
        Line(
            "a problem is not answered by opening it again", at(Step.Browser, busy = true),
            failed(PericardException.Portal(PortalProblem.REFUSED, null), SignInStep.OpenBrowser), at(Step.Browser, problem = Problem.Refused),
        ),
        Line(
            "an address of another sign-in is refused", at(Step.Browser, busy = true),
            failed(PericardException.InvalidInput("redirect", InputProblem.NOT_THIS_SIGN_IN), SignInStep.OpenBrowser), at(Step.Browser, problem = Problem.Refused),
        ),
    )

    private val endings = listOf(
        Line("ready is finished", at(Step.Code(), busy = true), asks(SignInStep.Ready(null)), at(Step.Code(), busy = true), listOf(SignInEffect.Finish)),
        Line(
            "finishing that fails is not tried without end", at(Step.Code(), busy = true), failed(PericardException.Offline(), SignInStep.Ready(null)),
            at(Step.Code(), problem = Problem.Offline),
        ),
        Line(
            "what took too long begins anew and says why", at(Step.Code(), busy = true),
            failed(PericardException.SignInRequired(SignInReason.EXPIRED), null), at(Step.Code(), problem = Problem.Expired), listOf(SignInEffect.Begin(null)),
        ),
        Line(
            "and still says it at its first question", at(Step.Code(), problem = Problem.Expired), asks(SignInStep.AskPassword(5)),
            at(Step.Password(), problem = Problem.Expired),
        ),
        Line(
            "so does somebody else's", at(Step.Code(), busy = true), failed(PericardException.SignInRequired(SignInReason.ANOTHER_PERSON), null),
            at(Step.Code(), problem = Problem.AnotherPerson), listOf(SignInEffect.Begin(null)),
        ),
        Line("stop ends it and its reminder", at(Step.Wait(LATER)), SignInEvent.Stop, at(Step.Wait(LATER)), listOf(SignInEffect.Remind(null), SignInEffect.Stop)),
    )

    /** A tap that comes after the step has changed. */
    private val late = listOf(
        SignInEvent.Code("1"), SignInEvent.RecoveryCode("x"), SignInEvent.Finish, SignInEvent.UseAppCode, SignInEvent.UseRecoveryCode,
        SignInEvent.OpenBrowserAgain, SignInEvent.OpenHelp, SignInEvent.CopyKey, SignInEvent.OpenAuthenticator, SignInEvent.CopyCodes,
        SignInEvent.SaveCodes, SignInEvent.PrintCodes, SignInEvent.KeptCodes(true), SignInEvent.Remind(true),
    ).map { Line("late: ${it.javaClass.simpleName}", at(Step.Password()), it, at(Step.Password())) } + listOf(
        SignInEvent.Password("ana", "p"), SignInEvent.TypeUserName("a"), SignInEvent.UseBrowser, SignInEvent.ForgotPassword,
    ).map { Line("late: ${it.javaClass.simpleName}", at(Step.Code()), it, at(Step.Code())) }

    private companion object {
        val NOW: Instant = Instant.parse("2026-11-05T08:24:00Z")
        val LATER: Instant = NOW.plusSeconds(300)
        val QR = QrPicture(1, listOf(true))
        val TOTP = TotpSecret("otpauth://totp/x?secret=JBSWY3DP", "JBSWY3DP", null, "ana", "SHA1", 6, 30.seconds)
        val CODE = SignInStep.AskCode(attemptsLeft = 5, recoveryCode = true)
        val ENROL = Step.Enrol(QR, "JBSWY3DP", 6, canOpen = false)
        val SHOWN = SignInStep.ShowRecoveryCodes(listOf("a", "b"))
        val KEPT = Step.RecoveryCodes(listOf("a", "b"), kept = true)
        val RESET = SignInEffect.OpenPage(PortalPage.PASSWORD_RESET)

        fun at(step: Step, user: String = "", busy: Boolean = false, problem: Problem? = null) = SignInState(LINDEN, user, step, busy, problem)

        fun asks(step: SignInStep) = SignInEvent.Asks(step)

        fun failed(error: PericardException, next: SignInStep?) = SignInEvent.Failed(error, next, NOW)
    }
}
