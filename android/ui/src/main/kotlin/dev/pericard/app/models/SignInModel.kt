package dev.pericard.app.models

import dev.pericard.Account
import dev.pericard.InputProblem
import dev.pericard.PericardException
import dev.pericard.PortalPage
import dev.pericard.SignInMethod
import dev.pericard.SignInStep
import dev.pericard.app.ui.model.Clinic
import dev.pericard.app.ui.model.Problem
import dev.pericard.app.ui.signin.SignInState
import dev.pericard.app.ui.signin.Step
import dev.pericard.app.ui.signin.WaitReason
import dev.pericard.app.ui.signin.Wrong
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Job
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import java.time.Duration

/** How a sign-in ends. */
sealed interface SignInEnd {
    data class Done(val account: Account) : SignInEnd

    /** The person stopped it. */
    data object Stopped : SignInEnd
}

/**
 * A sign-in, at the step that the core asks for.
 *
 * An answer brings the next step or an error. A wrong answer empties its field; what is typed otherwise stays.
 * [begin] starts an attempt in the way that is asked for: by it the person changes to the browser.
 */
class SignInModel(
    above: CoroutineScope,
    clinic: Clinic,
    private val core: Core,
    private val device: Device,
    private var signIn: SignInAttempt,
    private val found: FoundClinic?,
    private val begin: suspend (SignInMethod) -> SignInAttempt,
    private val onEnd: (SignInEnd) -> Unit,
) : Model<SignInState>(above, SignInState(clinic, userName = "", step = Step.Browser, busy = true)) {
    private var answers = 0
    private var asked: SignInStep? = null
    private var wait: Job? = null
    private var isOver = false
    private val canReset = found?.let { PortalPage.PASSWORD_RESET in it.capabilities.pages } ?: false

    init {
        resume()
    }

    /** The app is in front again: a wait may be over. Any other question is still the one that is shown. */
    fun toFront() {
        if (state.value.step is Step.Wait) resume()
    }

    /** Looks what is asked now. */
    private fun resume() {
        attempt(::failed) { take(signIn.step()) }
    }

    private suspend fun take(step: SignInStep) {
        wait?.cancel()
        asked = step
        when (step) {
            is SignInStep.Ready -> end()
            is SignInStep.OpenBrowser -> {
                ask(Step.Browser)
                openBrowserAgain()
            }
            is SignInStep.AskPassword -> ask(Step.Password(answers, canReset = canReset))
            is SignInStep.AskCode -> ask(Step.Code(answers, recovery = step.recoveryCode))
            is SignInStep.Enrol -> ask(
                Step.Enrol(core.qr(step.totp.uri), step.totp.secret, step.totp.digits, answers, canOpen = device.canOpenAuthenticator),
            )
            is SignInStep.ShowRecoveryCodes -> ask(Step.RecoveryCodes(step.codes))
            is SignInStep.Wait -> {
                ask(Step.Wait(step.until, WaitReason.WrongTries, hasHelp = canReset))
                wait = scope.launch {
                    delay(Duration.between(device.now(), step.until).toMillis().coerceAtLeast(0))
                    resume()
                }
            }
        }
    }

    private suspend fun end() {
        val account = signIn.finish()
        isOver = true
        onEnd(SignInEnd.Done(account))
    }

    private fun ask(step: Step) = show { it.copy(step = step, busy = false, problem = null) }

    /** An answer to what is asked; one at a time. */
    private fun answer(give: suspend () -> SignInStep) {
        if (state.value.busy) return
        show { it.copy(busy = true, problem = null) }
        attempt(::failed) { take(give()) }
    }

    private fun failed(error: PericardException) {
        answers += 1
        when (error) {
            is PericardException.WrongPassword -> wrong(Wrong(error.attemptsLeft))
            is PericardException.WrongCode -> wrong(Wrong(error.attemptsLeft))
            is PericardException.InvalidInput -> refused(error.problem)
            // The core asks to wait: its step says until when.
            is PericardException.RateLimited -> resume()
            is PericardException.Cancelled -> show { it.copy(busy = false) }
            else -> show { it.copy(busy = false, problem = error.asProblem()) }
        }
    }

    private fun wrong(wrong: Wrong) = show { state ->
        val step = when (val step = state.step) {
            is Step.Password -> step.copy(attempt = answers, wrong = wrong)
            is Step.Code -> step.copy(attempt = answers, wrong = wrong)
            is Step.RecoveryCode -> step.copy(attempt = answers, wrong = wrong)
            is Step.Enrol -> step.copy(attempt = answers, wrong = wrong)
            else -> step
        }
        state.copy(step = step, busy = false)
    }

    /** What the core would not send. */
    private fun refused(problem: InputProblem) {
        when (val step = state.value.step) {
            is Step.RecoveryCode -> show { it.copy(step = step.copy(attempt = answers, unreadable = true), busy = false) }
            is Step.Code, is Step.Enrol, is Step.Password -> wrong(Wrong(null))
            else -> {
                val shown = if (problem == InputProblem.NOT_THIS_SIGN_IN) Problem.Refused else Problem.NotUsable
                show { it.copy(busy = false, problem = shown) }
            }
        }
    }

    fun typeUserName(text: String) = show { it.copy(userName = text) }

    fun password(userName: String, password: CharSequence) {
        show { it.copy(userName = userName) }
        answer { signIn.password(userName, password) }
    }

    fun code(digits: String) = answer { signIn.code(digits) }

    fun recoveryCode(code: String) = answer { signIn.recoveryCode(code) }

    fun useRecoveryCode() {
        answers += 1
        ask(Step.RecoveryCode(answers))
    }

    fun useAppCode() {
        answers += 1
        ask(Step.Code(answers, recovery = true))
    }

    /** The clinic's pages in the browser; the app waits for what they come back with. */
    fun openBrowserAgain() {
        if (state.value.busy) return
        show { it.copy(busy = true, problem = null) }
        attempt(::failed) {
            val address = device.browse(signIn.authorizationUrl())
            if (address == null) show { it.copy(busy = false) } else take(signIn.redirected(address))
        }
    }

    fun useBrowser() {
        show { it.copy(busy = true, problem = null) }
        attempt(::failed) {
            val before = signIn
            signIn = begin(SignInMethod.BROWSER)
            before.cancel()
            take(signIn.step())
        }
    }

    fun forgotPassword() = openPage(PortalPage.PASSWORD_RESET)

    fun openHelp() = openPage(PortalPage.PASSWORD_RESET)

    private fun openPage(page: PortalPage) {
        found?.page(page)?.let(device::open)
    }

    private val enrolling get() = (asked as? SignInStep.Enrol)?.totp

    fun openAuthenticator() {
        enrolling?.let { device.open(it.uri) }
    }

    fun copyKey() {
        enrolling?.let { device.copy(it.secret, secret = true) }
    }

    private val codes get() = (asked as? SignInStep.ShowRecoveryCodes)?.codes.orEmpty().joinToString("\n")

    fun saveCodes() {
        scope.launch { if (device.save(CODES_FILE, codes)) keptCodes(true) }
    }

    fun printCodes() = device.print(codes)

    fun copyCodes() = device.copy(codes, secret = true)

    fun keptCodes(kept: Boolean) = show { state ->
        val step = state.step
        if (step is Step.RecoveryCodes) state.copy(step = step.copy(kept = kept)) else state
    }

    fun finish() {
        if (state.value.busy) return
        show { it.copy(busy = true) }
        attempt(::failed) { end() }
    }

    fun remind(on: Boolean) = show { state ->
        val step = state.step as? Step.Wait ?: return@show state
        device.remind(step.until.takeIf { on })
        state.copy(step = step.copy(remind = on))
    }

    fun stop() = onEnd(SignInEnd.Stopped)

    /** A sign-in that is left before its end gives back what it holds at the clinic. */
    suspend fun leave() {
        close()
        if (isOver) return
        try {
            signIn.cancel()
        } catch (_: PericardException) {
            // It ends by itself after ten minutes.
        }
    }

    private companion object {
        /** Says nothing about whose codes they are. */
        const val CODES_FILE = "codes.txt"
    }
}

