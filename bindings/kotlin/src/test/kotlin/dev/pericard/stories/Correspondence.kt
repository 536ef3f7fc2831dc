package dev.pericard.stories

import dev.pericard.MessageId
import dev.pericard.Messages
import dev.pericard.search

/** What `expect` looks at beside the inbox itself: the archive, drafts, recipients, a message's surroundings and its past. */
suspend fun StoryContext.expectCorrespondence(thing: String, keys: Keys) {
    when (thing) {
        "archived" -> same("archived", keys.number("count"), inbox.archivedThreads(null, StoryContext.PAGE).threads.size)
        "drafts" -> {
            val drafts = inbox.drafts()
            same("drafts", keys.number("count"), drafts.size)
            keys.textOrNull("text")?.let { same("the newest draft", it, drafts.firstOrNull()?.text.orEmpty()) }
        }
        "recipients" -> {
            val recipients = inbox.recipients()
            same("recipients", keys.number("count"), recipients.size)
            keys.textOrNull("name")?.let { name ->
                if (recipients.none { it.name == name }) throw Broken("nobody is called `$name`")
            }
        }
        "around" -> around(keys)
        else -> {
            val texts = inbox.formerTexts(inbox.found(keys.text("of")))
            same("former texts", keys.number("count"), texts.size)
            keys.textOrNull("text")?.let { same("what it said", it, texts.firstOrNull()?.text.orEmpty()) }
        }
    }
}

/** The first hit of a search. */
private suspend fun Messages.found(text: String): MessageId =
    search(text, null, 1).hits.firstOrNull()?.message?.id ?: throw Broken("nothing is found for `$text`")

/** From a hit on, in both directions to the ends. */
private suspend fun StoryContext.around(keys: Keys) {
    val message = inbox.found(keys.text("text"))
    val page = inbox.messagesAround(message, 3)
    val at = page.messages.indexOfFirst { it.id == message }
    if (at < 0) throw Broken("the page is not around the message")
    val thread = page.messages[at].thread
    var newer = at
    var before = page.before
    while (before != null) {
        val next = inbox.newerMessages(thread, before, 2)
        newer += next.messages.size
        before = next.before
    }
    var older = page.messages.size - at - 1
    var after = page.after
    while (after != null) {
        val next = inbox.messages(thread, after, 2)
        older += next.messages.size
        after = next.after
    }
    same("newer messages", keys.number("newer"), newer)
    same("older messages", keys.number("older"), older)
}
