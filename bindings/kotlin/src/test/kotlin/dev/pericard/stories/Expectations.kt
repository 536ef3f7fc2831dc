package dev.pericard.stories

import dev.pericard.ChangeSet
import dev.pericard.Feature
import dev.pericard.FeatureState
import dev.pericard.LockState
import dev.pericard.LogCheck
import dev.pericard.MessageState
import dev.pericard.SessionState
import dev.pericard.search
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.update
import kotlinx.coroutines.withTimeoutOrNull
import kotlin.time.Duration.Companion.seconds

/** What `expect` looks at. Things of features that are not built fail as unknown. */
suspend fun StoryContext.expect(thing: String, keys: Keys) {
    when (thing) {
        "threads" -> {
            val threads = threads()
            same("threads", keys.number("count"), threads.size)
            keys.numberOrNull("messages")?.let { same("messages in all threads", it, threads.sumOf { thread -> thread.messages }) }
            keys.numberOrNull("unread")?.let { same("unread messages", it, threads.sumOf { thread -> thread.unread }) }
        }
        "messages" -> {
            val thread = thread(keys.number("thread"))
            val messages = pages { after -> inbox.messages(thread, after, StoryContext.PAGE).let { it.messages to it.after } }
            same("messages", keys.number("count"), messages.size)
        }
        "message" -> {
            val state = inbox.message(message(keys.text("of"))).state
            same("state", keys.word("state", "queued", "sending", "sent", "failed", "unknown"), word(state))
        }
        "search" -> {
            val text = keys.text("text")
            val hits = pages { after -> inbox.search(text, after, StoryContext.PAGE).let { it.hits to it.after } }
            same("hits", keys.number("count"), hits.size)
        }
        "archived", "drafts", "recipients", "around", "former_texts" -> expectCorrespondence(thing, keys)
        "session" -> same("session", keys.word("state", "signed_out", "active", "step_up", "sign_in", "sealed", "locked"), session())
        "lock" -> lock(keys)
        "news" -> same("news", keys.number("count"), news.toInt())
        "feature" -> feature(keys)
        "policy" -> policy(keys)
        "log" -> log(keys)
        "people", "person", "found_people" -> expectPeople(thing, keys)
        "held" -> same("held records", keys.number("count"), account.held().toInt())
        "messages_state" -> messagesState(keys)
        "incidents" -> same("incidents", keys.number("count"), account.incidents().size)
        "recovery_codes" -> same("recovery codes", keys.number("left"), account.twoFactor.status().recoveryCodesLeft ?: 0)
        "two_factor" -> {
            val enrolled = account.twoFactor.status().enrolled
            same("the second factor", keys.word("state", "on", "off"), if (enrolled) "on" else "off")
        }
        "changes" -> changes(keys)
        "disk" -> same("copies on disk", keys.number("count"), world.disk(keys.text("text")).toInt())
        "portal.messages" -> same("messages at the portal", keys.number("count"), world.portalMessages(keys.text("text")).toInt())
        "portal.requests" -> requests(keys)
        "file" -> expectFile(keys)
        "document", "documents" -> expectDocuments(thing, keys)
        "lab_reports", "lab_report", "lab_results", "lab_result", "lab_trend", "labs_state" -> expectLabs(thing, keys)
        "portal.files" ->
            same("files at the portal", keys.number("count"), world.portalFiles(keys.number("bytes").toULong()).toInt())
        "portal.revocations" -> same("revocations", keys.number("count"), world.portalRevocations().toInt())
        else -> throw Unfit("unknown expectation `$thing`")
    }
}

internal fun same(what: String, expected: Any, found: Any) {
    if (expected != found) throw Broken("$what: expected $expected, found $found")
}

private fun word(state: MessageState): String = when (state) {
    is MessageState.Received -> "received"
    is MessageState.Queued -> "queued"
    is MessageState.Sending -> "sending"
    is MessageState.Sent -> "sent"
    is MessageState.Failed -> "failed"
    is MessageState.Unknown -> "unknown"
}

