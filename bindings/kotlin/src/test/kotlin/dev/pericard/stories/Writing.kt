package dev.pericard.stories

import dev.pericard.NewMessage

/** The verbs that write: messages and drafts. */
suspend fun StoryContext.write(verb: String, keys: Keys) {
    when (verb) {
        "send" -> send(keys)
        "edit" -> inbox.edit(message(keys.text("of")), keys.text("text"))
        "draft" -> draft(keys)
        "send_draft" -> {
            val sent = inbox.sendDraft(draftNamed(keys.text("of")))
            keys.textOrNull("as")?.let { messages[it] = sent.id }
        }
        else -> inbox.discardDraft(draftNamed(keys.text("of")))
    }
}

/** What is written: `thread` or `to`, and `text`. */
private fun StoryContext.written(verb: String, keys: Keys): NewMessage {
    val subject = keys.textOrNull("to")
    val thread = keys.numberOrNull("thread")?.let(::thread)
    if ((subject == null) == (thread == null)) throw Unfit("$verb takes `thread` or `to`")
    return NewMessage(keys.text("text"), thread, subject)
}

private suspend fun StoryContext.send(keys: Keys) {
    var message = written("send", keys)
    val name = keys.textOrNull("as")
    val recipient = keys.textOrNull("recipient")
    val bytes = keys.numberOrNull("bytes")
    val fileName = keys.textOrNull("file_name")
    keys.done()
    if (bytes != null) message = message.copy(files = listOf(newFile(bytes, fileName)))
    if (recipient != null) {
        val found = inbox.recipients().firstOrNull { it.name == recipient || it.role == recipient }
        message = message.copy(recipients = listOf((found ?: throw Unfit("nobody is called `$recipient`")).id))
    }
    val sent = inbox.send(message)
    if (name != null) messages[name] = sent.id
}

private suspend fun StoryContext.draft(keys: Keys) {
    val message = written("draft", keys)
    val name = keys.text("as")
    keys.done()
    inbox.saveDraft(message, drafts[name])?.let { drafts[name] = it.id }
}
