package dev.pericard.app.models

import dev.pericard.PericardException
import dev.pericard.PortalPage
import dev.pericard.SignInMethod
import dev.pericard.SignInStep
import dev.pericard.app.ui.model.Unprinted
import java.time.Instant

/** What comes into a [SignInMachine]. */
internal sealed interface SignInEvent {
    /** The core asks for this now. */
    class Asks(val step: SignInStep) : SignInEvent

    /** What was sent or begun failed, and [next] is asked now; nothing where the sign-in is over. */
    class Failed(val error: PericardException, val next: SignInStep?, val at: Instant) : SignInEvent

    /** What the person does. What does not belong to the step, such as a tap that comes late, does nothing. */
    sealed interface Deed : SignInEvent

    class TypeUserName(val text: String) : Deed

    class Password(val userName: String, val password: CharSequence) : Deed

    class Code(val digits: String) : Deed

    class RecoveryCode(val code: String) : Deed

    data object UseRecoveryCode : Deed

    data object UseAppCode : Deed

    data object UseBrowser : Deed

    data object OpenBrowserAgain : Deed

    data object ForgotPassword : Deed

    data object OpenHelp : Deed

    data object OpenAuthenticator : Deed

    data object CopyKey : Deed

    data object SaveCodes : Deed

    data object PrintCodes : Deed

    data object CopyCodes : Deed

    data class KeptCodes(val kept: Boolean) : Unprinted(), Deed

    data class Remind(val on: Boolean) : Unprinted(), Deed

    data object Finish : Deed

    data object Stop : Deed
}

/** What comes out of a [SignInMachine]. */
internal sealed interface SignInEffect {
    data class Password(val user: String, val password: CharSequence) : Unprinted(), SignInEffect

    data class Code(val digits: String) : Unprinted(), SignInEffect

    data class RecoveryCode(val code: String) : Unprinted(), SignInEffect

    data object Browse : SignInEffect

    /** A sign-in by [method], or of the same kind, takes the place of this one. */
    data class Begin(val method: SignInMethod?) : Unprinted(), SignInEffect

    /** Asks the core again at that time. */
    data class Wake(val at: Instant) : Unprinted(), SignInEffect

    data object Finish : SignInEffect

    data object Stop : SignInEffect

    data class OpenPage(val page: PortalPage) : Unprinted(), SignInEffect

    data class Open(val address: String) : Unprinted(), SignInEffect

    /** Everything that a sign-in copies is a secret. */
    data class Copy(val text: String) : Unprinted(), SignInEffect

    data class Save(val text: String) : Unprinted(), SignInEffect

    data class Print(val text: String) : Unprinted(), SignInEffect

    /** Nothing takes the reminder back. */
    data class Remind(val at: Instant?) : Unprinted(), SignInEffect
}
