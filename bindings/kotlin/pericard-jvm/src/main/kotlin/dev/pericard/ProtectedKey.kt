package dev.pericard

import java.io.File
import java.nio.file.Files
import java.nio.file.NoSuchFileException
import java.security.SecureRandom
import javax.crypto.SecretKey
import javax.crypto.spec.SecretKeySpec

/** The key of [SealedFiles] in a [file] of its own, where [protect] has encrypted it. */
internal class ProtectedKey(
    private val file: File,
    private val protect: (ByteArray) -> ByteArray,
    private val unprotect: (ByteArray) -> ByteArray,
) {
    /**
     * Returns the key; makes one where there is none, if it is told to. So it does where the key is lost: what it had
     * sealed is lost already, and new values must have a place.
     */
    fun get(make: Boolean): SecretKey? = try {
        old() ?: if (make) new() else null
    } catch (lost: KeystoreException.Lost) {
        if (make) new() else throw lost
    }

    private fun old(): SecretKey? {
        val protected = try {
            Files.readAllBytes(file.toPath())
        } catch (_: NoSuchFileException) {
            return null
        }
        val key = unprotect(protected)
        if (key.size != SIZE) throw KeystoreException.Lost()
        return wiped(key) { SecretKeySpec(key, "AES") }
    }

    private fun new(): SecretKey {
        val key = ByteArray(SIZE).also(SecureRandom()::nextBytes)
        return wiped(key) {
            DurableFiles.replace(file, listOf(protect(key)))
            SecretKeySpec(key, "AES")
        }
    }

    private inline fun <T> wiped(key: ByteArray, use: () -> T): T = try {
        use()
    } finally {
        key.fill(0)
    }

    private companion object {
        const val SIZE = 32
    }
}