/** How far the current person's messages are those at the portal. */
private suspend fun StoryContext.messagesState(keys: Keys) {
    val state = inbox.state()
    val reason = state.incomplete?.name?.lowercase() ?: "none"
    val complete = state.incomplete == null && state.completeAt != null
    val expected = keys.flag("complete")
    if (expected != complete) throw Broken("complete: expected $expected, found $complete (reason: $reason)")
    keys.textOrNull("reason")?.let { same("the reason", it, reason) }
    keys.numberOrNull("held")?.let { same("held messages", it, state.held.toInt()) }
    keys.numberOrNull("unreadable")?.let { same("unreadable messages", it, state.unreadable.toInt()) }
}

private fun StoryContext.session(): String = word(accountOrNull?.session ?: SessionState.SignedOut)

private fun StoryContext.lock(keys: Keys) {
    val state = account.lock.state()
    val word = when (state) {
        is LockState.Off -> "off"
        is LockState.Unlocked -> "unlocked"
        is LockState.Locked -> "locked"
        is LockState.Destroyed -> "destroyed"
    }
    same("the lock", keys.word("state", "off", "unlocked", "locked", "destroyed"), word)
    keys.numberOrNull("attempts_left")?.let { same("tries left", it, (state as? LockState.Locked)?.attemptsLeft ?: "none") }
}

private suspend fun StoryContext.feature(keys: Keys) {
    val feature = Feature.valueOf(keys.word("name", "messages", "documents", "labs").uppercase())
    val expected = keys.word("state", "on", "read_only", "off", "stopped")
    val languages = listOfNotNull(keys.textOrNull("language"))
    val state = account.features(languages).single { it.feature == feature }.state
    val (word, notice) = when (state) {
        is FeatureState.On -> "on" to null
        is FeatureState.ReadOnly -> "read_only" to state.notice
        is FeatureState.Off -> "off" to state.notice
        is FeatureState.Stopped -> "stopped" to null
    }
    same("the feature", expected, word)
    keys.textOrNull("notice")?.let { same("the notice", it, notice?.text.orEmpty()) }
}

private fun StoryContext.policy(keys: Keys) {
    val status = account.policy()
    keys.numberOrNull("seq")?.let { same("the policy's number", it.toLong(), status.seq ?: 0L) }
    same("the policy's problem", keys.text("problem"), status.problem?.name?.lowercase() ?: "none")
}

/** How often something was done, by the access log, which is whole or not. */
private suspend fun StoryContext.log(keys: Keys) {
    val action = keys.text("action")
    val count = keys.number("count")
    val found = account.accessLog(limit = 500).entries.count { it.action.name.lowercase() == action }
    same("entries of the log", count, found)
    keys.flagOrNull("whole")?.let { same("whole", it, account.checkAccessLog() == LogCheck.WHOLE) }
}

private suspend fun StoryContext.changes(keys: Keys) {
    val least = keys.number("at_least")
    val of: (ChangeSet) -> Boolean = when (keys.word("of", "threads", "messages", "outbox", "session", "feature", "people")) {
        "threads" -> { set -> set.records.any { it.all || it.groups.isNotEmpty() } }
        "messages" -> { set -> set.records.any { it.feature == Feature.MESSAGES } }
        "outbox" -> ChangeSet::outbox
        "session" -> ChangeSet::session
        "feature" -> ChangeSet::features
        else -> ChangeSet::people
    }
    // The stream is told after the step returned; a change that never comes ends the wait.
    withTimeoutOrNull(5.seconds) { changes.first { sets -> sets.count(of) >= least } }
        ?: throw Broken("changes: expected at least $least, found ${changes.value.count(of)}")
    changes.update { emptyList() }
}

private suspend fun StoryContext.requests(keys: Keys) {
    val exactly = keys.numberOrNull("count")
    val most = keys.numberOrNull("at_most")
    val found = world.portalRequests(keys.textOrNull("path")).toInt()
    when {
        exactly != null && most == null -> same("requests", exactly, found)
        exactly == null && most != null -> if (found > most) throw Broken("requests: expected at most $most, found $found")
        else -> throw Unfit("requests take `count` or `at_most`")
    }
}
