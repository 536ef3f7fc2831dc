package dev.pericard

import java.io.File
import dev.pericard.testing.MemoryKeystore
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertInstanceOf
import org.junit.jupiter.api.Assumptions.assumeTrue
import org.junit.jupiter.api.Test

class LibraryTest {
    @Test
    fun `one process holds one core`() = test {
        val maps = File("/proc/self/maps")
        assumeTrue(maps.exists(), "no /proc here")
        // Both sets of bindings have to have been used; two libraries would be two cores with two stores.
        anasWorld().openClient(MemoryKeystore()).use { it.portals }
        val libraries = maps.readLines().filter { "libpericard" in it }.map { it.substringAfterLast(' ') }.toSet()
        assertEquals(1, libraries.size, "$libraries")
    }

    @Test
    fun `a panic is Internal and its text stays behind`() = test {
        val world = anasWorld()
        world.openClient(MemoryKeystore()).use { client ->
            world.explode("canary: potassium 5.9")
            val error = assertInstanceOf(PericardException.Internal::class.java, failure { client.onlyPortal() })
            assertFalse("canary" in error.stackTraceToString() || "canary" in error.userMessage)
            // One defect ends one call, not the client.
            client.onlyPortal()
        }
    }
}
