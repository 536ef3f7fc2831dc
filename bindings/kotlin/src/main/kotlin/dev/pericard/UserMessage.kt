package dev.pericard

import kotlin.time.Duration

/**
 * What went wrong, as what to do next, in plain English.
 *
 * To be shown when the app has no words of its own. `message` of the exception holds its fields and is
 * for developers. Neither holds anything about the patient.
 */
public val PericardException.userMessage: String
    get() = when (this) {
        is PericardException.Offline -> "The portal can't be reached. You can still read what's on this device. Try again when you're online."
        is PericardException.SignInRequired -> reason.text
        is PericardException.StepUpRequired -> "To continue, please confirm it's you by signing in again."
        is PericardException.LeaseEnded ->
            "This device has been offline for too long. Connect to the internet to read your records again. Nothing was lost."
        is PericardException.Locked -> "This is locked. Unlock it to read your messages."
        is PericardException.WrongPin -> "That PIN is wrong.${attemptsLeft.inWords()}"
        is PericardException.SwitchedOff ->
            "Your clinic has switched this off for now. Nothing was deleted, and what you wrote is kept."
        is PericardException.UpdateRequired ->
            "Your clinic needs version $minimum of this app or a newer one. Please update it. You can still read what's on this device."
        is PericardException.ClockWrong -> "The date or time on this device is wrong. Correct it, then try again."
        is PericardException.RateLimited -> "Please wait ${retryAfter.inWords()} before you try again."
        is PericardException.WrongPassword -> "The user name or password is wrong.${attemptsLeft.inWords()}"
        is PericardException.WrongCode -> "That code is wrong or was already used. Enter the next one.${attemptsLeft.inWords()}"
        is PericardException.InvalidInput -> "This can't be used: ${problem.text}"
        is PericardException.NotFound -> "This item is no longer on this device."
        is PericardException.InUse -> "The app is already open. Close the other window and try again."
        is PericardException.Cancelled -> "Cancelled. Nothing was lost."
        is PericardException.Closed -> "The app is paused. Reopen it and try again."
        is PericardException.Portal -> problem.text
        is PericardException.Integrity ->
            "The portal sent someone else's record. It was not saved. Updates are paused until the portal sends correct data again."
        is PericardException.Storage -> kind.text
        is PericardException.Keystore -> kind.text
        is PericardException.Internal -> "Something went wrong in the app. Please report the code $id."
    }

/**
 * Why there may be more messages than are here, as what it means for the person, in plain English.
 *
 * For [SyncOutcome.Incomplete] and [MessagesState.incomplete], to be shown when the app has no words of its own.
 */
public val IncompleteReason.userMessage: String
    get() = when (this) {
        IncompleteReason.PORTAL_SAYS_SO ->
            "There may be more messages at the clinic: its portal says that the list isn't complete. The app will ask again."
        IncompleteReason.PAGES_MISSING ->
            "There may be more messages at the clinic: the list from its portal ended early. The app will ask again."
        IncompleteReason.UNREADABLE_PAGE ->
            "There may be more messages at the clinic: a part of the list from its portal can't be read. The app will ask again."
        IncompleteReason.MANY_VANISHED ->
            "Many messages on this device are missing from the clinic's list. Nothing was removed. If you're unsure, ask the clinic."
        IncompleteReason.UNANSWERED ->
            "There may be more messages at the clinic: its portal didn't respond for some of them. The app will ask again."
        IncompleteReason.MORE_TO_FETCH -> "There are more messages at the clinic. The next update brings them."
        IncompleteReason.STORAGE ->
            "The messages of one person can't be opened on this device right now. The clinic still has them, and the app will try again."
        IncompleteReason.LOCKED -> "There may be more messages at the clinic. Unlock this to fetch them."
        IncompleteReason.SWITCHED_OFF -> "The clinic has switched messages off for now. New ones come when they are back on."
        IncompleteReason.SIGN_IN -> "The clinic asks for a new sign-in before it shows one person's new messages. Sign in again to get them."
        IncompleteReason.INTERRUPTED ->
            "There may be more messages at the clinic: the update was interrupted. The next one continues."
    }

private val SignInReason.text: String
    get() = when (this) {
        SignInReason.SIGNED_OUT -> "You're signed out. Sign in to continue."
        SignInReason.REVOKED -> "The portal has ended your session. Sign in again. Messages you wrote are kept."
        SignInReason.IDENTITY_CHANGED -> "The portal responded for a different person. Sign in again. Messages you wrote are kept."
        SignInReason.DESTROYED ->
            "The copy on this device was deleted after ten wrong PINs. Sign in to get your messages back."
        SignInReason.EXPIRED -> "Signing in took too long. Please start again."
        SignInReason.ANOTHER_PERSON -> "Someone else signed in. Sign in as the same person as before."
        SignInReason.INTERACTION ->
            "The portal has something to show you first. Sign in again. You can still read what's on this device."
        SignInReason.LOGIN -> "The portal asks you to sign in again. You can still read what's on this device."
        SignInReason.CONSENT ->
            "The portal needs your consent. Sign in again to give it. You can still read what's on this device."
        SignInReason.ACCOUNT_CHOICE ->
            "The portal needs to know which of your accounts to use. Sign in again. You can still read what's on this device."
        SignInReason.SECOND_FACTOR ->
            "The portal asks for your verification code. Sign in again. You can still read what's on this device."
        SignInReason.CLIENT_UNKNOWN ->
            "The portal no longer recognises this app. Sign in again. If that doesn't help, contact the people who make this app."
        SignInReason.REFUSED ->
            "The portal could not continue your session. Sign in again. You can still read what's on this device."
    }

