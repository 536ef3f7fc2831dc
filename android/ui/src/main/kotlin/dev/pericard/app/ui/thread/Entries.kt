package dev.pericard.app.ui.thread

import dev.pericard.app.ui.model.Unprinted

/** What a thread's list is made of: messages, and the days between them. */
internal sealed interface Entry {
    val key: String

    data class Day(val text: String, override val key: String) : Unprinted(), Entry

    /** [named]: the sender stands over the first of several messages in a row. */
    data class Of(val bubble: Bubble, val named: Boolean) : Unprinted(), Entry {
        override val key: String get() = bubble.id
    }
}

/** Newest first, as the list is laid out from below; a day comes after its messages. */
internal fun entries(messages: List<Bubble>, dayOf: (Bubble) -> String): List<Entry> = buildList {
    messages.forEachIndexed { at, bubble ->
        val older = messages.getOrNull(at + 1)
        val day = dayOf(bubble)
        val newDay = older == null || dayOf(older) != day
        val firstOfSender = newDay || older.outgoing != bubble.outgoing || older.from != bubble.from
        add(Entry.Of(bubble, firstOfSender && !bubble.outgoing && bubble.from.isNotEmpty()))
        // The day's key hangs on its first message: a page of older ones may move it, and nothing else.
        if (newDay) add(Entry.Day(day, "day of ${bubble.id}"))
    }
}
