package dev.pericard

/**
 * Whether this text can be handed to the core: no half of a surrogate pair stands alone.
 *
 * Such a half appears when a text is cut in the middle of an emoji. It has no UTF-8, so the bindings
 * refuse it with an exception of their own before the core sees it.
 */
public val String.isWellFormed: Boolean
    get() {
        var index = 0
        while (index < length) {
            when {
                this[index].isLowSurrogate() -> return false
                !this[index].isHighSurrogate() -> index += 1
                index + 1 < length && this[index + 1].isLowSurrogate() -> index += 2
                else -> return false
            }
        }
        return true
    }

/** Throws [PericardException.InvalidInput] for a text that is not [isWellFormed]; [field] names it. */
public fun requireWellFormed(field: String, text: String): String =
    if (text.isWellFormed) text else throw PericardException.InvalidInput(field, InputProblem.UNREADABLE)

/**
 * Queues a message, in [thread] or as a new one about [subject], with [files]; see [Messages.send].
 *
 * A text with half an emoji is [PericardException.InvalidInput], as any other input the core refuses.
 */
public suspend fun Messages.write(
    text: String,
    thread: String? = null,
    subject: String? = null,
    files: List<NewFile> = emptyList(),
): Message {
    requireWellFormed("text", text)
    subject?.let { requireWellFormed("subject", it) }
    files.forEach { requireWellFormed("name", it.name) }
    return send(NewMessage(thread, subject, text, files = files))
}

/** Searches messages as a person types; see [Messages.search]. Half an emoji at the end is left out. */
public suspend fun Messages.find(text: String, after: String? = null, limit: UInt = 50u): SearchPage {
    val typed = if (text.lastOrNull()?.isHighSurrogate() == true) text.dropLast(1) else text
    return search(requireWellFormed("text", typed), after, limit)
}
