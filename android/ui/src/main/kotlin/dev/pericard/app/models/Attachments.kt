package dev.pericard.app.models

import dev.pericard.NewFile
import dev.pericard.app.ui.compose.FileRefusal
import dev.pericard.app.ui.model.Unprinted
import dev.pericard.app.ui.thread.NewFileRow

/** The files that go with what is being written. */
internal data class Attachments(private val files: List<ChosenFile> = emptyList(), private val next: Int = 0, private val ids: List<Int> = emptyList()) : Unprinted() {
    val rows: List<NewFileRow> get() = files.mapIndexed { at, file -> NewFileRow(ids[at].toString(), file.name, file.contentType, file.size) }

    /** Why this file cannot be added; nothing where it can. */
    fun refuses(file: ChosenFile): FileRefusal? = when {
        files.size >= MOST -> FileRefusal.TooMany
        file.size > MOST_BYTES -> FileRefusal.TooLarge(MOST_BYTES)
        else -> null
    }

    operator fun plus(file: ChosenFile) = Attachments(files + file, next + 1, ids + next)

    operator fun minus(id: String): Attachments {
        val at = ids.indexOfFirst { it.toString() == id }
        return if (at < 0) this else copy(files = files.filterIndexed { i, _ -> i != at }, ids = ids.filterIndexed { i, _ -> i != at })
    }

    fun opened(): List<NewFile> = files.map { it.open() }

    companion object {
        /** As the core takes them: ten, of 20 MB each. */
        const val MOST = 10
        const val MOST_BYTES = 20_000_000L
    }
}
