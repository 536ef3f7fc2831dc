package dev.pericard.app.ui.signin

import androidx.compose.runtime.Composable
import androidx.compose.runtime.key

/** A sign-in: one screen for each step. */
@Composable
fun SignInScreen(state: SignInState, events: SignInEvents) {
    when (val step = state.step) {
        is Step.Password -> PasswordScreen(state, step, events)
        Step.Browser -> BrowserScreen(state, events)
        is Step.Code -> CodeScreen(state, step, events)
        is Step.RecoveryCode -> key("recovery") { RecoveryCodeScreen(state, step, events) }
        is Step.Enrol -> EnrolScreen(state, step, events)
        is Step.RecoveryCodes -> RecoveryCodesScreen(step, events)
        is Step.Wait -> WaitScreen(state, step, events)
    }
}
