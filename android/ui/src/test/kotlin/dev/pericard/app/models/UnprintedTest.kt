package dev.pericard.app.models

import dev.pericard.app.ui.model.Unprinted
import dev.pericard.app.ui.samples.People
import dev.pericard.app.ui.samples.SAMPLES
import dev.pericard.app.ui.words.Language
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import java.io.File

/** What ends in a log, a crash report or a test's output says nothing about the person. */
class UnprintedTest {
    private val classes: List<Class<*>> by lazy {
        val root = File(AppModel::class.java.protectionDomain.codeSource.location.toURI())
        root.walk().filter { it.extension == "class" && it.parentFile.name !in listOf("desktop", "theme") }
            .map { it.relativeTo(root).path.removeSuffix(".class").replace(File.separatorChar, '.') }
            .map { Class.forName(it, false, javaClass.classLoader) }
            .toList()
    }

    /** Kotlin prints all that a data class holds, unless it is told otherwise. */
    private val Class<*>.isData get() = declaredMethods.any { it.name == "component1" } && declaredMethods.any { it.name == "copy" || it.name.startsWith("copy-") }

    @Test
    fun `no state tells what is in it`() {
        val data = classes.filter { it.isData }
        assertTrue(data.size > MANY, "only ${data.size} of ${classes.size} classes were found")
        assertEquals(emptyList<String>(), data.filter { !Unprinted::class.java.isAssignableFrom(it) }.map { it.name })
    }

    @Test
    fun `nothing else prints more than its name`() {
        val printing = classes.filter { type -> type.declaredMethods.any { it.name == "toString" && it.parameterCount == 0 } }
        val objects = printing.filter { type -> type.declaredFields.any { it.name == "INSTANCE" } }
        assertEquals(listOf(Unprinted::class.java), printing - objects.toSet())
    }

    @Test
    fun `every sample is silent`() {
        for (sample in SAMPLES) {
            val app = sample.app(People(Language.English))
            assertEquals("AppState", "$app", sample.name)
            app.stack.forEach { assertEquals(it.javaClass.simpleName, "$it", sample.name) }
        }
    }

    private companion object {
        const val MANY = 60
    }
}
