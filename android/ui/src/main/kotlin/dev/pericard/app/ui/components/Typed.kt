package dev.pericard.app.ui.components

import androidx.compose.runtime.Composable
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.setValue

/**
 * The text of a field whose state is kept elsewhere. What is typed stands in the field at once, however late the state
 * follows; a text that the state has by itself, such as a scanned address, takes its place.
 */
internal class Typed(first: String, private val onType: (String) -> Unit) {
    var text by mutableStateOf(first)
        private set

    /** Typed here and not in the state yet. */
    private val onTheWay = ArrayDeque<String>()

    fun type(typed: String) {
        text = typed
        onTheWay += typed
        onType(typed)
    }

    fun follow(state: String) {
        val arrived = onTheWay.indexOf(state)
        if (arrived >= 0) {
            repeat(arrived + 1) { onTheWay.removeFirst() }
        } else if (state != text) {
            onTheWay.clear()
            text = state
        }
    }
}

@Composable
internal fun rememberTyped(state: String, onType: (String) -> Unit): Typed {
    val typed = remember { Typed(state, onType) }
    LaunchedEffect(state) { typed.follow(state) }
    return typed
}
