package dev.pericard

import dev.pericard.testing.MemoryKeystore
import dev.pericard.world.keystoreConformance
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertInstanceOf
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

class KeystoreTest {
    @Test
    fun `a keystore written in Kotlin conforms`() = test {
        keystoreConformance(MemoryKeystore().toCore())
    }

    @Test
    fun `a keystore that forgets is found out`() = test {
        val forgetful = object : MemoryKeystore() {
            override fun store(name: String, value: ByteArray) = Unit
        }
        failure { keystoreConformance(forgetful.toCore()) }
    }

    @Test
    fun `what a keystore says arrives as it was said`() = test {
        val locked = object : MemoryKeystore() {
            override fun load(name: String): ByteArray? = throw KeystoreException.Unavailable()
        }
        val error = assertInstanceOf(PericardException.Keystore::class.java, failure { anasWorld().openClient(locked) })
        assertInstanceOf(KeystoreException.Unavailable::class.java, error.kind)
    }

    @Test
    fun `whatever a keystore throws is an answer and reaches the developer`() = test {
        for (thrown in listOf(IllegalStateException("canary"), StackOverflowError("canary"), NoClassDefFoundError("canary"))) {
            val broken = object : MemoryKeystore() {
                override fun load(name: String): ByteArray? = throw thrown
            }
            val error = assertInstanceOf(
                PericardException.Keystore::class.java,
                failure { anasWorld().openClient(broken) },
            )
            val said = assertInstanceOf(KeystoreException.Unexpected::class.java, error.kind)
            assertTrue("canary" in said.detail, said.detail)
        }
    }

    @Test
    fun `names and values survive the way there and back`() = test {
        val keystore = MemoryKeystore()
        val world = anasWorld()
        world.openClient(keystore).close()
        assertTrue(keystore.names.isNotEmpty())
        val before = keystore.names.associateWith { keystore.load(it)?.toList() }
        world.openClient(keystore).close()
        assertEquals(before, keystore.names.associateWith { keystore.load(it)?.toList() })
    }
}
