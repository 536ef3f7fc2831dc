package dev.pericard

import dev.pericard.stories.Story
import dev.pericard.stories.play
import java.io.File
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assumptions.abort
import org.junit.jupiter.api.DynamicTest
import org.junit.jupiter.api.TestFactory

/** The stories that all three languages run, each a test by its own name. */
class StoriesTest {
    @TestFactory
    fun stories(): List<DynamicTest> {
        val folder = File(System.getenv("PERICARD_SCENARIOS") ?: "../../../tests/scenarios")
        return Story.folder(folder).map { file ->
            val read = runCatching { Story.read(file) }
            val name = read.getOrNull()?.name ?: file.name
            DynamicTest.dynamicTest(name) {
                try {
                    val story = read.getOrThrow()
                    if (story.killsTheCore) {
                        println("story skipped $name\tkill is for Rust alone")
                        abort<Unit>("kill is for Rust alone")
                    }
                    runBlocking { play(story) }
                    println("story ok $name")
                } catch (skipped: org.opentest4j.TestAbortedException) {
                    throw skipped
                } catch (error: Throwable) {
                    println("story FAILED $name\t${"$error".replace(Regex("\\s+"), " ")}")
                    throw error
                }
            }
        }
    }
}