private val InputProblem.text: String
    get() = when (this) {
        InputProblem.EMPTY -> "it is empty."
        InputProblem.TOO_LONG -> "it is too long. Please shorten it."
        InputProblem.TOO_SHORT -> "a PIN has six digits or more."
        InputProblem.TOO_SIMPLE -> "this PIN is too easy to guess. Choose another one."
        InputProblem.TOO_LARGE -> "the file is too large to send."
        InputProblem.TOO_MANY -> "there are too many files. Please send fewer."
        InputProblem.TOO_FEW -> "there are too few keys in the app's configuration."
        InputProblem.NOT_DIGITS -> "it has to be digits."
        InputProblem.NOT_A_RECOVERY_CODE -> "this is not a recovery code. Enter one exactly as it was given to you."
        InputProblem.NOT_A_URL -> "it is not a web address."
        InputProblem.NOT_HTTPS -> "the address must begin with https."
        InputProblem.NOT_THIS_SIGN_IN -> "the page belongs to a different sign-in. Please start again."
        InputProblem.NOT_CONFIGURED -> "this portal signs you in with the browser."
        InputProblem.NOT_A_CERTIFICATE -> "a certificate in the app's configuration is damaged."
        InputProblem.UNREADABLE -> "it contains characters that can't be used."
        InputProblem.NOT_ASKED -> "the portal is asking for something else now."
        InputProblem.SHARED_REDIRECT ->
            "the app can't tell this portal's sign-in from another portal's. Contact the people who make this app."
        InputProblem.WRONG_STATE -> "it has changed in the meantime. Check its status."
    }

private val PortalProblem.text: String
    get() = when (this) {
        PortalProblem.NOT_A_PORTAL -> "There is no portal at this address, or you need to sign in to this network first."
        PortalProblem.WRONG_ISSUER -> "The portal identifies itself by a different name. Check the address."
        PortalProblem.INSECURE -> "The portal tried to use an unencrypted connection. The app refused."
        PortalProblem.INVALID_ANSWER -> "The portal's response can't be read. Try again later."
        PortalProblem.TOO_LARGE -> "The portal's response is too large. Try again later."
        PortalProblem.MISMATCH -> "The file that came is not the one in the message. Nothing was kept. Try again later."
        PortalProblem.UNSUPPORTED -> "This portal does not support that."
        PortalProblem.REFUSED -> "The portal refused the request."
        PortalProblem.FAILING -> "The portal is having problems. Try again later."
        PortalProblem.CERTIFICATE -> "The app can't verify this portal. Don't sign in on this network."
        PortalProblem.FOREIGN_LINK -> "The portal linked to a different site. The app did not follow the link."
        PortalProblem.UNTRUSTED_IDENTITY -> "The portal could not confirm who signed in, so you were not signed in. Try again later."
        PortalProblem.NOT_FRESH ->
            "The portal skipped a security check that it requires. Try again. If that doesn't help, set up two-step verification."
    }

private val StorageKind.text: String
    get() = when (this) {
        StorageKind.FULL -> "This device is full. Free up some space and try again."
        StorageKind.READ_ONLY -> "The app can't write to its folder."
        StorageKind.WRONG_KEY -> "The saved records belong to a different installation. Sign in again to download them."
        StorageKind.DAMAGED -> "The saved records are damaged. Sign in again to download them."
        StorageKind.NOT_ENCRYPTED -> "This version of the app can't encrypt your records, so nothing was saved. Update the app."
        StorageKind.NEWER -> "The saved records were made by a newer version. Update the app."
        StorageKind.UNAVAILABLE -> "The saved records can't be opened right now. Try again."
    }

private val KeystoreException.text: String
    get() = when (this) {
        is KeystoreException.Unavailable -> "The app can't reach this device's secure storage right now. Unlock the device and try again."
        is KeystoreException.Refused -> "This device's secure storage refused access. Allow the app to use it, then try again."
        is KeystoreException.Lost ->
            "The key to your saved records is no longer on this device, so they can't be read. Sign in again to download them."
        is KeystoreException.Doubled ->
            "This device's secure storage has two keys for this app. Remove the app, install it again, and sign in."
        is KeystoreException.Unexpected -> "This device's secure storage failed. Restart the app and try again."
    }

private fun Int?.inWords(): String = when (this) {
    null -> ""
    0 -> " You have no attempts left for now."
    1 -> " You have one attempt left."
    else -> " You have $this attempts left."
}

private fun Duration.inWords(): String {
    val seconds = inWholeSeconds.coerceAtLeast(1)
    val minutes = (seconds + 59) / 60
    return when {
        seconds == 1L -> "a second"
        seconds < 120 -> "$seconds seconds"
        else -> "$minutes minutes"
    }
}
