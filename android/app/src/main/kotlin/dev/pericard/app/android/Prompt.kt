package dev.pericard.app.android

import android.app.Activity
import android.hardware.biometrics.BiometricPrompt
import android.os.Build
import android.os.CancellationSignal
import android.security.keystore.KeyPermanentlyInvalidatedException
import androidx.annotation.RequiresApi
import kotlinx.coroutines.suspendCancellableCoroutine
import java.security.UnrecoverableKeyException
import java.util.concurrent.Executor
import javax.crypto.BadPaddingException
import javax.crypto.Cipher
import kotlin.coroutines.resume

/** What came of the system's own question who is there. */
internal sealed interface Answer {
    /** The person; the cipher works once. */
    class Is(val cipher: Cipher) : Answer

    data object Left : Answer

    data object LockedOut : Answer

    data object NobodyEnrolled : Answer

    data object Unavailable : Answer
}

/** Asks over [window]. What does not match is tried again by the system itself, until it is too often. */
@RequiresApi(Build.VERSION_CODES.Q)
internal suspend fun prompt(window: Activity, cipher: Cipher, title: String, leave: String): Answer = suspendCancellableCoroutine { asking ->
    val main = Executor(window::runOnUiThread)
    val answer = { answer: Answer -> if (asking.isActive) asking.resume(answer) }
    val signal = CancellationSignal()
    asking.invokeOnCancellation { signal.cancel() }
    BiometricPrompt.Builder(window)
        .setTitle(title)
        .setNegativeButton(leave, main) { _, _ -> answer(Answer.Left) }
        .build()
        .authenticate(
            BiometricPrompt.CryptoObject(cipher),
            signal,
            main,
            object : BiometricPrompt.AuthenticationCallback() {
                override fun onAuthenticationSucceeded(result: BiometricPrompt.AuthenticationResult) {
                    answer(result.cryptoObject?.cipher?.let(Answer::Is) ?: Answer.Unavailable)
                }

                override fun onAuthenticationError(code: Int, message: CharSequence?) {
                    answer(failed(code))
                }
            },
        )
}

private fun failed(code: Int): Answer = when (code) {
    BiometricPrompt.BIOMETRIC_ERROR_USER_CANCELED,
    BiometricPrompt.BIOMETRIC_ERROR_CANCELED,
    BiometricPrompt.BIOMETRIC_ERROR_TIMEOUT,
    -> Answer.Left
    BiometricPrompt.BIOMETRIC_ERROR_LOCKOUT, BiometricPrompt.BIOMETRIC_ERROR_LOCKOUT_PERMANENT -> Answer.LockedOut
    BiometricPrompt.BIOMETRIC_ERROR_NO_BIOMETRICS -> Answer.NobodyEnrolled
    else -> Answer.Unavailable
}

/** The key went with the fingers or faces that it was made for, or with the phone's own lock, or it is another one. */
internal fun isGone(error: Exception): Boolean =
    error is KeyPermanentlyInvalidatedException || error is UnrecoverableKeyException || error is BadPaddingException
