package dev.pericard.app.models

import dev.pericard.InputProblem
import dev.pericard.PericardException
import dev.pericard.PortalPage
import dev.pericard.SignInMethod
import dev.pericard.SignInReason
import dev.pericard.SignInStep
import dev.pericard.app.ui.model.Problem
import dev.pericard.app.ui.signin.QrPicture
import dev.pericard.app.ui.signin.SignInState
import dev.pericard.app.ui.signin.Step
import dev.pericard.app.ui.signin.WaitReason
import dev.pericard.app.ui.signin.Wrong
import java.time.Duration
import java.time.Instant

/**
 * A sign-in as a machine: what the person does and what the core says come in, what is to be done goes out. It asks nobody
 * and waits for nothing, so each transition is a line of a test.
 *
 * ```text
 * password ─► code ⇄ recovery code ─► finished      any question ─► wait ─► the question
 *     │        └► enrol ─► recovery codes ─► finished     too late, or somebody else ─► begun anew
 *     └► browser ─► finished
 * ```
 */
internal class SignInMachine(
    val state: SignInState,
    private val surroundings: Surroundings,
    /** The `otpauth:` address of the second step that is set up. */
    private val address: String = "",
    /** Everything was answered, and finishing failed: the next answer finishes it. */
    private val isAnswered: Boolean = false,
) {
    /** What is around a sign-in and stays as it is. */
    class Surroundings(
        /** The pages that the clinic has. */
        val pages: Set<PortalPage>,
        /** Some app takes `otpauth:`. */
        val canOpen: Boolean,
        val qr: (String) -> QrPicture,
    )

    private val canReset get() = PortalPage.PASSWORD_RESET in surroundings.pages

    /** The machine as it is then, and what is to be done. */
    fun on(event: SignInEvent): Pair<SignInMachine, List<SignInEffect>> = when (event) {
        is SignInEvent.Asks -> with(state.copy(busy = false)).asked(event.step)
        is SignInEvent.Failed -> with(state.copy(busy = false)).failed(event)
        is SignInEvent.Deed -> did(event)
    }

    private fun with(state: SignInState, address: String = this.address, isAnswered: Boolean = this.isAnswered) =
        SignInMachine(state, surroundings, address, isAnswered)

    private fun at(step: Step) = with(state.copy(step = step))

    private fun does(vararg effects: SignInEffect) = this to effects.toList()

    /** One answer at a time: the same code is never sent twice. */
    private fun answers(effect: SignInEffect, state: SignInState = this.state) =
        if (state.busy) does() else with(state.copy(busy = true, problem = null), isAnswered = false).does(if (isAnswered) SignInEffect.Finish else effect)

    private fun did(deed: SignInEvent.Deed): Pair<SignInMachine, List<SignInEffect>> {
        val step = state.step
        return when (deed) {
            is SignInEvent.TypeUserName -> (if (step is Step.Password) with(state.copy(userName = deed.text)) else this).does()
            is SignInEvent.Password ->
                if (step is Step.Password) answers(SignInEffect.Password(deed.userName, deed.password), state.copy(userName = deed.userName)) else does()
            is SignInEvent.Code -> if (step is Step.Code || step is Step.Enrol) answers(SignInEffect.Code(deed.digits)) else does()
            is SignInEvent.RecoveryCode -> if (step is Step.RecoveryCode) answers(SignInEffect.RecoveryCode(deed.code)) else does()
            SignInEvent.UseRecoveryCode -> (if (step is Step.Code && step.recovery && !state.busy) fresh(Step.RecoveryCode()) else this).does()
            SignInEvent.UseAppCode -> (if (step is Step.RecoveryCode && !state.busy) fresh(Step.Code(recovery = true)) else this).does()
            SignInEvent.UseBrowser -> if (step is Step.Password) answers(SignInEffect.Begin(SignInMethod.BROWSER)) else does()
            SignInEvent.OpenBrowserAgain -> if (step == Step.Browser) answers(SignInEffect.Browse) else does()
            SignInEvent.ForgotPassword -> if (step is Step.Password) opens() else does()
            SignInEvent.OpenHelp -> if (step is Step.Wait) opens() else does()
            SignInEvent.OpenAuthenticator -> if (step is Step.Enrol) does(SignInEffect.Open(address)) else does()
            SignInEvent.CopyKey -> if (step is Step.Enrol) does(SignInEffect.Copy(step.key)) else does()
            SignInEvent.SaveCodes -> codes { SignInEffect.Save(it) }
            SignInEvent.PrintCodes -> codes { SignInEffect.Print(it) }
            SignInEvent.CopyCodes -> codes { SignInEffect.Copy(it) }
            is SignInEvent.KeptCodes -> (if (step is Step.RecoveryCodes) at(step.copy(kept = deed.kept)) else this).does()
            is SignInEvent.Remind ->
                if (step is Step.Wait) at(step.copy(remind = deed.on)).does(SignInEffect.Remind(step.until.takeIf { deed.on })) else does()
            SignInEvent.Finish -> if (step is Step.RecoveryCodes && step.kept) answers(SignInEffect.Finish) else does()
            SignInEvent.Stop -> does(SignInEffect.Remind(null), SignInEffect.Stop)
        }
    }

    private fun fresh(step: Step) = with(state.copy(step = step, problem = null))

    private fun opens() = if (canReset) does(SignInEffect.OpenPage(PortalPage.PASSWORD_RESET)) else does()

    private fun codes(effect: (String) -> SignInEffect) =
        (state.step as? Step.RecoveryCodes)?.let { does(effect(it.codes.joinToString("\n"))) } ?: does()

    private fun asked(step: SignInStep): Pair<SignInMachine, List<SignInEffect>> {
        val here = state.step
        return when (step) {
            // How many tries there are is told with what was wrong: said before, it frightens.
            is SignInStep.AskPassword -> (if (here is Step.Password) this else at(Step.Password(canReset = canReset))).does()
            is SignInStep.AskCode -> when {
                here is Step.Code -> at(here.copy(recovery = step.recoveryCode))
                here is Step.RecoveryCode && step.recoveryCode -> this
                else -> at(Step.Code(recovery = step.recoveryCode))
            }.does()
            is SignInStep.Enrol -> when {
                here is Step.Enrol && here.key == step.totp.secret -> this
                else -> {
                    val enrol = Step.Enrol(surroundings.qr(step.totp.uri), step.totp.secret, step.totp.digits, canOpen = surroundings.canOpen)
                    with(state.copy(step = enrol), step.totp.uri)
                }
            }.does()
            // A problem of the browser is not answered by opening it again.
            is SignInStep.OpenBrowser -> at(Step.Browser).run { if (state.problem == null) answers(SignInEffect.Browse) else does() }
            is SignInStep.ShowRecoveryCodes -> (if (here is Step.RecoveryCodes && here.codes == step.codes) this else at(Step.RecoveryCodes(step.codes))).does()
            is SignInStep.Wait -> waits(step.until, WaitReason.WrongTries)
            is SignInStep.Ready -> answers(SignInEffect.Finish)
        }
    }

    private fun waits(until: Instant, why: WaitReason): Pair<SignInMachine, List<SignInEffect>> {
        val remind = (state.step as? Step.Wait)?.run { remind && this.until == until } == true
        return at(Step.Wait(until, why, remind, hasHelp = canReset)).does(SignInEffect.Wake(until))
    }

    private fun failed(event: SignInEvent.Failed): Pair<SignInMachine, List<SignInEffect>> {
        val error = event.error
        val next = event.next
        if (next is SignInStep.Wait) return waits(next.until, WaitReason.WrongTries)
        val after = when (error) {
            is PericardException.WrongPassword -> mistaken(Wrong(error.attemptsLeft))
            is PericardException.WrongCode -> mistaken(Wrong(error.attemptsLeft))
            is PericardException.InvalidInput -> unsent(error.problem)
            is PericardException.RateLimited ->
                return waits(event.at + Duration.ofMillis(error.retryAfter.inWholeMilliseconds), WaitReason.Busy)
            // Whoever closed the browser can open it again.
            is PericardException.Cancelled -> return does()
            is PericardException.SignInRequired -> {
                val said = with(state.copy(problem = error.asProblem()))
                if (error.reason == SignInReason.EXPIRED || error.reason == SignInReason.ANOTHER_PERSON) return said.does(SignInEffect.Begin(null))
                said
            }
            else -> with(state.copy(problem = error.asProblem()))
        }
        return when (next) {
            null -> after.does()
            // Finished again by itself, what fails would fail without end.
            is SignInStep.Ready -> after.with(after.state, isAnswered = true).does()
            else -> after.asked(next)
        }
    }

    /** What the core would not send. */
    private fun unsent(problem: InputProblem): SignInMachine = when (state.step) {
        is Step.RecoveryCode -> mistaken(null)
        is Step.Code, is Step.Enrol, is Step.Password -> mistaken(Wrong(null))
        is Step.Browser, is Step.RecoveryCodes, is Step.Wait ->
            with(state.copy(problem = if (problem == InputProblem.NOT_THIS_SIGN_IN) Problem.Refused else Problem.NotUsable))
    }

    /** Empties the field; [wrong] is nothing for what was not sent. */
    private fun mistaken(wrong: Wrong?): SignInMachine = when (val step = state.step) {
        is Step.Password -> at(step.copy(attempt = step.attempt + 1, wrong = wrong))
        is Step.Code -> at(step.copy(attempt = step.attempt + 1, wrong = wrong))
        is Step.RecoveryCode -> at(Step.RecoveryCode(step.attempt + 1, wrong, unreadable = wrong == null))
        is Step.Enrol -> at(step.copy(attempt = step.attempt + 1, wrong = wrong))
        is Step.Browser, is Step.RecoveryCodes, is Step.Wait -> this
    }
}
