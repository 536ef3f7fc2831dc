package dev.pericard.app.models

import dev.pericard.Account
import dev.pericard.EnrolmentId
import dev.pericard.PericardException
import dev.pericard.SignInReason
import dev.pericard.SignInStep
import dev.pericard.TotpSecret
import dev.pericard.app.ui.you.SecondStepDeed
import dev.pericard.app.ui.you.SecondStepPageState
import dev.pericard.app.ui.you.SecondStepState
import kotlinx.coroutines.CoroutineScope

/**
 * The second step of an account. Each deed needs a fresh sign-in: one that lacks it waits, and is done after that.
 *
 * [opens] shows what is to be set up, or the codes that are shown once, as a sign-in does; one that took too long begins anew.
 */
internal class SecondStepModel(
    above: CoroutineScope,
    private val of: AccountModel,
    private val opens: (SignInAttempt, again: suspend () -> SignInAttempt) -> Unit,
    private val stepUp: () -> Unit,
) : Model<SecondStepPageState>(above, SecondStepPageState(of.clinic)) {
    init {
        look()
    }

    fun look() = attempt(::failed) {
        val step = of.secondStep()
        show { it.copy(step = step) }
    }

    fun lookAgain() {
        show { it.copy(problem = null) }
        look()
    }

    private fun failed(error: PericardException) = show { it.copy(busy = false, problem = error.asProblem()) }

    fun askToTurnOff() = show { it.copy(turningOff = true) }

    fun keepOn() = show { it.copy(turningOff = false) }

    fun does(deed: SecondStepDeed) {
        if (state.value.busy) return
        show { it.copy(busy = true, turningOff = false, asking = null, problem = null) }
        attempt({ if (it is PericardException.StepUpRequired) waits(deed) else failed(it) }) {
            when (deed) {
                SecondStepDeed.SetUp -> opens(enrolment(), ::enrolment)
                SecondStepDeed.NewCodes -> opens(Enrolment(of.account, of.account.twoFactor.newRecoveryCodes()), ::enrolment)
                SecondStepDeed.TurnOff -> of.account.twoFactor.disable()
            }
            show { it.copy(busy = false) }
            look()
        }
    }

    private suspend fun enrolment(): SignInAttempt = of.account.twoFactor.enrol().let { Enrolment(of.account, it.totp, it.id) }

    private fun waits(deed: SecondStepDeed) = show { it.copy(busy = false, asking = deed) }

    fun signInAgain() = stepUp()

    fun steppedUp() {
        state.value.asking?.let(::does)
    }
}

/** Where the second step stands at the clinic. */
internal suspend fun AccountModel.secondStep(): SecondStepState =
    account.twoFactor.status().let { SecondStepState(it.enrolled, it.recoveryCodesLeft) }

/** Setting up a second step, or new recovery codes, as the last steps of a sign-in: they look and are answered alike. */
private class Enrolment private constructor(private val account: Account, private val id: EnrolmentId?, private var asked: SignInStep) :
    SignInAttempt {
    constructor(account: Account, totp: TotpSecret, id: EnrolmentId) : this(account, id, SignInStep.Enrol(totp, attemptsLeft = null))

    constructor(account: Account, codes: List<String>) : this(account, null, SignInStep.ShowRecoveryCodes(codes))

    override fun step(): SignInStep = asked

    override suspend fun code(code: String): SignInStep {
        val codes = try {
            account.twoFactor.confirm(checkNotNull(id), code)
        } catch (_: PericardException.NotFound) {
            throw PericardException.SignInRequired(SignInReason.EXPIRED)
        }
        return SignInStep.ShowRecoveryCodes(codes).also { asked = it }
    }

    override suspend fun finish(): Account = account

    /** What was not confirmed ends by itself, and what was there before stays. */
    override suspend fun cancel() = Unit

    override suspend fun authorizationUrl(): String = throw PericardException.Cancelled()

    override suspend fun redirected(to: String): SignInStep = throw PericardException.Cancelled()

    override suspend fun password(user: String, password: CharSequence): SignInStep = throw PericardException.Cancelled()

    override suspend fun recoveryCode(code: String): SignInStep = throw PericardException.Cancelled()
}
