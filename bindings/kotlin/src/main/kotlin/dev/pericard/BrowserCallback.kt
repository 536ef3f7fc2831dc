package dev.pericard

import kotlinx.coroutines.CompletableDeferred

/**
 * Where what the browser came back with is handed over: to who opened it and waits, or, when the process died meanwhile
 * and nobody waits any more, to who asks for it next.
 *
 * One browser is open at a time: opening another ends the wait for the one before. `pericard-android` uses it from its
 * redirect activity; an app with an activity of its own may do the same.
 */
public object BrowserCallback {
    /** What is to be opened, and who waits for its end. */
    private class Visit(val address: String) {
        val end = CompletableDeferred<String?>()
        var opened = false
    }

    private val lock = Any()
    private var visit: Visit? = null
    private var unclaimed: String? = null

    /**
     * Asks [open] to show the browser, which gets the address by [toOpen], and waits for the person to be back: with the
     * address that the browser came back with, or nothing when they closed it.
     */
    public suspend fun visit(address: String, open: () -> Unit): String? {
        val mine = Visit(address)
        val before = synchronized(lock) {
            unclaimed = null
            visit.also { visit = mine }
        }
        before?.end?.complete(null)
        try {
            open()
            return mine.end.await()
        } finally {
            synchronized(lock) { if (visit === mine) visit = null }
        }
    }

    /** The address to open now, given out once; nothing when nobody waits, as in a new process. */
    public fun toOpen(): String? = synchronized(lock) {
        visit?.takeIf { !it.opened }?.also { it.opened = true }?.address
    }

    /**
     * The browser is left: with [address], or without one when it was closed. An address that nobody waits for is kept for
     * [takeUnclaimed]; says whether somebody waited.
     */
    public fun left(address: String?): Boolean {
        val waiting = synchronized(lock) {
            val waiting = visit.also { visit = null }
            if (waiting == null && address != null) unclaimed = address
            waiting
        }
        return waiting?.end?.complete(address) ?: false
    }

    /** An address that came when nobody waited, given out once. */
    public fun takeUnclaimed(): String? = synchronized(lock) { unclaimed.also { unclaimed = null } }
}

/**
 * Resumes a sign-in that was under way when the process ended, and passes on the [redirect] that the browser has brought
 * since: `resumeSignIn(BrowserCallback.takeUnclaimed())`, where the app starts, and when it comes to the front with no
 * sign-in in memory. Returns null if none was under way. A redirect that does not belong to it, or that cannot be redeemed
 * now, leaves its step as it was.
 */
public suspend fun Client.resumeSignIn(redirect: String?): SignIn? {
    val signIn = resumeSignIn()
    if (signIn != null && redirect != null && signIn.isInBrowser()) {
        try {
            signIn.redirected(redirect)
        } catch (_: PericardException) {
            // The step tells: it is still `OpenBrowser`, and the browser can be opened anew.
        }
    }
    return signIn
}

private fun SignIn.isInBrowser(): Boolean = try {
    step() is SignInStep.OpenBrowser
} catch (_: PericardException) {
    false
}
