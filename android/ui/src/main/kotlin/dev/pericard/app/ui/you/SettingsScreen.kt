package dev.pericard.app.ui.you

import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.selection.selectable
import androidx.compose.foundation.selection.selectableGroup
import androidx.compose.material3.AlertDialog
import androidx.compose.material3.RadioButton
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.semantics.Role
import dev.pericard.app.ui.components.Chevron
import dev.pericard.app.ui.components.Group
import dev.pericard.app.ui.components.GroupRow
import dev.pericard.app.ui.components.Leave
import dev.pericard.app.ui.components.Page
import dev.pericard.app.ui.components.QuietButton
import dev.pericard.app.ui.components.RowDivider
import dev.pericard.app.ui.components.RowIcon
import dev.pericard.app.ui.components.SectionFoot
import dev.pericard.app.ui.components.SectionHead
import dev.pericard.app.ui.components.SwitchRow
import dev.pericard.app.ui.icons.Icons
import dev.pericard.app.ui.lock.BiometryTrouble
import dev.pericard.app.ui.theme.Pericard
import dev.pericard.app.ui.theme.Space
import dev.pericard.app.ui.theme.Touch
import dev.pericard.app.ui.words.Language
import dev.pericard.app.ui.words.Words

@Composable
fun SettingsScreen(state: SettingsState, events: SettingsEvents, onLeave: () -> Unit) {
    val words = Pericard.words
    Page(Leave.Back, onLeave, title = words.youSettings) {
        state.lock?.let { Lock(it, events) }
        state.secondStep?.let { SecondStep(it, state.clinic.name, events) }
        state.notify?.let { on ->
            SectionHead(words.settingsNotifications)
            Group {
                SwitchRow(words.settingsNotify, on, events::notify, leading = { RowIcon(Icons.bell) })
            }
            SectionFoot(words.settingsNotifyText)
        }
        SectionHead(words.settingsLanguage)
        Group {
            GroupRow(
                state.language.words.settingsLanguageName,
                text = if (state.phoneLanguage) words.settingsLanguagePhone else null,
                leading = { RowIcon(Icons.language) },
                trailing = { Chevron() },
                onClick = { events.openChoice(Choice.Language) },
            )
        }
    }
    when (state.choosing) {
        Choice.LockAfter -> ChoiceDialog(
            words.settingsLockAfter,
            LOCK_AFTER.map { words.minutes(it) to (it == state.lock?.minutes) },
            { events.lockAfter(LOCK_AFTER[it]) },
            events::closeChoice,
        )
        Choice.Language -> {
            val languages = listOf(null) + Language.entries
            ChoiceDialog(
                words.settingsLanguage,
                languages.map { language ->
                    val chosen = if (state.phoneLanguage) language == null else language == state.language
                    (language?.words?.settingsLanguageName ?: words.settingsLanguagePhone) to chosen
                },
                { events.language(languages[it]) },
                events::closeChoice,
            )
        }
        null -> {}
    }
}

private val LOCK_AFTER = listOf(0, 1, 5, 15)

private fun Words.minutes(n: Int): String = if (n == 0) settingsLockAfterNow else settingsLockAfterMinutes(n)

@Composable
private fun Lock(lock: LockSettings, events: SettingsEvents) {
    val words = Pericard.words
    SectionHead(words.settingsLock)
    Group {
        lock.biometry?.let {
            BiometryRow(it, events)
            RowDivider()
        }
        GroupRow(
            words.settingsPin,
            text = if (lock.hasPin) words.settingsPinChange else words.settingsPinSet,
            leading = { RowIcon(Icons.pin) },
            trailing = { Chevron() },
            onClick = events::changePin,
        )
        RowDivider()
        GroupRow(
            words.settingsLockAfter,
            text = words.minutes(lock.minutes),
            leading = { RowIcon(Icons.timer) },
            trailing = { Chevron() },
            onClick = { events.openChoice(Choice.LockAfter) },
        )
    }
    SectionFoot(words.settingsCoverAndroid)
}

@Composable
private fun SecondStep(state: SecondStepState, clinic: String, events: SettingsEvents) {
    val words = Pericard.words
    SectionHead(words.enrolTitle)
    Group {
        GroupRow(
            words.settingsAuthenticator,
            text = if (state.on) words.settingsAuthenticatorOn(clinic) else words.settingsAuthenticatorOff(clinic),
            leading = { RowIcon(Icons.key) },
            trailing = { Chevron() },
            onClick = events::openSecondStep,
        )
        if (state.on) {
            RowDivider()
            val few = state.codesLeft != null && state.codesLeft <= FEW
            GroupRow(
                words.settingsCodes,
                text = state.codesLeft?.let { if (few) words.settingsCodesLeft(it) else words.settingsCodesEnough(it) },
                textColor = if (few) Pericard.palette.warning else Pericard.palette.textSoft,
                leading = { RowIcon(Icons.document) },
                trailing = { Chevron() },
                onClick = events::openSecondStep,
            )
        }
    }
}

@Composable
private fun BiometryRow(setting: BiometrySetting, events: SettingsEvents) {
    val words = Pericard.words
    val icon = @Composable { RowIcon(Icons.finger) }
    if (setting == BiometrySetting.NotEnrolled) {
        GroupRow(words.lockUnlockAndroid, text = words.settingsBiometrySetUpAndroid, leading = icon)
    } else {
        val text = (setting as? BiometrySetting.Off)?.trouble?.let(words::whyOff)
        SwitchRow(words.lockUnlockAndroid, setting == BiometrySetting.On, events::biometry, text = text, leading = icon)
    }
}

private fun Words.whyOff(trouble: BiometryTrouble): String = when (trouble) {
    BiometryTrouble.Lost -> settingsBiometryLost
    BiometryTrouble.LockedOut -> settingsBiometryLockedOut
    BiometryTrouble.NotRecognized, BiometryTrouble.Unavailable -> settingsBiometryFailed
}

@Composable
private fun ChoiceDialog(title: String, choices: List<Pair<String, Boolean>>, onChoose: (Int) -> Unit, onClose: () -> Unit) {
    AlertDialog(
        onDismissRequest = onClose,
        confirmButton = { QuietButton(Pericard.words.commonCancel, onClose) },
        title = { Text(title, style = Pericard.type.title) },
        text = {
            Column(Modifier.selectableGroup()) {
                choices.forEachIndexed { at, (text, chosen) ->
                    Row(
                        Modifier
                            .fillMaxWidth()
                            .heightIn(min = Touch.least)
                            .selectable(chosen, role = Role.RadioButton) { onChoose(at) },
                        verticalAlignment = Alignment.CenterVertically,
                    ) {
                        RadioButton(chosen, null)
                        Text(text, Modifier.padding(start = Space.m), style = Pericard.type.body, color = Pericard.palette.text)
                    }
                }
            }
        },
        containerColor = Pericard.palette.surfaceRaised,
    )
}
