package dev.pericard.app.desktop

import java.nio.ByteBuffer
import java.time.Instant
import javax.crypto.Mac
import javax.crypto.spec.SecretKeySpec

/** The code of an authenticator for a person who tries the app without one (RFC 6238, SHA-1, 30 seconds, six digits). */
internal fun totp(secret: String, at: Instant): String {
    val mac = Mac.getInstance("HmacSHA1")
    mac.init(SecretKeySpec(base32(secret), "HmacSHA1"))
    val hash = mac.doFinal(ByteBuffer.allocate(Long.SIZE_BYTES).putLong(at.epochSecond / 30).array())
    val offset = hash.last().toInt() and 0xF
    val number = ByteBuffer.wrap(hash).getInt(offset) and Int.MAX_VALUE
    return "%06d".format(number % 1_000_000)
}

private fun base32(text: String): ByteArray {
    val bits = text.map { "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(it).toString(2).padStart(5, '0') }.joinToString("")
    return bits.chunked(8).filter { it.length == 8 }.map { it.toInt(2).toByte() }.toByteArray()
}
