package dev.pericard.app.desktop

import androidx.compose.foundation.isSystemInDarkTheme
import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.compose.runtime.produceState
import androidx.compose.runtime.remember
import androidx.compose.ui.unit.DpSize
import androidx.compose.ui.unit.dp
import androidx.compose.ui.window.Window
import androidx.compose.ui.window.WindowPosition
import androidx.compose.ui.window.application
import androidx.compose.ui.window.rememberWindowState
import dev.pericard.app.models.AppModel
import dev.pericard.app.models.ModelEvents
import dev.pericard.app.ui.app.PericardApp
import dev.pericard.app.ui.theme.Look
import dev.pericard.app.ui.words.Formats
import dev.pericard.app.ui.words.Language
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.delay
import kotlinx.coroutines.runBlocking
import java.time.Instant
import java.time.ZoneId
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
    val opened = runBlocking { if (options.base == null) Opened.inMemory() else Opened.at(options) }
    val app = AppModel(scope, opened.core, opened.device, opened.configuration) { system }
    val events = ModelEvents(app)
    application(exitProcessOnExit = false) {
        val state by app.state.collectAsState()
        val language by app.language.collectAsState()
        val now by produceState(Instant.now()) {
            while (true) {
                delay(MINUTE)
                value = Instant.now()
            }
        }
        val dark = isSystemInDarkTheme()
        val look = remember(language, now, dark) { Look(Formats(language ?: system, ZoneId.systemDefault(), now), dark) }
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
            PericardApp(state, events, look)
        }
        remember {
            app.start()
            options.walk?.start(::exitApplication)
        }
    }
    runBlocking { opened.close() }
}

private const val MINUTE = 60_000L
