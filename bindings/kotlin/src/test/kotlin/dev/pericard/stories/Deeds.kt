package dev.pericard.stories

import dev.pericard.NewMessage
import dev.pericard.SessionState
import dev.pericard.SignIn
import dev.pericard.SignInMethod
import dev.pericard.SignInStep
import dev.pericard.join
import dev.pericard.world.NetworkState
import java.time.Duration
import java.time.format.DateTimeParseException

/** The verbs of `do`. Those of features that are not built fail as unknown. */
suspend fun Stage.carryOut(verb: String, keys: Keys) {
    when (verb) {
        "sign_in" -> signIn(keys)
        "leave" -> leaving = keys.word("at", "password", "code", "browser") to keys.word("kind", "app", "process")
        "sync" -> sync()
        "pause" -> client.pause()
        "resume" -> client.resume()
        "restart" -> restart()
        "send" -> send(keys)
        "withdraw" -> inbox.withdraw(message(keys.text("of")))
        "retry" -> inbox.retry(message(keys.text("of")))
        "read" -> inbox.markRead(thread(keys.number("thread")))
        "sign_out" -> account.signOut()
        "forget" -> forget(keys)
        "account" -> switch(keys.text("who"))
        "network" -> world.network(
            when (keys.word("state", "up", "down", "slow", "lossy")) {
                "up" -> NetworkState.UP
                "down" -> NetworkState.DOWN
                "slow" -> NetworkState.SLOW
                else -> NetworkState.LOSSY
            },
        )
        "clock" -> clock(keys)
        "portal" -> world.portal(keys.rest().toString())
        else -> throw Unfit("unknown verb `$verb`")
    }
}

private suspend fun Stage.sync() {
    account.startSync(null).join()
    number()
}

private suspend fun Stage.send(keys: Keys) {
    val subject = keys.textOrNull("to")
    val thread = keys.numberOrNull("thread")?.let(::thread)
    if ((subject == null) == (thread == null)) throw Unfit("send takes `thread` or `to`")
    val name = keys.textOrNull("as")
    val text = keys.text("text")
    keys.done()
    val message = inbox.send(NewMessage(thread, subject, text))
    if (name != null) messages[name] = message.id
}

private suspend fun Stage.forget(keys: Keys) {
    val all = keys.word("what", "account", "all") == "all"
    if (all) everyAccount().forEach { it.forget() } else account.forget()
    forgotten(all)
}

private suspend fun Stage.clock(keys: Keys) {
    val advance = keys.textOrNull("advance")
    val back = keys.textOrNull("set_back")
    when {
        advance != null && back == null -> world.advance(seconds(advance))
        advance == null && back != null -> world.setBack(seconds(back))
        else -> throw Unfit("clock takes `advance` or `set_back`")
    }
}

private fun seconds(text: String): ULong = try {
    Duration.parse(text).toSeconds().toULong()
} catch (_: DateTimeParseException) {
    throw Unfit("`$text` is no ISO 8601 duration")
}

private suspend fun Stage.signIn(keys: Keys) {
    val who = keys.text("who")
    val right = keys.word("password", "right", "wrong", default = "right") == "right"
    val code = keys.textOrNull("code") ?: "now"
    if (code !in listOf("now", "wrong", "replayed") && !code.any(Char::isDigit)) throw Unfit("`code` is `$code`")
    val browser = keys.word("via", "native", "browser", default = "native") == "browser"
    keys.done()

    var signIn = begun(who, browser)
    var step = signIn.step()
    while (true) {
        signingIn = who to signIn
        step = when (step) {
            is SignInStep.OpenBrowser -> {
                val redirect = world.browser(step.url, who, right, code)
                leave("browser")
                signIn = still(who)
                signIn.redirected(redirect)
            }
            is SignInStep.AskPassword -> {
                leave("password")
                signIn = still(who)
                signIn.password(world.user(who), world.password(who, right))
            }
            is SignInStep.AskCode -> {
                leave("code")
                signIn = still(who)
                signIn.code(world.code(who, code))
            }
            is SignInStep.Wait -> throw Broken("the portal asks to wait until ${step.until}")
            is SignInStep.Ready -> break
        }
    }
    val account = signIn.finish()
    signingIn = null
    if (leaving != null) throw Broken("the sign-in never came to where it should be left")
    signedIn(who, account)
}

/** The sign-in that is open for this person, else a new one; a sealed account is reopened. */
private suspend fun Stage.begun(who: String, browser: Boolean): SignIn {
    signingIn?.let { (whose, open) -> if (whose == who && runCatching { open.step() }.isSuccess) return open }
    val method = if (browser) SignInMethod.BROWSER else SignInMethod.NATIVE
    val known = accountOrNull
    if (known != null && this.who == who && known.session() !is SessionState.SignedOut) return known.signInAgain(method)
    return client.portal(client.portals().first()).signIn(method)
}

/** Goes away if that was announced for this place, and comes back. */
private suspend fun Stage.leave(place: String) {
    val (at, kind) = leaving ?: return
    if (at != place) return
    leaving = null
    if (kind == "process") {
        restart()
    } else {
        client.pause()
        client.resume()
    }
}

private fun Stage.still(who: String): SignIn =
    signingIn?.takeIf { it.first == who }?.second ?: throw Broken("the sign-in did not survive")
