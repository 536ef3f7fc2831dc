package dev.pericard.app.ui.signin

import androidx.compose.runtime.Immutable
import dev.pericard.app.ui.model.Clinic
import dev.pericard.app.ui.model.Problem
import dev.pericard.app.ui.model.Unprinted
import java.time.Instant

/** A sign-in, at the step that it asks for now. */
@Immutable
data class SignInState(
    val clinic: Clinic,
    /** As it was typed; stays when the password was wrong. */
    val userName: String,
    val step: Step,
    /** An answer is on its way. */
    val busy: Boolean = false,
    val problem: Problem? = null,
) : Unprinted()

/** What is asked. [attempt] counts the answers: a new number empties the field that was wrong. */
@Immutable
sealed interface Step {
    data class Password(
        val attempt: Int = 0,
        val wrong: Wrong? = null,
        /** The clinic has a page for a forgotten password. */
        val canReset: Boolean = true,
    ) : Unprinted(), Step

    /** The clinic's own page is open in the browser. */
    data object Browser : Step

    data class Code(
        val attempt: Int = 0,
        val wrong: Wrong? = null,
        /** How many digits a code has, where that is known; only then is it sent by itself. */
        val digits: Int? = null,
        /** A recovery code is taken instead. */
        val recovery: Boolean = false,
    ) : Unprinted(), Step

    data class RecoveryCode(val attempt: Int = 0, val wrong: Wrong? = null, val unreadable: Boolean = false) : Unprinted(), Step

    data class Enrol(
        val qr: QrPicture,
        /** In base32. */
        val key: String,
        val digits: Int,
        val attempt: Int = 0,
        val wrong: Wrong? = null,
        /** Some app on this phone takes `otpauth:`. */
        val canOpen: Boolean = true,
    ) : Unprinted(), Step

    data class RecoveryCodes(val codes: List<String>, val kept: Boolean = false) : Unprinted(), Step

    data class Wait(
        val until: Instant,
        val why: WaitReason = WaitReason.WrongTries,
        val remind: Boolean = false,
        /** The clinic has a page for those without codes. */
        val hasHelp: Boolean = true,
    ) : Unprinted(), Step
}

/** The answer was wrong; how many more are allowed, where the clinic says so. */
@Immutable
data class Wrong(val attemptsLeft: Int?) : Unprinted()

enum class WaitReason { WrongTries, Busy }

/** A QR code: its modules row by row, true for dark, without the quiet zone. */
@Immutable
data class QrPicture(val side: Int, val dark: List<Boolean>) : Unprinted()

interface SignInEvents {
    fun typeUserName(text: String)

    /** The field forgets the password when the next answer comes. */
    fun password(userName: String, password: String)

    fun forgotPassword()

    fun useBrowser()

    fun openBrowserAgain()

    /** Digits only. */
    fun code(digits: String)

    fun useRecoveryCode()

    fun useAppCode()

    fun recoveryCode(code: String)

    fun openAuthenticator()

    /** To the clipboard of this phone, marked sensitive, for a minute. */
    fun copyKey()

    fun saveCodes()

    fun printCodes()

    fun copyCodes()

    fun keptCodes(kept: Boolean)

    fun finish()

    fun remind(on: Boolean)

    fun openHelp()

    /** Ends the sign-in. */
    fun stop()
}
