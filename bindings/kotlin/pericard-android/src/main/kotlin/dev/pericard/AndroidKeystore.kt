package dev.pericard

import android.content.Context
import android.os.Build
import android.security.keystore.KeyGenParameterSpec
import android.security.keystore.KeyPermanentlyInvalidatedException
import android.security.keystore.KeyProperties
import android.security.keystore.StrongBoxUnavailableException
import java.io.File
import java.security.GeneralSecurityException
import java.security.KeyStore
import java.security.ProviderException
import javax.crypto.KeyGenerator
import javax.crypto.SecretKey

/**
 * The keystore of an Android app: files that are encrypted under a key of the system's `AndroidKeyStore`.
 *
 * The key never leaves the secure hardware of the device: StrongBox where there is one, else the processor's trusted
 * environment. The files are in `noBackupFilesDir`, so in no backup and on no other device; they can be read after the
 * first unlock, so also in the background. It never prompts. Removing the app removes both.
 *
 * It protects against whoever has a copy of the files. It does not protect against a program that runs as the app, or a
 * system that was taken over: either can have the key used.
 *
 * [name] sets two keystores of one app apart; letters and digits. Have one object for each.
 */
public class AndroidKeystore(context: Context, private val name: String = "pericard") : Keystore {
    private val alias = "dev.pericard.$name"
    private val files: SealedFiles

    init {
        require(name.isNotEmpty() && name.all { it in 'a'..'z' || it in 'A'..'Z' || it in '0'..'9' }) { "name" }
        files = SealedFiles(File(context.noBackupFilesDir, "$name.keys"), ::key)
    }

    override fun load(name: String): ByteArray? = asking { files.load(name) }

    override fun store(name: String, value: ByteArray): Unit = asking { files.store(name, value) }

    override fun delete(name: String): Unit = asking { files.delete(name) }

    private fun key(make: Boolean): SecretKey? {
        val store = KeyStore.getInstance(PROVIDER).apply { load(null) }
        return store.getKey(alias, null) as SecretKey? ?: if (make) newKey() else null
    }

    private fun newKey(): SecretKey {
        if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.P) {
            try {
                return newKey(inStrongBox = true)
            } catch (_: StrongBoxUnavailableException) {
                // Few phones have one.
            }
        }
        return newKey(inStrongBox = false)
    }

    private fun newKey(inStrongBox: Boolean): SecretKey {
        val purposes = KeyProperties.PURPOSE_ENCRYPT or KeyProperties.PURPOSE_DECRYPT
        val of = KeyGenParameterSpec.Builder(alias, purposes)
            .setKeySize(256)
            .setBlockModes(KeyProperties.BLOCK_MODE_GCM)
            .setEncryptionPaddings(KeyProperties.ENCRYPTION_PADDING_NONE)
        if (inStrongBox && Build.VERSION.SDK_INT >= Build.VERSION_CODES.P) of.setIsStrongBoxBacked(true)
        val generator = KeyGenerator.getInstance(KeyProperties.KEY_ALGORITHM_AES, PROVIDER)
        generator.init(of.build())
        return generator.generateKey()
    }

    /** What the system says, in the words of a [Keystore]. */
    private inline fun <T> asking(ask: () -> T): T = try {
        ask()
    } catch (_: KeyPermanentlyInvalidatedException) {
        throw KeystoreException.Lost()
    } catch (_: GeneralSecurityException) {
        // The daemon is busy or not up yet, or says so: only a key that is known to be gone is lost.
        throw KeystoreException.Unavailable()
    } catch (_: ProviderException) {
        throw KeystoreException.Unavailable()
    }

    private companion object {
        const val PROVIDER = "AndroidKeyStore"
    }
}
