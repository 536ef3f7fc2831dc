package dev.pericard.app.ui.you

import androidx.compose.runtime.Immutable
import dev.pericard.app.ui.lock.BiometryTrouble
import dev.pericard.app.ui.model.Clinic
import dev.pericard.app.ui.model.Owner
import dev.pericard.app.ui.model.Unprinted
import dev.pericard.app.ui.words.Language

@Immutable
data class YouState(
    val owner: Owner,
    /** First names of the others whose records this account holds. */
    val actingFor: List<String> = emptyList(),
    val newNotices: Int = 0,
    /** Clinics that ask for a sign-in. */
    val needSignIn: Int = 0,
    val version: String,
    /** The app has a lock, a second step and notifications to set. */
    val hasLock: Boolean = true,
) : Unprinted()

interface YouEvents {
    fun choosePerson()

    fun openNotices()

    fun openClinics()

    fun openPrivacy()

    fun openSettings()

    fun openHelp()
}

@Immutable
data class SettingsState(
    val clinic: Clinic,
    /** Nothing where the app has no lock of its own. */
    val lock: LockSettings? = null,
    /** Nothing where the clinic has no second step in the app. */
    val secondStep: SecondStepState? = null,
    /** Nothing where the device shows no notifications. */
    val notify: Boolean? = null,
    val language: Language,
    /** The language is the phone's. */
    val phoneLanguage: Boolean = true,
    val choosing: Choice? = null,
) : Unprinted()

@Immutable
data class LockSettings(
    /** Nothing where there is no PIN, or the phone has no strong biometry. */
    val biometry: BiometrySetting?,
    val hasPin: Boolean,
    /** 0, 1, 5 or 15. */
    val minutes: Int,
) : Unprinted()

@Immutable
sealed interface BiometrySetting {
    data object On : BiometrySetting

    /** [trouble] is why. */
    data class Off(val trouble: BiometryTrouble? = null) : Unprinted(), BiometrySetting

    /** Nobody's finger or face is known to the phone yet. */
    data object NotEnrolled : BiometrySetting
}

/** A list of which one is chosen, open in a dialog. */
enum class Choice { LockAfter, Language }

interface SettingsEvents {
    fun biometry(on: Boolean)

    fun changePin()

    fun openChoice(choice: Choice)

    fun closeChoice()

    fun lockAfter(minutes: Int)

    fun openSecondStep()

    fun notify(on: Boolean)

    /** Nothing is the phone's. */
    fun language(language: Language?)
}

/** Whom to ask, and what this app is. */
@Immutable
data class HelpState(val clinic: Clinic, val version: String) : Unprinted()

interface HelpEvents {
    fun call()

    fun write()
}
