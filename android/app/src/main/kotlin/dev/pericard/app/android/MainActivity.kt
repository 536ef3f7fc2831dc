package dev.pericard.app.android

import android.app.UiModeManager
import android.content.Intent
import android.os.Build
import android.os.Bundle
import android.view.View
import android.view.WindowManager.LayoutParams.FLAG_SECURE
import androidx.activity.ComponentActivity
import androidx.activity.compose.setContent
import androidx.activity.enableEdgeToEdge
import androidx.compose.foundation.isSystemInDarkTheme
import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import dev.pericard.app.PericardHost
import dev.pericard.app.models.Root
import dev.pericard.app.ui.theme.Look
import dev.pericard.app.ui.words.Formats
import kotlinx.coroutines.launch
import java.time.Instant
import java.time.ZoneId

/** The window. All that is in it is drawn by Compose from the app's one state; what outlives it is the application's. */
class MainActivity : ComponentActivity() {
    private val app get() = application as PericardApplication

    // As a property: what it asks others is registered before the activity is started.
    private val errands = Errands(this) { app.device }

    override fun onCreate(savedInstanceState: Bundle?) {
        super.onCreate(savedInstanceState)
        keepContentPrivate()
        enableEdgeToEdge()
        setContent {
            val dark = isSystemInDarkTheme()
            PericardHost(app.root, app.language, dark, wantsContrast)
            val viewing by app.device.viewing.collectAsState()
            viewing?.let { FileScreen(it, Look(Formats(app.root.language, ZoneId.systemDefault(), Instant.now()), dark, wantsContrast)) }
        }
        app.root.start(savedInstanceState?.getStringArrayList(PLACES).orEmpty())
        if (savedInstanceState == null) take(intent)
    }

    /** Neither screenshots nor the recent apps show content, no app draws over it, and the system's assistants read none. */
    private fun keepContentPrivate() {
        window.setFlags(FLAG_SECURE, FLAG_SECURE)
        window.decorView.filterTouchesWhenObscured = true
        if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.S) window.setHideOverlayWindows(true)
        if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.R) {
            window.decorView.importantForContentCapture = View.IMPORTANT_FOR_CONTENT_CAPTURE_NO_EXCLUDE_DESCENDANTS
        }
    }

    private val wantsContrast: Boolean
        get() = Build.VERSION.SDK_INT >= Build.VERSION_CODES.UPSIDE_DOWN_CAKE && getSystemService(UiModeManager::class.java).contrast > 0f

    override fun onNewIntent(intent: Intent) {
        super.onNewIntent(intent)
        take(intent)
    }

    /** A clinic's code. Whoever made it, the address is only shown: the person says whether it is asked. */
    private fun take(intent: Intent) {
        if (intent.action != Intent.ACTION_VIEW) return
        intent.data?.takeIf { it.isHierarchical }?.getQueryParameter("address")?.take(MOST)?.let(app.root::offer)
    }

    override fun onStart() {
        super.onStart()
        app.isInFront = true
        app.device.errands = errands
        app.notifications.clear()
        app.root.toFront()
    }

    override fun onStop() {
        super.onStop()
        // Turning the phone makes a new window before this one is stopped.
        if (app.device.errands === errands) app.isInFront = false
        app.scope.launch {
            if (app.root.toBackground(away = !app.isInFront)) SyncWorker.sendWhenOnline(app)
        }
    }

    override fun onDestroy() {
        if (app.device.errands === errands) app.device.errands = null
        super.onDestroy()
    }

    override fun onSaveInstanceState(outState: Bundle) {
        super.onSaveInstanceState(outState)
        (app.root.state.value as? Root.Open)?.let { outState.putStringArrayList(PLACES, ArrayList(it.app.places)) }
    }

    private companion object {
        const val PLACES = "places"

        /** An address is not longer. */
        const val MOST = 2048
    }
}
