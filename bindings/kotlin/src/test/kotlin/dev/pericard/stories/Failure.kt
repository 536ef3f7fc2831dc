package dev.pericard.stories

import dev.pericard.KeystoreException
import dev.pericard.PericardException
import kotlin.time.Duration
import kotlinx.serialization.json.JsonNull
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive

/** The failure that a step announces: a variant's name and any of its fields. */
class Failure(private val announced: JsonObject) {
    private val variant = (announced["error"] as? JsonPrimitive)?.content ?: throw Unfit("`fails` names no `error`")

    fun check(error: PericardException) {
        val fields = fields(error)
        val named = error::class.java.simpleName
        if (named != variant) throw Broken("failed with ${describe(error)}, not with $variant")
        for ((name, value) in announced) {
            if (name == "error") continue
            if (name !in fields) throw Unfit("$variant has no field `$name`")
            if (!alike(value as? JsonPrimitive ?: throw Unfit("`$name` is no plain value"), fields[name])) {
                throw Broken("failed with ${describe(error)}, but `$name` should be $value")
            }
        }
    }

    override fun toString(): String = announced.toString()

    companion object {
        fun describe(error: PericardException): String = error::class.java.simpleName + fields(error)

        /** The fields as stories name them. */
        private fun fields(error: PericardException): Map<String, Any?> = when (error) {
            is PericardException.Offline,
            is PericardException.StepUpRequired,
            is PericardException.LeaseEnded,
            is PericardException.Locked,
            is PericardException.SwitchedOff,
            is PericardException.NotFound,
            is PericardException.InUse,
            is PericardException.Cancelled,
            is PericardException.Closed,
            -> emptyMap()
            // The time itself is another in each run.
            is PericardException.ClockWrong -> emptyMap()
            is PericardException.UpdateRequired -> mapOf("minimum" to error.minimum)
            is PericardException.SignInRequired -> mapOf("reason" to error.reason)
            is PericardException.RateLimited -> mapOf("retry_after" to error.retryAfter)
            is PericardException.WrongPassword -> mapOf("attempts_left" to error.attemptsLeft)
            is PericardException.WrongPin -> mapOf("attempts_left" to error.attemptsLeft)
            is PericardException.WrongCode -> mapOf("attempts_left" to error.attemptsLeft)
            is PericardException.InvalidInput -> mapOf("field" to error.field, "problem" to error.problem)
            is PericardException.Portal -> mapOf("problem" to error.problem, "status" to error.status)
            is PericardException.Integrity -> mapOf("incident" to error.incident)
            is PericardException.Storage -> mapOf("kind" to error.kind)
            is PericardException.Keystore -> mapOf("kind" to error.kind)
            is PericardException.Internal -> mapOf("id" to error.id)
        }

        private fun alike(said: JsonPrimitive, value: Any?): Boolean = when (value) {
            null -> said == JsonNull
            is String -> said.isString && said.content == value
            is Enum<*> -> said.isString && plain(said.content) == plain(value.name)
            is KeystoreException -> said.isString && said.content == value::class.java.simpleName
            is Duration -> said.content == value.inWholeSeconds.toString()
            else -> !said.isString && said.content == value.toString()
        }

        /** Stories spell a value as Rust does, `NotDigits`; Kotlin says `NOT_DIGITS`. */
        private fun plain(name: String): String = name.filter(Char::isLetterOrDigit).lowercase()
    }
}
