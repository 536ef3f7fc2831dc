package dev.pericard

import java.io.File
import java.nio.file.Files
import java.nio.file.NoSuchFileException
import java.util.Base64
import javax.crypto.AEADBadTagException
import javax.crypto.Cipher
import javax.crypto.SecretKey
import javax.crypto.spec.GCMParameterSpec

/**
 * Values in a folder, a file each, encrypted by AES-256-GCM under a key that the system keeps.
 *
 * A file is `1`, the nonce, the sealed value. The name of the value is authenticated with it, so that files cannot take
 * each other's place. It does not notice that an older copy of a file was put back: the core counts seals for that.
 *
 * [key] returns the key, or null where there is none and it was not told to make one. A file without its key is
 * [KeystoreException.Lost]; so is one that the key does not open, whatever the cause.
 */
internal class SealedFiles(private val folder: File, private val key: (make: Boolean) -> SecretKey?) {
    private val lock = Any()

    fun load(name: String): ByteArray? = synchronized(lock) {
        val sealed = try {
            Files.readAllBytes(file(name).toPath())
        } catch (_: NoSuchFileException) {
            return null
        }
        if (sealed.size < 1 + NONCE + TAG / 8 || sealed[0] != VERSION) throw KeystoreException.Lost()
        val key = key(false) ?: throw KeystoreException.Lost()
        val cipher = Cipher.getInstance(ALGORITHM)
        cipher.init(Cipher.DECRYPT_MODE, key, GCMParameterSpec(TAG, sealed, 1, NONCE))
        cipher.updateAAD(name.toByteArray())
        try {
            cipher.doFinal(sealed, 1 + NONCE, sealed.size - 1 - NONCE)
        } catch (_: AEADBadTagException) {
            throw KeystoreException.Lost()
        }
    }

    fun store(name: String, value: ByteArray): Unit = synchronized(lock) {
        val key = key(true) ?: throw KeystoreException.Unavailable()
        val cipher = Cipher.getInstance(ALGORITHM)
        // The system's keystore insists on a nonce of its own.
        cipher.init(Cipher.ENCRYPT_MODE, key)
        cipher.updateAAD(name.toByteArray())
        val sealed = cipher.doFinal(value)
        check(cipher.iv.size == NONCE) { "a nonce of ${cipher.iv.size} bytes" }
        DurableFiles.replace(file(name), listOf(byteArrayOf(VERSION), cipher.iv, sealed))
    }

    fun delete(name: String): Unit = synchronized(lock) { DurableFiles.delete(file(name)) }

    /** No name is encoded to one with a dot in it. */
    private fun file(name: String) = File(folder, Base64.getUrlEncoder().withoutPadding().encodeToString(name.toByteArray()))

    private companion object {
        const val ALGORITHM = "AES/GCM/NoPadding"
        const val VERSION: Byte = 1
        const val NONCE = 12
        const val TAG = 128
    }
}
