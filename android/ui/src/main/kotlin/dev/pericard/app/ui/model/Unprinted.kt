package dev.pericard.app.ui.model

/** What may hold something about the person: printed, as in a log or a crash report, it says its kind and no more. */
abstract class Unprinted {
    final override fun toString(): String = javaClass.simpleName
}
