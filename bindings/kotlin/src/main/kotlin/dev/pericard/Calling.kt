package dev.pericard

import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.withContext
import java.util.logging.Level
import java.util.logging.Logger
import kotlin.coroutines.ContinuationInterceptor
import dev.pericard.internal.InternalException as CorePanic
import dev.pericard.internal.PericardException as CorePericardException

/** Calls the core; what it fails with comes out as one of the façade's exceptions. */
internal inline fun <T> calling(call: () -> T): T = try {
    call()
} catch (failure: CorePericardException) {
    throw failure.fromCore().apply { initCause(failure) }
} catch (_: CorePanic) {
    // The text of a panic is nobody's to see: it may hold what the core was working on.
    throw PericardException.Internal("panic")
} catch (cancelled: CancellationException) {
    throw cancelled
} catch (closed: IllegalStateException) {
    // What the bindings throw for an object that was closed.
    throw PericardException.Closed().apply { initCause(closed) }
}

/**
 * As [calling], for what suspends. A coroutine that no dispatcher would take elsewhere goes on on one of the default
 * dispatcher's threads and not on the core's, which what blocks there, such as [Client.close], would hold up for good.
 */
internal suspend inline fun <T> suspending(crossinline call: suspend () -> T): T = calling {
    if (isUndispatched()) withContext(Dispatchers.Default) { call() } else call()
}

internal suspend fun isUndispatched(): Boolean =
    currentCoroutineContext()[ContinuationInterceptor].let { it == null || it == Dispatchers.Unconfined }

/**
 * Asks what an app has implemented. Its own exceptions are answers. Anything else, an [Error] included, goes to the
 * developer's log under [method] and reaches the core as [unexpected]: it must not end the core's thread.
 */
@Suppress("TooGenericExceptionCaught") // That is its purpose.
internal inline fun <T> answering(method: String, unexpected: (String) -> Exception, ask: () -> T): T = try {
    ask()
} catch (answer: KeystoreException) {
    throw answer.toCore()
} catch (answer: FileSourceException) {
    throw answer.toCore()
} catch (thrown: Throwable) {
    Logger.getLogger("dev.pericard").log(Level.WARNING, "$method failed", thrown)
    throw unexpected(thrown.toString())
}
