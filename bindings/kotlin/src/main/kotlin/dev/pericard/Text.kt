package dev.pericard

import java.nio.ByteBuffer
import java.nio.CharBuffer
import java.nio.charset.CharacterCodingException

/**
 * A text as the core takes it. Half an emoji, as it is left where a text is cut in the middle of one, has no UTF-8: it is
 * [PericardException.InvalidInput] for [field], as anything else that the core refuses.
 */
internal fun wellFormed(field: String, text: String): String =
    if (text.isWellFormed) text else throw PericardException.InvalidInput(field, InputProblem.UNREADABLE)

/** Whether no half of a surrogate pair stands alone. */
private val String.isWellFormed: Boolean
    get() {
        var index = 0
        while (index < length) {
            when {
                this[index].isLowSurrogate() -> return false
                !this[index].isHighSurrogate() -> index += 1
                index + 1 < length && this[index + 1].isLowSurrogate() -> index += 2
                else -> return false
            }
        }
        return true
    }

/**
 * Messages whose text, subject, sender or files' names contain all words of [text], the last one also as a beginning, so
 * that it works as one types. Case, accents and the like make no difference, in any script. No words, no hits. [limit] is
 * 1 to 500.
 *
 * Fails with [PericardException.InvalidInput] ([InputProblem.TOO_LONG]) beyond 200 characters.
 */
@Throws(PericardException::class, kotlin.coroutines.cancellation.CancellationException::class)
public suspend fun Messages.search(text: String, after: PagePosition? = null, limit: Int = 50): SearchPage {
    // What is being typed may end in half an emoji; the other half comes with the next key.
    val typed = if (text.lastOrNull()?.isHighSurrogate() == true) text.dropLast(1) else text
    return suspending {
        core.search(wellFormed("text", typed), after?.let { wellFormed("after", it.value) }, limit.toCoreUInt()).fromCore()
    }
}

/** Runs [call] with the UTF-8 of what a person typed, and wipes it. */
internal inline fun <T> secret(name: String, text: CharSequence, call: (ByteArray) -> T): T {
    val bytes = encoded(name, text)
    try {
        return call(bytes)
    } finally {
        bytes.fill(0)
    }
}

/** The same for what may be left out. */
internal inline fun <T> secretOrNull(name: String, text: CharSequence?, call: (ByteArray?) -> T): T =
    if (text == null) call(null) else secret(name, text, call)

/** The UTF-8 of a secret, with nothing of it left elsewhere. */
internal fun encoded(name: String, secret: CharSequence): ByteArray {
    val encoder = Charsets.UTF_8.newEncoder()
    val room = ByteArray((secret.length * encoder.maxBytesPerChar().toDouble()).toInt())
    val buffer = ByteBuffer.wrap(room)
    try {
        val result = encoder.encode(CharBuffer.wrap(secret), buffer, true)
        if (result.isError) result.throwException()
        return room.copyOf(buffer.position())
    } catch (_: CharacterCodingException) {
        throw PericardException.InvalidInput(name, InputProblem.UNREADABLE)
    } finally {
        room.fill(0)
    }
}
