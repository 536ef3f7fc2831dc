package dev.pericard.app.models

import dev.pericard.app.ui.model.Unprinted

/** A screen over the tabs that the person comes back to after the system has ended the app, as text. Ids are opaque. */
internal sealed interface Place {
    val text: String

    /** How many conversations the inbox had asked for. */
    data class Rows(val count: Int) : Unprinted(), Place {
        override val text get() = "$ROWS$count"
    }

    /** [from] is the message at the top of the screen; nothing where the newest one is in sight. */
    data class Thread(val id: String, val from: String? = null) : Unprinted(), Place {
        override val text get() = THREAD + listOfNotNull(id, from).joinToString(AND)
    }

    /** A message that is being written; nothing was typed where it has no draft. */
    data class Compose(val draft: String?) : Unprinted(), Place {
        override val text get() = "$COMPOSE${draft.orEmpty()}"
    }

    data class Clinic(val account: String) : Unprinted(), Place {
        override val text get() = "$CLINIC$account"
    }

    data class Document(val id: String) : Unprinted(), Place {
        override val text get() = "$DOCUMENT$id"
    }

    data class LabReport(val id: String) : Unprinted(), Place {
        override val text get() = "$REPORT$id"
    }

    data class LabResult(val id: String) : Unprinted(), Place {
        override val text get() = "$RESULT$id"
    }

    /** A screen that is the same whatever lies under it. */
    enum class Plain : Place { Records, You, Documents, Labs, Clinics, Notices, Privacy, AccessLog, Settings, Help;

        override val text get() = name
    }

    companion object {
        private const val ROWS = "rows "
        private const val THREAD = "thread "
        private const val AND = "\t"
        private const val COMPOSE = "compose "
        private const val CLINIC = "clinic "
        private const val DOCUMENT = "document "
        private const val REPORT = "report "
        private const val RESULT = "result "

        /** Nothing where another version of the app wrote it. */
        fun of(text: String): Place? = when {
            text.startsWith(ROWS) -> text.removePrefix(ROWS).toIntOrNull()?.let(::Rows)
            text.startsWith(THREAD) -> text.removePrefix(THREAD).split(AND).let { Thread(it.first(), it.getOrNull(1)) }
            text.startsWith(COMPOSE) -> Compose(text.removePrefix(COMPOSE).ifEmpty { null })
            text.startsWith(CLINIC) -> Clinic(text.removePrefix(CLINIC))
            text.startsWith(DOCUMENT) -> Document(text.removePrefix(DOCUMENT))
            text.startsWith(REPORT) -> LabReport(text.removePrefix(REPORT))
            text.startsWith(RESULT) -> LabResult(text.removePrefix(RESULT))
            else -> Plain.entries.find { it.name == text }
        }
    }
}
