package dev.pericard.stories

import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonNull
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive
import kotlinx.serialization.json.booleanOrNull
import kotlinx.serialization.json.contentOrNull
import kotlinx.serialization.json.intOrNull

/** A story that cannot be run as it is written: an unknown verb, key or value. */
class Unfit(problem: String) : Exception(problem)

/** A story that was run and did not hold. */
class Broken(problem: String) : Exception(problem)

/** One step's keys, each to be asked for; [done] fails on those that nobody asked for. */
class Keys(val json: JsonObject) {
    private val asked = mutableSetOf<String>()

    fun has(name: String): Boolean = element(name) != null

    fun text(name: String): String = textOrNull(name) ?: throw Unfit("`$name` is missing")

    fun textOrNull(name: String): String? = element(name)?.let { value ->
        (value as? JsonPrimitive)?.takeIf { it.isString }?.contentOrNull ?: throw Unfit("`$name` is no text")
    }

    fun number(name: String): Int = numberOrNull(name) ?: throw Unfit("`$name` is missing")

    fun numberOrNull(name: String): Int? = element(name)?.let { value ->
        (value as? JsonPrimitive)?.takeIf { !it.isString }?.intOrNull ?: throw Unfit("`$name` is no whole number")
    }

    fun flag(name: String): Boolean = flagOrNull(name) ?: throw Unfit("`$name` is missing")

    fun flagOrNull(name: String): Boolean? = element(name)?.let { value ->
        (value as? JsonPrimitive)?.takeIf { !it.isString }?.booleanOrNull ?: throw Unfit("`$name` is neither true nor false")
    }

    /** The same in words. */
    fun yesOrNo(name: String): Boolean? = if (has(name)) word(name, "yes", "no") == "yes" else null

    fun texts(name: String): List<String> = (element(name) as? JsonArray ?: throw Unfit("`$name` is no list")).map { text ->
        (text as? JsonPrimitive)?.takeIf { it.isString }?.content ?: throw Unfit("`$name` is a list of names")
    }

    fun part(name: String): JsonObject? = element(name)?.let { it as? JsonObject ?: throw Unfit("`$name` is no object") }

    /** One of these words; [default] where the key is absent. */
    fun word(name: String, vararg words: String, default: String? = null): String {
        val word = textOrNull(name) ?: default ?: throw Unfit("`$name` is missing")
        return if (word in words) word else throw Unfit("`$name` is `$word`, not one of ${words.joinToString()}")
    }

    /** All keys but those already asked for, as they are written. */
    fun rest(): JsonObject {
        val rest = JsonObject(json.filterKeys { it !in asked })
        asked += rest.keys
        return rest
    }

    fun done() {
        val unknown = json.keys - asked
        if (unknown.isNotEmpty()) throw Unfit("unknown key ${unknown.joinToString { "`$it`" }}")
    }

    private fun element(name: String): JsonElement? {
        asked += name
        return json[name]?.takeIf { it != JsonNull }
    }
}
