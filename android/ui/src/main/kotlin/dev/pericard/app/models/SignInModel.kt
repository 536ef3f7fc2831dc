package dev.pericard.app.models

import dev.pericard.Account
import dev.pericard.PericardException
import dev.pericard.SignInMethod
import dev.pericard.SignInStep
import dev.pericard.app.ui.model.Clinic
import dev.pericard.app.ui.signin.SignInState
import dev.pericard.app.ui.signin.Step
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Job
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import java.time.Duration

/** How a sign-in ends. */
sealed interface SignInEnd {
    class Done(val account: Account) : SignInEnd

    /** The person stopped it. */
    data object Stopped : SignInEnd
}

/**
 * A sign-in: the hands of its [SignInMachine].
 *
 * [begin] starts an attempt in the way that is asked for: by it the person changes to the browser, and one that took too
 * long begins anew. A browser that was open when the app ended is opened again only when the person asks: [resumed].
 */
class SignInModel(
    above: CoroutineScope,
    clinic: Clinic,
    core: Core,
    private val device: Device,
    private var signIn: SignInAttempt,
    private val found: FoundClinic?,
    resumed: Boolean = false,
    private val begin: suspend (SignInMethod) -> SignInAttempt,
    private val onEnd: (SignInEnd) -> Unit,
) : Model<SignInState>(above, SignInState(clinic, userName = "", step = Step.Browser)) {
    private var machine = SignInMachine(
        state.value,
        SignInMachine.Surroundings(found?.capabilities?.pages.orEmpty().toSet(), device.canOpenAuthenticator, core::qr),
    )
    private var method = if (asks() is SignInStep.OpenBrowser) SignInMethod.BROWSER else SignInMethod.NATIVE
    private var wake: Job? = null
    private var isOver = false

    init {
        if (!resumed || asks() !is SignInStep.OpenBrowser) ask()
    }

    /** The app is in front again: a wait may be over. Any other question is still the one that is shown. */
    fun toFront() {
        if (state.value.step is Step.Wait) ask()
    }

    private fun on(event: SignInEvent) {
        val (next, effects) = machine.on(event)
        machine = next
        if (next.state.step !is Step.Wait) wake?.cancel()
        show { next.state }
        effects.forEach(::carryOut)
    }

    private fun carryOut(effect: SignInEffect) {
        when (effect) {
            is SignInEffect.Password -> answer { signIn.password(effect.user, effect.password) }
            is SignInEffect.Code -> answer { signIn.code(effect.digits) }
            is SignInEffect.RecoveryCode -> answer { signIn.recoveryCode(effect.code) }
            SignInEffect.Browse -> answer {
                signIn.redirected(device.browse(signIn.authorizationUrl()) ?: throw PericardException.Cancelled())
            }
            is SignInEffect.Begin -> answer { begun(effect.method ?: method) }
            is SignInEffect.Wake -> {
                wake?.cancel()
                wake = scope.launch {
                    delay(Duration.between(device.now(), effect.at).toMillis().coerceAtLeast(0))
                    ask()
                }
            }
            SignInEffect.Finish -> attempt(::failed) {
                val account = signIn.finish()
                isOver = true
                onEnd(SignInEnd.Done(account))
            }
            SignInEffect.Stop -> onEnd(SignInEnd.Stopped)
            is SignInEffect.OpenPage -> found?.page(effect.page)?.let(device::open)
            is SignInEffect.Open -> device.open(effect.address)
            is SignInEffect.Copy -> device.copy(effect.text, secret = true)
            is SignInEffect.Save -> scope.launch { if (device.save(CODES_FILE, effect.text)) keptCodes(true) }
            is SignInEffect.Print -> device.print(effect.text)
            is SignInEffect.Remind -> device.remind(effect.at)
        }
    }

    private suspend fun begun(how: SignInMethod): SignInStep {
        val before = signIn
        signIn = begin(how)
        method = how
        giveBack(before)
        return signIn.step()
    }

    private fun answer(give: suspend () -> SignInStep) {
        attempt(::failed) { on(SignInEvent.Asks(give())) }
    }

    private fun failed(error: PericardException) = on(SignInEvent.Failed(error, asks(), device.now()))

    /** What the core asks for now; nothing where the sign-in is over. */
    private fun asks(): SignInStep? = try {
        signIn.step()
    } catch (_: PericardException) {
        null
    }

    private fun ask() {
        try {
            on(SignInEvent.Asks(signIn.step()))
        } catch (error: PericardException) {
            on(SignInEvent.Failed(error, null, device.now()))
        }
    }

    fun typeUserName(text: String) = on(SignInEvent.TypeUserName(text))

    fun password(userName: String, password: CharSequence) = on(SignInEvent.Password(userName, password))

    fun code(digits: String) = on(SignInEvent.Code(digits))

    fun recoveryCode(code: String) = on(SignInEvent.RecoveryCode(code))

    fun useRecoveryCode() = on(SignInEvent.UseRecoveryCode)

    fun useAppCode() = on(SignInEvent.UseAppCode)

    fun openBrowserAgain() = on(SignInEvent.OpenBrowserAgain)

    fun useBrowser() = on(SignInEvent.UseBrowser)

    fun forgotPassword() = on(SignInEvent.ForgotPassword)

    fun openHelp() = on(SignInEvent.OpenHelp)

    fun openAuthenticator() = on(SignInEvent.OpenAuthenticator)

    fun copyKey() = on(SignInEvent.CopyKey)

    fun saveCodes() = on(SignInEvent.SaveCodes)

    fun printCodes() = on(SignInEvent.PrintCodes)

    fun copyCodes() = on(SignInEvent.CopyCodes)

    fun keptCodes(kept: Boolean) = on(SignInEvent.KeptCodes(kept))

    fun finish() = on(SignInEvent.Finish)

    fun remind(on: Boolean) = on(SignInEvent.Remind(on))

    fun stop() = on(SignInEvent.Stop)

    /** A sign-in that is left before its end gives back what it holds at the clinic. */
    suspend fun leave() {
        close()
        if (!isOver) giveBack(signIn)
    }

    private suspend fun giveBack(attempt: SignInAttempt) {
        try {
            attempt.cancel()
        } catch (_: PericardException) {
            // It ends by itself after ten minutes.
        }
    }

    private companion object {
        /** Says nothing about whose codes they are. */
        const val CODES_FILE = "codes.txt"
    }
}
