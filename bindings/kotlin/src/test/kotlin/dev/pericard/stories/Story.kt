package dev.pericard.stories

import java.io.File
import kotlinx.serialization.SerializationException
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonObject

/** One file of `tests/scenarios`. */
class Story(val name: String, val portal: String, val steps: List<JsonObject>) {
    /** Crash points are numbered inside the core; only the Rust runner can reach them. */
    val killsTheCore: Boolean
        get() = steps.any { (it["do"] as? kotlinx.serialization.json.JsonPrimitive)?.content == "kill" }

    companion object {
        /** The stories of a folder by their file names, in the order of the alphabet. */
        fun folder(folder: File): List<File> {
            val files = folder.listFiles { file -> file.extension == "json" && !file.name.endsWith(".schema.json") }
            return files?.sortedBy { it.name } ?: throw Unfit("$folder is no folder")
        }

        fun read(file: File): Story {
            val json = try {
                Json.parseToJsonElement(file.readText())
            } catch (_: SerializationException) {
                throw Unfit("${file.name} is no JSON")
            }
            val keys = Keys(json as? JsonObject ?: throw Unfit("${file.name} is no object"))
            keys.textOrNull("\$schema")
            val name = keys.text("name")
            val portal = keys.part("portal") ?: throw Unfit("`portal` is missing")
            keys.has("steps")
            keys.done()
            val steps = keys.json["steps"] as? JsonArray ?: throw Unfit("`steps` is no list")
            if (steps.isEmpty()) throw Unfit("no steps")
            return Story(name, portal.toString(), steps.map { it as? JsonObject ?: throw Unfit("a step is no object") })
        }
    }
}
