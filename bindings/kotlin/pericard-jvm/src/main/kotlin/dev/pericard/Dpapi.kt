package dev.pericard

import com.sun.jna.Memory
import com.sun.jna.Native
import com.sun.jna.Pointer
import com.sun.jna.Structure
import com.sun.jna.win32.StdCallLibrary

/** `DATA_BLOB` */
@Structure.FieldOrder("size", "data")
internal class Blob : Structure() {
    @JvmField
    var size: Int = 0

    @JvmField
    var data: Pointer? = null
}

/** The two functions of `dpapi.h`. */
@Suppress("FunctionName", "LongParameterList")
private interface Crypt32 : StdCallLibrary {
    fun CryptProtectData(
        input: Blob,
        description: Pointer?,
        entropy: Blob?,
        reserved: Pointer?,
        prompt: Pointer?,
        flags: Int,
        output: Blob,
    ): Boolean

    fun CryptUnprotectData(
        input: Blob,
        description: Pointer?,
        entropy: Blob?,
        reserved: Pointer?,
        prompt: Pointer?,
        flags: Int,
        output: Blob,
    ): Boolean
}

@Suppress("FunctionName")
private interface Kernel32 : StdCallLibrary {
    fun LocalFree(memory: Pointer): Pointer?
}

/** Windows' data protection, for the person who is signed in. */
internal object Dpapi {
    /** `CRYPTPROTECT_UI_FORBIDDEN` */
    private const val NO_DIALOG = 1

    /** `ERROR_INVALID_DATA`, `NTE_BAD_KEY_STATE`: of another person or computer, or from before a new password. */
    private val LOST = setOf(13, 0x8009000B.toInt())

    private val crypt32: Crypt32 by lazy { Native.load("crypt32", Crypt32::class.java) }
    private val kernel32: Kernel32 by lazy { Native.load("kernel32", Kernel32::class.java) }

    fun protect(bytes: ByteArray): ByteArray =
        call(bytes) { input, output -> crypt32.CryptProtectData(input, null, null, null, null, NO_DIALOG, output) }

    fun unprotect(bytes: ByteArray): ByteArray =
        call(bytes) { input, output -> crypt32.CryptUnprotectData(input, null, null, null, null, NO_DIALOG, output) }

    private fun call(bytes: ByteArray, function: (Blob, Blob) -> Boolean): ByteArray {
        // An area of no bytes cannot be had.
        Memory(maxOf(bytes.size, 1).toLong()).use { memory ->
            memory.write(0, bytes, 0, bytes.size)
            val input = Blob().apply {
                size = bytes.size
                data = memory
            }
            val output = Blob()
            val done = try {
                function(input, output)
            } catch (_: UnsatisfiedLinkError) {
                throw KeystoreException.Unavailable()
            } finally {
                memory.clear()
            }
            val result = output.data
            if (!done || result == null) {
                throw if (Native.getLastError() in LOST) KeystoreException.Lost() else KeystoreException.Unavailable()
            }
            try {
                return result.getByteArray(0, output.size)
            } finally {
                result.clear(output.size.toLong())
                kernel32.LocalFree(result)
            }
        }
    }
}
