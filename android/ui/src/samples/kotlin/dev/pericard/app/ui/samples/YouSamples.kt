package dev.pericard.app.ui.samples

import dev.pericard.app.ui.app.Screen
import dev.pericard.app.ui.app.Tab
import dev.pericard.app.ui.lock.BiometryTrouble
import dev.pericard.app.ui.model.Owner
import dev.pericard.app.ui.you.BiometrySetting
import dev.pericard.app.ui.you.Choice
import dev.pericard.app.ui.you.HelpState
import dev.pericard.app.ui.you.LockSettings
import dev.pericard.app.ui.you.PeopleState
import dev.pericard.app.ui.you.SecondStepState
import dev.pericard.app.ui.you.SettingsState
import dev.pericard.app.ui.you.YouState

internal fun People.you(newNotices: Int = 0) =
    YouState(owner, listOf(say("Leo", "ليو"), say("Teresa", "تيريزا")), newNotices, needSignIn = 1, version = "1.2")

private fun People.settings(change: SettingsState.() -> SettingsState = { this }) = shows(
    home(tab = Tab.You),
    Screen.Settings(
        SettingsState(
            linden,
            LockSettings(BiometrySetting.On, hasPin = true, minutes = 1),
            SecondStepState(on = true, codesLeft = 2),
            notify = true,
            language = language,
        ).change(),
    ),
)

private fun People.biometry(setting: BiometrySetting) = settings { copy(lock = LockSettings(setting, hasPin = true, minutes = 1)) }

internal val youSamples: List<Sample> = listOf(
    Sample("38-people", "choosing") {
        val owners = listOf(owner, Owner(leo, linden), Owner(teresa, linden), Owner(ana, harbour))
        shows(home(people = PeopleState(owners, owner)))
    },
    Sample("38-people", "severalAccounts") {
        val first = Owner(ana, linden, number = 1)
        val nobody = ana.copy(id = "nobody", name = "", color = 1)
        val owners = listOf(first, Owner(leo, linden, number = 1), Owner(nobody, linden, number = 2), Owner(leo.copy(id = "leo2"), linden, number = 2))
        shows(home(owner = owners[2], people = PeopleState(owners, owners[2])))
    },
    Sample("54-you", "you") { shows(home(tab = Tab.You, unread = 3, newNotices = 1)) },
    Sample("54-you", "help") { shows(home(tab = Tab.You), Screen.Help(HelpState(linden, "1.2"))) },
    Sample("57-settings", "settings") { settings() },
    Sample("57-settings", "least") {
        settings { copy(lock = LockSettings(null, hasPin = false, minutes = 0), secondStep = SecondStepState(false, null), notify = false) }
    },
    Sample("57-settings", "biometryLost") { biometry(BiometrySetting.Off(BiometryTrouble.Lost)) },
    Sample("57-settings", "biometryLockedOut") { biometry(BiometrySetting.Off(BiometryTrouble.LockedOut)) },
    Sample("57-settings", "biometryFailed") { biometry(BiometrySetting.Off(BiometryTrouble.Unavailable)) },
    Sample("57-settings", "biometryNotEnrolled") { biometry(BiometrySetting.NotEnrolled) },
    Sample("57-settings", "lockAfter") { settings { copy(choosing = Choice.LockAfter) } },
    Sample("57-settings", "language") { settings { copy(choosing = Choice.Language) } },
)
