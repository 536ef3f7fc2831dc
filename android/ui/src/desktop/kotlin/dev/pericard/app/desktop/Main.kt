package dev.pericard.app.desktop

import androidx.compose.foundation.isSystemInDarkTheme
import androidx.compose.runtime.remember
import androidx.compose.ui.unit.DpSize
import androidx.compose.ui.unit.dp
import androidx.compose.ui.window.Window
import androidx.compose.ui.window.WindowPosition
import androidx.compose.ui.window.application
import androidx.compose.ui.window.rememberWindowState
import dev.pericard.app.PericardHost
import dev.pericard.app.models.RootModel
import dev.pericard.app.ui.words.Language
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.runBlocking
import java.util.Locale

/**
 * The Android app's screens in a window, over the real core or over the one in memory.
 *
 * `--base <address> --certificate <file>` is the portal; `--fake` needs none. What the app keeps is in a folder of its own that goes
 * when the window closes, and so do its keys: this is for looking at the app, not for living in it.
 */
fun main(arguments: Array<String>) {
    val options = Options.of(arguments)
    val scope = CoroutineScope(SupervisorJob() + Dispatchers.Main)
    val system = Language.of(listOf(Locale.getDefault().toLanguageTag()))
    val opened = if (options.base == null) Opened.inMemory() else Opened.at(options)
    val root = RootModel(scope, opened.storage, opened.device, opened.configuration) { system }
    application(exitProcessOnExit = false) {
        Window(
            onCloseRequest = ::exitApplication,
            state = rememberWindowState(
                // A screen in memory has no window manager that would place it.
                position = if (options.walk == null) WindowPosition.PlatformDefault else WindowPosition(0.dp, 0.dp),
                size = DpSize(412.dp, 892.dp),
            ),
            title = "Pericard",
            undecorated = options.walk != null,
        ) {
            PericardHost(root, system, isSystemInDarkTheme())
        }
        remember {
            root.start()
            options.walk?.start(::exitApplication)
        }
    }
    runBlocking { opened.close() }
}
