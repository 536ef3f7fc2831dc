package dev.pericard.app.android

import android.content.Context
import android.hardware.biometrics.BiometricManager
import android.hardware.biometrics.BiometricManager.Authenticators.BIOMETRIC_STRONG
import android.os.Build
import android.security.keystore.KeyGenParameterSpec
import android.security.keystore.KeyProperties
import android.util.AtomicFile
import androidx.activity.ComponentActivity
import androidx.lifecycle.withResumed
import dev.pericard.app.models.BiometricKeys
import dev.pericard.app.models.Biometry
import dev.pericard.app.models.Recognition
import dev.pericard.app.ui.words.Words
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.withContext
import java.io.File
import java.io.IOException
import java.security.GeneralSecurityException
import java.security.KeyStore
import javax.crypto.Cipher
import javax.crypto.KeyGenerator
import javax.crypto.SecretKey
import javax.crypto.spec.GCMParameterSpec

/**
 * The locks' keys in a file, sealed by a key of the phone's keystore that each use asks the person's finger or face for, and that is
 * no more once another finger or face is enrolled.
 *
 * From Android 10 on: before, nothing tells whether a phone has biometry that is strong enough.
 */
internal class SealedKeys(file: File, private val context: Context, private val window: () -> ComponentActivity?, private val words: () -> Words) :
    BiometricKeys {
    private val file = AtomicFile(file)

    override val biometry: Biometry
        get() {
            if (Build.VERSION.SDK_INT < Build.VERSION_CODES.Q) return Biometry.None
            val manager = context.getSystemService(BiometricManager::class.java) ?: return Biometry.None
            @Suppress("DEPRECATION")
            val can = if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.R) manager.canAuthenticate(BIOMETRIC_STRONG) else manager.canAuthenticate()
            return when (can) {
                BiometricManager.BIOMETRIC_SUCCESS -> Biometry.Ready
                BiometricManager.BIOMETRIC_ERROR_NONE_ENROLLED -> Biometry.NotEnrolled
                else -> Biometry.None
            }
        }

    override val isKept get() = file.baseFile.exists()

    override suspend fun keep(secret: ByteArray): Recognition = guarded {
        forget()
        val cipher = withContext(Dispatchers.IO) { Cipher.getInstance(MODE).apply { init(Cipher.ENCRYPT_MODE, newKey()) } }
        asked(cipher, words().lockUnlockAndroid, words().commonCancel) {
            write(it.iv + it.doFinal(secret))
            secret
        }
    }

    override suspend fun ask(): Recognition = guarded {
        val sealed = withContext(Dispatchers.IO) { file.readFully() }
        val key = withContext(Dispatchers.IO) { keystore().getKey(ALIAS, null) } ?: return@guarded Recognition.Lost
        val cipher = Cipher.getInstance(MODE).apply { init(Cipher.DECRYPT_MODE, key, GCMParameterSpec(TAG, sealed, 0, IV)) }
        asked(cipher, words().lockTitle, words().lockUsePin) { it.doFinal(sealed, IV, sealed.size - IV) }
    }

    override fun forget() {
        file.delete()
        try {
            keystore().deleteEntry(ALIAS)
        } catch (_: GeneralSecurityException) {
            // Without its file the key opens nothing.
        }
    }

    /** Asks in front of the window that is there, and does with the cipher what the person was recognized for. */
    private suspend fun asked(cipher: Cipher, title: String, leave: String, work: (Cipher) -> ByteArray): Recognition {
        val window = window() ?: return Recognition.Cancelled
        // The system asks nobody over an app that is not in front.
        window.lifecycle.withResumed {}
        val answer = if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.Q) prompt(window, cipher, title, leave) else Answer.Unavailable
        return when (answer) {
            is Answer.Is -> withContext(Dispatchers.IO) { Recognition.Known(work(answer.cipher)) }
            Answer.Left -> Recognition.Cancelled
            Answer.LockedOut -> Recognition.LockedOut
            Answer.NobodyEnrolled -> Recognition.Lost
            Answer.Unavailable -> Recognition.Unavailable
        }
    }

    private suspend fun guarded(work: suspend () -> Recognition): Recognition = try {
        work()
    } catch (error: GeneralSecurityException) {
        if (isGone(error)) Recognition.Lost else Recognition.Unavailable
    } catch (_: IOException) {
        Recognition.Lost
    }

    private fun newKey(): SecretKey {
        val uses = KeyProperties.PURPOSE_ENCRYPT or KeyProperties.PURPOSE_DECRYPT
        val spec = KeyGenParameterSpec.Builder(ALIAS, uses)
            .setBlockModes(KeyProperties.BLOCK_MODE_GCM)
            .setEncryptionPaddings(KeyProperties.ENCRYPTION_PADDING_NONE)
            .setKeySize(256)
            .setUserAuthenticationRequired(true)
            .setInvalidatedByBiometricEnrollment(true)
        // Before, that a key needs the person for each use is the default, and only strong biometry opens it.
        if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.R) spec.setUserAuthenticationParameters(0, KeyProperties.AUTH_BIOMETRIC_STRONG)
        return KeyGenerator.getInstance(KeyProperties.KEY_ALGORITHM_AES, STORE).apply { init(spec.build()) }.generateKey()
    }

    private fun write(sealed: ByteArray) {
        val out = file.startWrite()
        try {
            out.write(sealed)
            file.finishWrite(out)
        } catch (error: IOException) {
            file.failWrite(out)
            throw error
        }
    }

    private fun keystore() = KeyStore.getInstance(STORE).apply { load(null) }

    private companion object {
        const val STORE = "AndroidKeyStore"
        const val ALIAS = "pericard.app.biometry"
        const val MODE = "AES/GCM/NoPadding"

        /** The keystore draws it; bytes. */
        const val IV = 12

        /** Bits. */
        const val TAG = 128
    }
}
