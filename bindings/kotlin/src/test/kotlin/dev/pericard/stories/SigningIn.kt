package dev.pericard.stories

import dev.pericard.SessionState
import dev.pericard.SignIn
import dev.pericard.SignInMethod
import dev.pericard.SignInStep
import dev.pericard.world.WorldException

/** What a person types. */
private class Typed(val who: String, val right: Boolean, val code: String, val method: SignInMethod)

private fun typed(keys: Keys, who: String): Typed {
    val right = keys.word("password", "right", "wrong", default = "right") == "right"
    val code = code(keys)
    val browser = keys.word("via", "native", "browser", default = "native") == "browser"
    keys.done()
    if (browser && code == "recovery_spent") throw Unfit("`recovery_spent` is for native sign-in")
    return Typed(who, right, code, if (browser) SignInMethod.BROWSER else SignInMethod.NATIVE)
}

private val CODES = listOf("now", "wrong", "replayed", "recovery", "recovery_spent")

private fun code(keys: Keys): String {
    val code = keys.textOrNull("code") ?: "now"
    if (code !in CODES && !code.any(Char::isDigit)) throw Unfit("`code` is `$code`")
    return code
}

suspend fun StoryContext.signIn(keys: Keys) {
    val who = keys.text("who")
    val patient = keys.textOrNull("for")
    val typed = typed(keys, who)
    answer(typed, begun(typed, patient))
    namePeople(who, patient)
    acting = patient
    if (leaving != null) throw Broken("the sign-in never came to where it should be left")
}

suspend fun StoryContext.stepUp(keys: Keys) {
    val typed = typed(keys, person)
    answer(typed, account.stepUp(typed.method))
}

suspend fun StoryContext.enrolTotp() {
    val begun = account.twoFactor.enrol()
    enrolment = begun.id to begun.totp.uri
}

suspend fun StoryContext.confirmTotp(keys: Keys) {
    val code = code(keys)
    val (id, uri) = enrolment ?: throw Broken("nothing is being enrolled")
    world.enrol(person, uri)
    keep(person, account.twoFactor.confirm(id, world.code(person, code)))
    enrolment = null
}

suspend fun StoryContext.newRecoveryCodes() = keep(person, account.twoFactor.newRecoveryCodes())

/** The person keeps new recovery codes; one of those that they replace is spent. */
private suspend fun StoryContext.keep(who: String, codes: List<String>) {
    try {
        spent = world.code(who, "recovery")
    } catch (_: WorldException) {
        // There were none.
    }
    world.keepRecoveryCodes(who, codes)
}

/** Answers every question until the sign-in is done. */
private suspend fun StoryContext.answer(typed: Typed, begun: SignIn) {
    val who = typed.who
    var signIn = begun
    var step: SignInStep? = signIn.step()
    while (step != null) {
        signingIn = who to signIn
        step = when (step) {
            is SignInStep.OpenBrowser -> {
                val redirect = world.browser(signIn.authorizationUrl(), who, typed.right, typed.code)
                signIn = left("browser", who)
                signIn.redirected(redirect)
            }
            is SignInStep.AskPassword -> {
                signIn = left("password", who)
                signIn.password(world.user(who), world.password(who, typed.right).decodeToString())
            }
            is SignInStep.AskCode -> {
                signIn = left("code", who)
                if (typed.code.startsWith("recovery")) signIn.recoveryCode(recoveryCode(typed)) else signIn.code(world.code(who, typed.code))
            }
            is SignInStep.Enrol -> {
                signIn = left("enrol", who)
                world.enrol(who, step.totp.uri)
                signIn.code(world.code(who, typed.code))
            }
            is SignInStep.ShowRecoveryCodes -> {
                signIn = left("recovery_codes", who)
                keep(who, step.codes)
                null
            }
            is SignInStep.Wait -> throw Broken("the portal asks to wait until ${step.until}")
            is SignInStep.Ready -> null
        }
    }
    val account = signIn.finish()
    signingIn = null
    signedIn(who, account)
}

/** An unused recovery code, or the one that is spent. */
private suspend fun StoryContext.recoveryCode(typed: Typed): String {
    if (typed.code == "recovery") spent = world.code(typed.who, "recovery")
    return spent ?: throw Broken("no recovery code is spent yet")
}

/** The sign-in that is open for this person, else a new one; a sealed account is reopened. */
private suspend fun StoryContext.begun(typed: Typed, patient: String?): SignIn {
    signingIn?.let { (whose, open) -> if (whose == typed.who && runCatching { open.step() }.isSuccess) return open }
    val here = accountOrNull
    if (here != null && who == typed.who && here.session !is SessionState.SignedOut) {
        return if (patient == null) here.signInAgain(typed.method, known(typed.who)) else begunFor(here, typed.method, patient)
    }
    return client.portal(client.portals.first()).signIn(typed.method)
}

/** Goes away if that was announced for this place, and comes back; the sign-in as it is then. */
private suspend fun StoryContext.left(place: String, who: String): SignIn {
    leaving?.takeIf { it.first == place }?.let { (_, kind) ->
        leaving = null
        if (kind == "process") {
            restart()
        } else {
            client.pause()
            client.resume()
        }
    }
    return signingIn?.takeIf { it.first == who }?.second ?: throw Broken("the sign-in did not survive")
}
