package dev.pericard.app.ui.app

import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.BoxWithConstraints
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.material3.Surface
import androidx.compose.runtime.Composable
import androidx.compose.runtime.saveable.rememberSaveableStateHolder
import androidx.compose.ui.Modifier
import androidx.compose.ui.unit.dp
import dev.pericard.app.ui.compose.ComposeScreen
import dev.pericard.app.ui.documents.DocumentScreen
import dev.pericard.app.ui.documents.DocumentsScreen
import dev.pericard.app.ui.labs.LabsScreen
import dev.pericard.app.ui.labs.ReportScreen
import dev.pericard.app.ui.labs.ResultScreen
import dev.pericard.app.ui.lock.LockScreen
import dev.pericard.app.ui.notices.NoticeScreen
import dev.pericard.app.ui.notices.NoticesScreen
import dev.pericard.app.ui.privacy.AccessLogScreen
import dev.pericard.app.ui.privacy.CopyScreen
import dev.pericard.app.ui.privacy.LeavingScreen
import dev.pericard.app.ui.privacy.PrivacyScreen
import dev.pericard.app.ui.signin.ClinicScreen
import dev.pericard.app.ui.signin.ClinicsScreen
import dev.pericard.app.ui.signin.SignInScreen
import dev.pericard.app.ui.signin.WelcomeScreen
import dev.pericard.app.ui.theme.Look
import dev.pericard.app.ui.theme.Pericard
import dev.pericard.app.ui.theme.PericardTheme
import dev.pericard.app.ui.thread.ThreadScreen
import dev.pericard.app.ui.you.AddPersonScreen
import dev.pericard.app.ui.you.HelpScreen
import dev.pericard.app.ui.you.SecondStepScreen
import dev.pericard.app.ui.you.SettingsScreen

/** From this width on, a list and what was opened from it stand side by side. */
internal val WIDE = 840.dp

/** From this width on, the tabs stand at the side. */
internal val MEDIUM = 600.dp

/**
 * The whole app. An Activity and a desktop window host it alike: both hand the state in and take the events. The system's
 * Back comes through their own dispatcher; on a desktop that is Escape.
 */
@Composable
fun PericardApp(state: AppState, events: AppEvents, look: Look, modifier: Modifier = Modifier) {
    PericardTheme(look) {
        // Where Back is held, it is taken and does nothing.
        Back(state.takesBack || state.holdsBack) { if (!state.holdsBack) events.back() }
        Surface(modifier.fillMaxSize(), color = Pericard.palette.background) {
            Box {
                // Behind the lock nothing is drawn: a name must not flash up before the cover.
                if (state.lock == null) {
                    Screens(state, events)
                    state.announcement?.let { Announce(it) }
                } else {
                    LockScreen(state.lock, events.lock)
                }
            }
        }
    }
}

@Composable
private fun Screens(state: AppState, events: AppEvents) {
    val kept = rememberSaveableStateHolder()
    BoxWithConstraints(Modifier.fillMaxSize()) {
        val width = maxWidth
        val home = state.stack.filterIsInstance<Screen.Home>().lastOrNull()
        when (val top = state.top) {
            null -> {}
            is Screen.Home -> kept.SaveableStateProvider(top.key) { HomeScreen(top, null, events, width) }
            is Screen.Thread ->
                if (home != null && width >= WIDE) {
                    kept.SaveableStateProvider(home.key) { HomeScreen(home, top.state, events, width) }
                } else {
                    kept.SaveableStateProvider(top.key) { ThreadScreen(top.state, events.thread, events::back) }
                }
            else -> kept.SaveableStateProvider(top.key) { Single(top, events) }
        }
    }
}

@Composable
private fun Single(screen: Screen, events: AppEvents) {
    when (screen) {
        is Screen.Welcome -> WelcomeScreen(screen.state, events.welcome, events::back)
        is Screen.SignIn -> SignInScreen(screen.state, events.signIn)
        is Screen.Compose -> ComposeScreen(screen.state, events.compose)
        is Screen.Documents -> DocumentsScreen(screen.state, events.documents, events.recordFrame, events::back)
        is Screen.OneDocument -> DocumentScreen(screen.state, events.document, events.recordFrame, events::back)
        is Screen.Labs -> LabsScreen(screen.state, events.labs, events.recordFrame, events::back)
        is Screen.LabReport -> ReportScreen(screen.state, events.labReport, events.recordFrame, events::back)
        is Screen.LabResult -> ResultScreen(screen.state, events.labResult, events.recordFrame, events::back)
        is Screen.OneNotice -> NoticeScreen(screen.state, events.notice)
        is Screen.Notices -> NoticesScreen(screen.state, events.notices, events::back)
        is Screen.Clinics -> ClinicsScreen(screen.state, events.clinics, events::back)
        is Screen.OneClinic -> ClinicScreen(screen.state, events.clinic, events::back)
        is Screen.Settings -> SettingsScreen(screen.state, events.settings, events::back)
        is Screen.Privacy -> PrivacyScreen(screen.state, events.privacy, events::back)
        is Screen.AccessLog -> AccessLogScreen(screen.state, events.accessLog, events::back)
        is Screen.Copy -> CopyScreen(screen.state, events.copy, events::back)
        is Screen.Leaving -> LeavingScreen(screen.state, events.leaving)
        is Screen.SecondStep -> SecondStepScreen(screen.state, events.secondStep, events::back)
        is Screen.AddPerson -> AddPersonScreen(screen.state, events.addPerson, events::back)
        is Screen.Help -> HelpScreen(screen.state, events.help, events::back)
        is Screen.Home, is Screen.Thread -> {}
    }
}
