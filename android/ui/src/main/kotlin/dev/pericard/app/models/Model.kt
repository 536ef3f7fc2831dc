package dev.pericard.app.models

import dev.pericard.PericardException
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Job
import kotlinx.coroutines.cancel
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.update
import kotlinx.coroutines.job
import kotlinx.coroutines.launch
import kotlinx.coroutines.plus

/**
 * What a screen shows, as it becomes: one immutable state, changed on the main thread alone. What a model does ends with
 * [close].
 */
abstract class Model<S>(above: CoroutineScope, first: S) {
    protected val scope: CoroutineScope = above + Job(above.coroutineContext.job)
    private val shown = MutableStateFlow(first)

    val state: StateFlow<S> = shown

    protected fun show(change: (S) -> S) = shown.update(change)

    /** Does something that can fail; how it failed is for [onError]. */
    protected fun attempt(onError: (PericardException) -> Unit, work: suspend () -> Unit): Job = scope.launch {
        try {
            work()
        } catch (error: PericardException) {
            onError(error)
        }
    }

    open fun close() = scope.cancel()
}
