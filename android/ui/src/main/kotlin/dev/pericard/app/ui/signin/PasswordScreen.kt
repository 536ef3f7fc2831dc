package dev.pericard.app.ui.signin

import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.text.KeyboardActions
import androidx.compose.foundation.text.KeyboardOptions
import androidx.compose.material3.Icon
import androidx.compose.material3.IconToggleButton
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.setValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.autofill.ContentType
import androidx.compose.ui.focus.FocusRequester
import androidx.compose.ui.focus.focusRequester
import androidx.compose.ui.text.input.ImeAction
import androidx.compose.ui.text.input.KeyboardType
import androidx.compose.ui.text.input.PasswordVisualTransformation
import androidx.compose.ui.text.input.VisualTransformation
import androidx.compose.ui.text.style.TextAlign
import dev.pericard.app.ui.components.LabelledField
import dev.pericard.app.ui.components.PrimaryButton
import dev.pericard.app.ui.components.QuietButton
import dev.pericard.app.ui.components.rememberTyped
import dev.pericard.app.ui.icons.Icons
import dev.pericard.app.ui.theme.Pericard
import dev.pericard.app.ui.theme.Space
import dev.pericard.app.ui.words.Words

@Composable
internal fun PasswordScreen(state: SignInState, step: Step.Password, events: SignInEvents) {
    val words = Pericard.words
    // Never saved: it must not outlive the screen in the system's memory of it.
    var password by remember(step.attempt) { mutableStateOf("") }
    val passwordField = remember { FocusRequester() }
    LaunchedEffect(step.attempt) { if (step.wrong != null) passwordField.requestFocus() }
    val name = rememberTyped(state.userName, events::typeUserName)
    val submit = { if (password.isNotEmpty() && name.text.isNotBlank()) events.password(name.text, password) }
    SignInPage(state, events::stop, words.signInTitle) {
        LabelledField(
            words.signInUser,
            name.text,
            name::type,
            Modifier.padding(top = Space.l),
            contentType = ContentType.Username,
            keyboard = KeyboardOptions(keyboardType = KeyboardType.Email, imeAction = ImeAction.Next, autoCorrectEnabled = false),
        )
        PasswordField(
            password,
            { password = it },
            step.wrong?.let { words.of(it) },
            submit,
            Modifier.padding(top = Space.m),
            Modifier.focusRequester(passwordField),
        )
        if (step.canReset) {
            QuietButton(words.signInForgot, events::forgotPassword, Modifier.padding(vertical = Space.xs), flush = true)
        }
        PrimaryButton(words.signInTitle, submit, Modifier.padding(top = Space.m), busy = state.busy)
        Column(Modifier.fillMaxWidth(), horizontalAlignment = Alignment.CenterHorizontally) {
            QuietButton(words.signInUseBrowser, events::useBrowser, Modifier.padding(top = Space.s), icon = Icons.browser)
            Text(
                words.signInFoot(state.clinic.name),
                Modifier.padding(Space.l),
                style = Pericard.type.support,
                color = Pericard.palette.textSoft,
                textAlign = TextAlign.Center,
            )
        }
    }
}

@Composable
private fun PasswordField(
    value: String,
    onChange: (String) -> Unit,
    wrong: String?,
    onDone: () -> Unit,
    modifier: Modifier,
    fieldModifier: Modifier,
) {
    var shown by remember { mutableStateOf(false) }
    LabelledField(
        Pericard.words.signInPassword,
        value,
        onChange,
        modifier,
        contentType = ContentType.Password,
        wrong = wrong,
        keyboard = KeyboardOptions(keyboardType = KeyboardType.Password, imeAction = ImeAction.Go, autoCorrectEnabled = false),
        actions = KeyboardActions(onGo = { onDone() }),
        hidden = if (shown) VisualTransformation.None else PasswordVisualTransformation(),
        fieldModifier = fieldModifier,
    ) {
        IconToggleButton(shown, { shown = it }) {
            Icon(if (shown) Icons.hide else Icons.show, Pericard.words.signInShowPassword, tint = Pericard.palette.text)
        }
    }
}

private fun Words.of(wrong: Wrong): String = wrong.attemptsLeft?.let(::signInWrong) ?: signInWrongUnknown
