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

/**
 * Submits user name and password. Neither is stored; every copy that this makes of the password is wiped. Give it in what
 * you can wipe yourself, such as `CharBuffer.wrap(chars)`, where your toolkit has it so; a `String` stays until it is
 * collected.
 *
 * Fails with [PericardException.WrongPassword], [PericardException.RateLimited] (then [SignIn.step] is [SignInStep.Wait]),
 * [PericardException.InvalidInput] (`user`, `password`: [InputProblem.EMPTY], [InputProblem.TOO_LONG]),
 * [PericardException.Offline] and [PericardException.Portal]. The question stays.
 */
@Throws(PericardException::class, kotlin.coroutines.cancellation.CancellationException::class)
public suspend fun SignIn.password(user: String, password: CharSequence): SignInStep {
    val bytes = encoded(password)
    try {
        return suspending { core.password(wellFormed("user", user), bytes).fromCore() }
    } finally {
        bytes.fill(0)
    }
}

/** The UTF-8 of a secret, with nothing of it left elsewhere. */
private fun encoded(secret: CharSequence): ByteArray {
    val encoder = Charsets.UTF_8.newEncoder()
    val room = ByteArray((secret.length * encoder.maxBytesPerChar().toDouble()).toInt())
    val buffer = ByteBuffer.wrap(room)
    try {
        val result = encoder.encode(CharBuffer.wrap(secret), buffer, true)
        if (result.isError) result.throwException()
        return room.copyOf(buffer.position())
    } catch (_: CharacterCodingException) {
        throw PericardException.InvalidInput("password", InputProblem.UNREADABLE)
    } finally {
        room.fill(0)
    }
}
