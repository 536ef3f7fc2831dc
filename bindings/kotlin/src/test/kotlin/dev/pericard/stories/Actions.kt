package dev.pericard.stories

import dev.pericard.join
import dev.pericard.world.NetworkState
import java.time.Duration
import java.time.format.DateTimeParseException
import kotlin.time.toKotlinDuration

/** Where a sign-in can be left. */
private val PLACES = arrayOf("password", "code", "browser", "enrol", "recovery_codes")

/** The verbs of `do`. Those of features that are not built fail as unknown. */
suspend fun StoryContext.carryOut(verb: String, keys: Keys) {
    when (verb) {
        "sign_in" -> signIn(keys)
        "step_up" -> stepUp(keys)
        "enrol_totp" -> enrolTotp()
        "confirm_totp" -> confirmTotp(keys)
        "disable_totp" -> account.twoFactor.disable()
        "new_recovery_codes" -> newRecoveryCodes()
        "leave" -> leaving = keys.word("at", *PLACES) to keys.word("kind", "app", "process")
        "sync" -> sync()
        "set_pin" -> account.lock.setPin(keys.textOrNull("current"), keys.text("pin"))
        "remove_pin" -> account.lock.removePin(keys.text("current"))
        "unlock" -> account.lock.unlock(keys.text("pin"))
        "lock" -> account.lock.lock()
        "auto_lock" -> account.lock.setAutoLock(duration(keys.text("after")).toKotlinDuration())
        "person" -> if (keys.word("state", "away", "back") == "away") client.personLeft() else client.personReturned()
        "pause" -> client.pause()
        "resume" -> client.resume()
        "restart" -> restart(keys)
        "send", "edit", "draft", "send_draft", "discard_draft" -> write(verb, keys)
        "download" -> download(keys)
        "fetch_document", "view_document", "remove_document" -> handleDocument(verb, keys)
        "read_report" -> readReport(keys)
        "withdraw" -> inbox.withdraw(message(keys.text("of")))
        "retry" -> inbox.retry(message(keys.text("of")))
        "read" -> inbox.markRead(thread(keys.number("thread")))
        "mark_unread" -> inbox.markUnread(thread(keys.number("thread")))
        "archive" -> inbox.archive(thread(keys.number("thread")))
        "unarchive" -> inbox.unarchive(thread(keys.number("thread")))
        "sign_out" -> account.signOut()
        "forget" -> forget(keys)
        "account" -> switch(keys.text("who"))
        "act_for" -> actFor(keys)
        "network" -> world.network(
            when (keys.word("state", "up", "down", "slow", "stalled", "lossy")) {
                "up" -> NetworkState.UP
                "down" -> NetworkState.DOWN
                "slow" -> NetworkState.SLOW
                "stalled" -> NetworkState.STALLED
                else -> NetworkState.LOSSY
            },
        )
        "clock" -> clock(keys)
        "portal" -> world.portal(keys.rest().toString())
        else -> throw Unfit("unknown verb `$verb`")
    }
}

private suspend fun StoryContext.sync() {
    val run = account.startSync()
    run.join()
    news = run.news
    number()
}

private suspend fun StoryContext.restart(keys: Keys) {
    keys.textOrNull("lease")?.let { world.setLease(duration(it)) }
    if (keys.word("device", "same", "rebooted", default = "same") == "rebooted") world.reboot()
    restart()
}

private suspend fun StoryContext.forget(keys: Keys) {
    val what = keys.word("what", "person", "account", "all")
    if (what == "person") return forgetPerson(keys)
    val all = what == "all"
    if (all) everyAccount().forEach { it.forget() } else account.forget()
    forgotten(all)
}

private suspend fun StoryContext.clock(keys: Keys) {
    val moves = listOf("advance", "set_back", "set_ahead").mapNotNull { name -> keys.textOrNull(name)?.let { name to seconds(it) } }
    val (name, seconds) = moves.singleOrNull() ?: throw Unfit("clock takes `advance`, `set_back` or `set_ahead`")
    when (name) {
        "advance" -> world.advance(seconds)
        "set_back" -> world.setBack(seconds)
        else -> world.setAhead(seconds)
    }
}

private fun seconds(text: String): ULong = duration(text).toSeconds().toULong()

private fun duration(text: String): Duration = try {
    Duration.parse(text)
} catch (_: DateTimeParseException) {
    throw Unfit("`$text` is no ISO 8601 duration")
}
