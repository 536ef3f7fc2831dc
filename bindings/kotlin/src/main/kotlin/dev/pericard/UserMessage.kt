package dev.pericard

import java.time.Duration

/**
 * What went wrong, as what to do next, in plain English.
 *
 * To be shown when the app has no words of its own. `message` of the exception holds its fields and is
 * for developers. Neither holds anything about the patient.
 */
public val PericardException.userMessage: String
    get() = when (this) {
        is PericardException.Offline -> "The portal cannot be reached. What you have read stays readable; try again when you are online."
        is PericardException.SignInRequired -> reason.text
        is PericardException.StepUpRequired -> "The portal wants to be sure that it is you. Sign in once more to go on."
        is PericardException.LeaseEnded ->
            "This device was offline for too long. Connect it to read your records again; nothing was lost."
        is PericardException.ClockWrong -> "The clock of this device is wrong. Set its date and time, and try again."
        is PericardException.RateLimited -> "The portal asks to wait ${retryAfter.inWords()} before the next try."
        is PericardException.WrongPassword -> "User name or password is wrong.${attemptsLeft.inWords()}"
        is PericardException.WrongCode -> "The code is wrong or was used before. Try the next one.${attemptsLeft.inWords()}"
        is PericardException.InvalidInput -> "This cannot be used: ${problem.text}"
        is PericardException.NotFound -> "This is no longer on this device."
        is PericardException.InUse -> "The app is already open in another process. Close that one and try again."
        is PericardException.Cancelled -> "Cancelled. Nothing was lost."
        is PericardException.Closed -> "The app is resting. Open it again and try once more."
        is PericardException.Portal -> problem.text
        is PericardException.Integrity ->
            "The portal delivered a record of somebody else. It was not stored. Loading rests until the portal answers cleanly."
        is PericardException.Storage -> kind.text
        is PericardException.Keystore -> kind.text
        is PericardException.Internal -> "Something is wrong in the app itself. Please report $id."
    }

private val SignInReason.text: String
    get() = when (this) {
        SignInReason.SIGNED_OUT -> "You are signed out. Sign in to go on."
        SignInReason.REVOKED -> "The portal has ended this session. Sign in again; what you wrote is kept."
        SignInReason.IDENTITY_CHANGED -> "The portal answered for another person. Sign in again; what you wrote is kept."
        SignInReason.EXPIRED -> "Signing in took too long. Start again."
        SignInReason.ANOTHER_PERSON -> "Somebody else signed in. Sign in as the same person as before."
        SignInReason.INTERACTION ->
            "The portal has something to show you. Sign in again; what you have read stays readable."
        SignInReason.LOGIN -> "The portal asks you to sign in again. What you have read stays readable."
        SignInReason.CONSENT ->
            "The portal asks for your consent. Sign in again to give it; what you have read stays readable."
        SignInReason.ACCOUNT_CHOICE ->
            "The portal asks which of your accounts you mean. Sign in again; what you have read stays readable."
        SignInReason.SECOND_FACTOR ->
            "The portal asks for your second step. Sign in again; what you have read stays readable."
        SignInReason.CLIENT_UNKNOWN ->
            "The portal does not know this app any more. Sign in again; if that does not help, tell the app's makers."
        SignInReason.REFUSED ->
            "The portal did not go on with this session. Sign in again; what you have read stays readable."
    }

private val InputProblem.text: String
    get() = when (this) {
        InputProblem.EMPTY -> "it is empty."
        InputProblem.TOO_LONG -> "it is too long. Shorten it."
        InputProblem.NOT_DIGITS -> "a code is six to eight digits."
        InputProblem.NOT_A_RECOVERY_CODE -> "it is no recovery code. Type one just as you were given it."
        InputProblem.NOT_A_URL -> "it is not a web address."
        InputProblem.NOT_HTTPS -> "the address must begin with https."
        InputProblem.NOT_THIS_SIGN_IN -> "the page came back for another sign-in. Start again."
        InputProblem.NOT_CONFIGURED -> "this portal signs in with the browser."
        InputProblem.NOT_A_CERTIFICATE -> "a certificate in the app's configuration is damaged."
        InputProblem.UNREADABLE -> "it holds something that is no text."
        InputProblem.NOT_ASKED -> "the portal asks for something else now."
        InputProblem.SHARED_REDIRECT ->
            "the app cannot tell this portal's sign-ins from another's. Tell the app's makers."
        InputProblem.WRONG_STATE -> "the message has moved on. Look at its state."
    }

private val PortalProblem.text: String
    get() = when (this) {
        PortalProblem.NOT_A_PORTAL -> "There is no portal at this address, or this network wants you to sign in to it first."
        PortalProblem.WRONG_ISSUER -> "The portal gives itself another name than the one asked. Check the address."
        PortalProblem.INSECURE -> "The portal wants to go on without encryption. This was refused."
        PortalProblem.INVALID_ANSWER -> "The portal's answer cannot be read. Try again later."
        PortalProblem.TOO_LARGE -> "The portal's answer is too large. Try again later."
        PortalProblem.UNSUPPORTED -> "This portal cannot do that."
        PortalProblem.REFUSED -> "The portal refused."
        PortalProblem.FAILING -> "The portal has a problem of its own. Try again later."
        PortalProblem.CERTIFICATE -> "The portal cannot prove who it is. Do not sign in on this network."
        PortalProblem.FOREIGN_LINK -> "The portal points somewhere else. This was not followed."
        PortalProblem.UNTRUSTED_IDENTITY -> "The portal could not prove who signed in, so nobody was signed in. Try again later."
        PortalProblem.NOT_FRESH ->
            "The portal let you in without the check that it wants first. Try again; if that does not help, set up a second step for signing in."
    }

private val StorageKind.text: String
    get() = when (this) {
        StorageKind.FULL -> "The device is full. Free some space and try again."
        StorageKind.READ_ONLY -> "The app cannot write to its folder."
        StorageKind.WRONG_KEY -> "The stored records belong to another installation. Sign in again to load them anew."
        StorageKind.DAMAGED -> "The stored records are damaged. Sign in again to load them anew."
        StorageKind.NOT_ENCRYPTED -> "This build of the app cannot encrypt. Nothing was stored; update the app."
        StorageKind.NEWER -> "The stored records were made by a newer version. Update the app."
        StorageKind.UNAVAILABLE -> "The stored records cannot be opened now. Try again."
    }

private val KeystoreException.text: String
    get() = when (this) {
        is KeystoreException.Unavailable -> "The device's key store cannot be used now. Unlock the device and try again."
        is KeystoreException.Refused -> "The device's key store refused. Allow the app to use it and try again."
        is KeystoreException.Lost ->
            "The key to the stored records is gone from this device, so they can no longer be read. Sign in again to load them anew."
        is KeystoreException.Doubled ->
            "The device's key store holds the key of this app twice. Remove the app and install it again, then sign in."
        is KeystoreException.Unexpected -> "The device's key store failed. Restart the app and try again."
    }

private fun UInt?.inWords(): String = when (this) {
    null -> ""
    0u -> " No attempts are left for now."
    1u -> " One attempt is left."
    else -> " $this attempts are left."
}

private fun Duration.inWords(): String {
    val seconds = toSeconds().coerceAtLeast(1)
    val minutes = (seconds + 59) / 60
    return when {
        seconds == 1L -> "a second"
        seconds < 120 -> "$seconds seconds"
        else -> "$minutes minutes"
    }
}
