package dev.pericard.app.models

import java.io.ByteArrayInputStream
import java.io.ByteArrayOutputStream
import java.io.DataInputStream
import java.io.DataOutputStream
import java.io.IOException

/** What a phone can do to know its person by a finger or a face. */
enum class Biometry {
    /** It has nothing that is strong enough. */
    None,

    /** Nobody's finger or face is known to it yet. */
    NotEnrolled,
    Ready,
}

/** How asking the person went. */
sealed interface Recognition {
    /** It is they; [secret] is what was kept. */
    class Known(val secret: ByteArray) : Recognition

    data object Cancelled : Recognition

    data object NotRecognized : Recognition

    /** Too many fingers or faces were wrong: the phone wants its own code first. */
    data object LockedOut : Recognition

    /** What was kept is gone: the fingers or faces that the phone knows have changed. */
    data object Lost : Recognition

    data object Unavailable : Recognition
}

/**
 * A secret that the phone gives out only to the person whom it has just recognized, and to nobody any more once the fingers and
 * faces that it knows have changed. Called on the main thread.
 */
interface BiometricKeys {
    val biometry: Biometry

    /** There is a secret, as far as one can know that without asking the person. */
    val isKept: Boolean

    /** Asks the person, and keeps [secret] in place of an earlier one. */
    suspend fun keep(secret: ByteArray): Recognition

    suspend fun ask(): Recognition

    fun forget()
}

/** The keys of all locks as one secret, by account, so that the person is asked once. */
internal object KeyBundle {
    fun pack(keys: Map<String, ByteArray>): ByteArray = ByteArrayOutputStream().also { bytes ->
        val out = DataOutputStream(bytes)
        keys.forEach { (account, key) ->
            out.writeUTF(account)
            out.writeByte(key.size)
            out.write(key)
        }
    }.toByteArray()

    /** Nothing where [secret] is not such a bundle. */
    fun unpack(secret: ByteArray): Map<String, ByteArray> = buildMap {
        val read = DataInputStream(ByteArrayInputStream(secret))
        try {
            while (read.available() > 0) put(read.readUTF(), ByteArray(read.readUnsignedByte()).also(read::readFully))
        } catch (_: IOException) {
            clear()
        }
    }
}
