package dev.pericard.app

import androidx.compose.material3.Surface
import androidx.compose.runtime.Composable
import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.compose.runtime.produceState
import androidx.compose.runtime.remember
import dev.pericard.app.models.Root
import dev.pericard.app.models.RootModel
import dev.pericard.app.ui.app.PericardApp
import dev.pericard.app.ui.notices.CannotOpenScreen
import dev.pericard.app.ui.theme.Look
import dev.pericard.app.ui.theme.Pericard
import dev.pericard.app.ui.theme.PericardTheme
import dev.pericard.app.ui.words.Formats
import dev.pericard.app.ui.words.Language
import kotlinx.coroutines.delay
import java.time.Instant
import java.time.ZoneId
import kotlin.time.Duration.Companion.minutes

/** The app in its window, from opening on. [system] is the language of the phone. */
@Composable
fun PericardHost(root: RootModel, system: Language, dark: Boolean, highContrast: Boolean = false) {
    val at by root.state.collectAsState()
    val now by produceState(Instant.now()) {
        // "2 minutes ago" has to go on while nothing else changes.
        while (true) {
            delay(1.minutes)
            value = Instant.now()
        }
    }
    val look = @Composable { language: Language ->
        remember(language, now, dark, highContrast) { Look(Formats(language, ZoneId.systemDefault(), now), dark, highContrast) }
    }
    when (val at = at) {
        Root.Opening -> PericardTheme(look(root.language)) { Surface(color = Pericard.palette.background) {} }
        is Root.CannotOpen -> PericardTheme(look(root.language)) { CannotOpenScreen(at.state, root) }
        is Root.Open -> {
            val state by at.app.state.collectAsState()
            val language by at.app.language.collectAsState()
            PericardApp(state, at.events, look(language ?: system))
        }
    }
}
