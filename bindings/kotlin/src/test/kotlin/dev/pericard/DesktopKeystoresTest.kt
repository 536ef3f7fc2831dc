package dev.pericard

import dev.pericard.world.keystoreConformance
import java.io.File
import java.nio.file.Path
import kotlin.experimental.xor
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Assumptions.assumeFalse
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir

/** As much of the keystores for Windows and macOS as runs elsewhere: everything but the calls of the system. */
class DesktopKeystoresTest {
    @TempDir
    lateinit var temporary: Path

    private val folder: File get() = temporary.resolve("keys").toFile()

    /** A protection that only its own person can undo. */
    private fun files(person: Byte = 7): SealedFiles {
        val flip = { bytes: ByteArray -> ByteArray(bytes.size) { bytes[it] xor person } }
        val protect = { bytes: ByteArray -> byteArrayOf(person) + flip(bytes) }
        val unprotect = { bytes: ByteArray ->
            if (bytes.first() != person) throw KeystoreException.Lost()
            flip(bytes.copyOfRange(1, bytes.size))
        }
        return SealedFiles(folder, ProtectedKey(File(folder, "key.dpapi"), protect, unprotect)::get)
    }

    @Test
    fun `files under a protected key conform`() = test {
        val files = files()
        val keystore = object : Keystore {
            override fun load(name: String) = files.load(name)

            override fun store(name: String, value: ByteArray) = files.store(name, value)

            override fun delete(name: String) = files.delete(name)
        }
        keystoreConformance(keystore.toCore())
    }

    @Test
    fun `the key is made once, kept protected, and opens nothing for somebody else`() {
        files().store("one", byteArrayOf(1))
        val key = File(folder, "key.dpapi")
        val before = key.readBytes()
        assertEquals(33, before.size)
        files().store("two", byteArrayOf(2))
        assertTrue(before.contentEquals(key.readBytes()))
        assertEquals(listOf<Byte>(1), files().load("one")?.toList())
        assertThrows(KeystoreException.Lost::class.java) { files(person = 8).load("one") }
        assertTrue(key.delete())
        assertThrows(KeystoreException.Lost::class.java) { files().load("one") }
    }

    @Test
    fun `where the key is lost, so are the values, and new ones can be stored`() {
        files().store("one", byteArrayOf(1))
        files().store("two", byteArrayOf(2))
        val key = File(folder, "key.dpapi")
        key.writeBytes(key.readBytes().copyOf(9))
        assertThrows(KeystoreException.Lost::class.java) { files().load("one") }
        files().store("one", byteArrayOf(3))
        assertEquals(listOf<Byte>(3), files().load("one")?.toList())
        assertThrows(KeystoreException.Lost::class.java) { files().load("two") }
    }

    @Test
    fun `every status of the keychain is an answer`() {
        KeychainStatus.check(0)
        val unavailable = listOf(-25_308, -25_291)
        unavailable.forEach { assertThrows(KeystoreException.Unavailable::class.java) { KeychainStatus.check(it) } }
        val refused = listOf(-128, -34_018)
        refused.forEach { assertThrows(KeystoreException.Refused::class.java) { KeychainStatus.check(it) } }
        assertThrows(KeystoreException.Doubled::class.java) { KeychainStatus.check(KeychainStatus.DUPLICATE) }
        val other = assertThrows(KeystoreException.Unexpected::class.java) { KeychainStatus.check(-50) }
        assertEquals("Keychain status -50", other.detail)
    }

    @Test
    fun `on other systems they are unavailable`() {
        val system = System.getProperty("os.name")
        assumeFalse(system.startsWith("Mac") || system.startsWith("Windows"))
        for (keystore in listOf(KeychainKeystore(), DpapiKeystore(folder))) {
            assertThrows(KeystoreException.Unavailable::class.java) { keystore.store("one", byteArrayOf(1)) }
        }
        assertThrows(KeystoreException.Unavailable::class.java) { KeychainKeystore().load("one") }
    }
}
