package dev.pericard

import android.content.ActivityNotFoundException
import android.content.Intent
import android.net.Uri
import android.os.Bundle
import androidx.activity.ComponentActivity
import androidx.browser.auth.AuthTabIntent

/**
 * Opens the browser, lies under it unseen, and catches the redirect that leads back.
 *
 * ```
 * openBrowser ─► this ─► Auth Tab ──────► its result ─────┐
 *                  └───► Custom Tab ────► onNewIntent ────┴─► BrowserCallback ─► openBrowser, or resumeSignIn
 * ```
 *
 * A browser that knows no Auth Tab shows the same intent as a Custom Tab; its redirect is an intent to this activity, which
 * is a single one, so that the tab above it is closed. Coming back to the front without a redirect means that the person
 * closed the browser. Anybody may start this activity: nothing is opened but what this process itself has asked for, and
 * what comes in is believed by nobody before [SignIn.redirected] has looked at it.
 *
 * If the process died while the browser was open, nobody waits: the address is kept for [resumeSignIn], and the app is
 * brought to the front as if it had been started by hand.
 */
public class PericardRedirectActivity : ComponentActivity() {
    private var opened = false
    private var came: String? = null

    // As a property: it has to be registered before the activity is started, also when it is made anew.
    private val authTab = AuthTabIntent.registerActivityResultLauncher(this) { result ->
        // Everything else ends in `onResume`, where a redirect that came as an intent is known as well.
        if (result.resultCode == AuthTabIntent.RESULT_OK) came = result.resultUri?.toString()
    }

    override fun onCreate(savedInstanceState: Bundle?) {
        super.onCreate(savedInstanceState)
        opened = savedInstanceState?.getBoolean(OPENED) ?: false
        take(intent)
    }

    override fun onNewIntent(intent: Intent) {
        super.onNewIntent(intent)
        setIntent(intent)
        // Asked to open another browser while this one lies under the first.
        if (intent.data == null) opened = false
        take(intent)
    }

    override fun onSaveInstanceState(outState: Bundle) {
        super.onSaveInstanceState(outState)
        outState.putBoolean(OPENED, opened)
    }

    /** New intents and results are delivered before this, in either order. */
    override fun onResume() {
        super.onResume()
        if (came == null && !opened) {
            opened = true
            BrowserCallback.toOpen()?.let { if (open(it)) return }
        }
        if (!BrowserCallback.left(came) && came != null) bringAppToFront()
        finish()
    }

    private fun take(intent: Intent) {
        if (intent.action == Intent.ACTION_VIEW) intent.dataString?.let { came = it }
    }

    /** False where there is no browser. */
    private fun open(address: String): Boolean = try {
        val url = Uri.parse(address)
        val tab = AuthTabIntent.Builder().setEphemeralBrowsingEnabled(next?.ephemeral ?: true).build()
        when (val wayBack = next?.wayBack) {
            is Redirect.Kind.Scheme -> tab.launch(authTab, url, wayBack.scheme)
            is Redirect.Kind.Https -> tab.launch(authTab, url, wayBack.host, wayBack.path)
            is Redirect.Kind.Loopback, null -> throw ActivityNotFoundException()
        }
        true
    } catch (_: ActivityNotFoundException) {
        false
    }

    private fun bringAppToFront() {
        val app = packageManager.getLaunchIntentForPackage(packageName) ?: return
        startActivity(app.addFlags(Intent.FLAG_ACTIVITY_CLEAR_TOP or Intent.FLAG_ACTIVITY_SINGLE_TOP))
    }

    internal companion object {
        private const val OPENED = "dev.pericard.opened"

        /** How the browser that is opened next is to be opened. */
        @Volatile
        internal var next: Tab? = null
    }
}

/** How a browser is opened, and how its redirect is caught. */
internal class Tab(val wayBack: Redirect.Kind, val ephemeral: Boolean)
