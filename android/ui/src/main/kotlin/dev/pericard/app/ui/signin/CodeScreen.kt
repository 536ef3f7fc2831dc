package dev.pericard.app.ui.signin

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.FlowRow
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.text.KeyboardActions
import androidx.compose.foundation.text.KeyboardOptions
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.saveable.rememberSaveable
import androidx.compose.runtime.setValue
import androidx.compose.ui.Modifier
import androidx.compose.ui.focus.FocusRequester
import androidx.compose.ui.focus.focusRequester
import androidx.compose.ui.platform.LocalClipboardManager
import androidx.compose.ui.text.input.ImeAction
import androidx.compose.ui.text.input.KeyboardCapitalization
import androidx.compose.ui.text.input.KeyboardType
import dev.pericard.app.ui.components.LabelledField
import dev.pericard.app.ui.components.PrimaryButton
import dev.pericard.app.ui.components.QuietButton
import dev.pericard.app.ui.components.WrongLine
import dev.pericard.app.ui.icons.Icons
import dev.pericard.app.ui.theme.Pericard
import dev.pericard.app.ui.theme.Space
import dev.pericard.app.ui.words.Words

@Composable
internal fun CodeScreen(state: SignInState, step: Step.Code, events: SignInEvents) {
    val words = Pericard.words
    val entry = rememberCodeEntry(step.attempt, step.digits, events::code)
    val field = remember { FocusRequester() }
    LaunchedEffect(step.attempt) { field.requestFocus() }
    SignInPage(state, events::stop, words.codeTitle, second = state.userName) {
        val text = step.digits?.let { words.codeText(it, state.clinic.name) } ?: words.codeTextUnknown(state.clinic.name)
        Text(text, Modifier.padding(top = Space.s), style = Pericard.type.body, color = Pericard.palette.textSoft)
        CodeField(
            entry.code,
            entry::type,
            step.digits,
            step.wrong != null,
            Modifier.padding(top = Space.l).focusRequester(field),
            entry::send,
        )
        step.wrong?.let { WrongLine(words.ofCode(it), hint = words.codeWrongHint) }
        CodeDeeds(entry, step.recovery, events)
        if (entry.canSend) {
            PrimaryButton(words.codeSend, entry::send, Modifier.padding(top = Space.m), busy = state.busy)
        }
    }
}

@Composable
@Suppress("DEPRECATION") // The suspending clipboard has no plain text on all platforms yet.
private fun CodeDeeds(entry: CodeEntry, recovery: Boolean, events: SignInEvents) {
    val clipboard = LocalClipboardManager.current
    FlowRow(Modifier.fillMaxWidth().padding(top = Space.m), horizontalArrangement = Arrangement.SpaceBetween) {
        QuietButton(Pericard.words.commonPaste, { clipboard.getText()?.let { entry.type(it.text) } }, icon = Icons.paste)
        if (recovery) QuietButton(Pericard.words.codeUseRecovery, events::useRecoveryCode)
    }
}

/** The digits while they are typed, and the promise that none are sent twice. */
internal class CodeEntry(private val digits: Int?, initial: String, private val onTyped: (String) -> Unit, private val onCode: (String) -> Unit) {
    var code by mutableStateOf(initial)
        private set
    private var sent: String? = null

    val canSend: Boolean get() = code.length >= (digits ?: LEAST)

    fun type(text: String) {
        code = digitsOf(text, digits)
        onTyped(code)
        if (digits != null && code.length == digits) send()
    }

    fun send() {
        if (canSend && code != sent) {
            sent = code
            onCode(code)
        }
    }
}

/** What was typed stays while the person is away to look at the code; a wrong answer empties it. */
@Composable
internal fun rememberCodeEntry(attempt: Int, digits: Int?, onCode: (String) -> Unit): CodeEntry {
    var kept by rememberSaveable(attempt) { mutableStateOf("") }
    return remember(attempt, digits) { CodeEntry(digits, kept, { kept = it }, onCode) }
}

internal fun Words.ofCode(wrong: Wrong): String = wrong.attemptsLeft?.let(::codeWrong) ?: codeWrongUnknown

@Composable
internal fun RecoveryCodeScreen(state: SignInState, step: Step.RecoveryCode, events: SignInEvents) {
    val words = Pericard.words
    var code by remember(step.attempt) { mutableStateOf("") }
    val submit = { if (code.isNotBlank()) events.recoveryCode(code) }
    SignInPage(state, events::stop, words.codeRecoveryTitle, second = state.userName) {
        Text(words.codeRecoveryText, Modifier.padding(top = Space.s), style = Pericard.type.body, color = Pericard.palette.textSoft)
        LabelledField(
            words.codeRecoveryField,
            code,
            { code = it },
            Modifier.padding(top = Space.l),
            wrong = if (step.unreadable) words.codeRecoveryBad else step.wrong?.let { words.ofCode(it) },
            keyboard = KeyboardOptions(KeyboardCapitalization.Characters, autoCorrectEnabled = false, KeyboardType.Ascii, ImeAction.Go),
            actions = KeyboardActions(onGo = { submit() }),
        )
        QuietButton(words.codeUseApp, events::useAppCode, Modifier.padding(vertical = Space.s), flush = true)
        PrimaryButton(words.codeSend, submit, busy = state.busy)
    }
}
