package dev.pericard

import dev.pericard.world.keystoreConformance
import java.io.File
import java.nio.file.Path
import javax.crypto.SecretKey
import javax.crypto.spec.SecretKeySpec
import org.junit.jupiter.api.Assertions.assertArrayEquals
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir

/** What `AndroidKeystore` does with files; its key is of Android alone, here it is one in memory. */
class SealedFilesTest {
    @TempDir
    lateinit var temporary: Path

    private val folder: File get() = temporary.resolve("keys").toFile()
    private var key: SecretKey? = null

    private fun files() = SealedFiles(folder) { make ->
        if (make && key == null) key = SecretKeySpec(ByteArray(32) { 7 }, "AES")
        key
    }

    private fun keystore(files: SealedFiles) = object : Keystore {
        override fun load(name: String) = files.load(name)

        override fun store(name: String, value: ByteArray) = files.store(name, value)

        override fun delete(name: String) = files.delete(name)
    }

    @Test
    fun `files conform`() = test { keystoreConformance(keystore(files()).toCore()) }

    @Test
    fun `a value survives, and neither it nor its name is seen`() {
        val (name, value) = "name.of.it" to "a secret that must not be seen".toByteArray()
        files().store(name, value)
        files().store(name, value)
        val file = folder.listFiles()!!.single()
        val bytes = file.readBytes().toString(Charsets.ISO_8859_1)
        assertFalse("secret" in bytes || name in bytes || name in file.name, bytes)
        assertArrayEquals(value, files().load(name))
        assertNull(files().load("another"))
    }

    @Test
    fun `no two files of one value are alike`() {
        val both = List(2) {
            files().store("one", ByteArray(32))
            folder.listFiles()!!.single().readBytes().toList()
        }
        assertFalse(both[0] == both[1])
    }

    @Test
    fun `whatever was done to a file, nothing wrong comes out of it`() {
        files().store("one", byteArrayOf(1, 2, 3))
        val file = folder.listFiles()!!.single()
        val whole = file.readBytes()
        for (place in whole.indices) {
            file.writeBytes(whole.copyOf().also { it[place] = (it[place].toInt() xor 1).toByte() })
            assertThrows(KeystoreException.Lost::class.java) { files().load("one") }
        }
        for (length in 0 until whole.size) {
            file.writeBytes(whole.copyOf(length))
            assertThrows(KeystoreException.Lost::class.java) { files().load("one") }
        }
    }

    @Test
    fun `files do not take each other's place`() {
        files().store("one", byteArrayOf(1))
        val one = folder.listFiles()!!.single()
        files().store("two", byteArrayOf(2))
        val two = folder.listFiles()!!.single { it != one }
        one.copyTo(two, overwrite = true)
        assertThrows(KeystoreException.Lost::class.java) { files().load("two") }
    }

    @Test
    fun `a file whose key is gone is lost, and looking makes no key`() {
        files().store("one", byteArrayOf(1))
        key = null
        assertThrows(KeystoreException.Lost::class.java) { files().load("one") }
        assertNull(key)
        assertNull(files().load("another"))
        files().delete("one")
        assertNull(files().load("one"))
    }

    @Test
    fun `a draft that was left by a crash is no value and in nobody's way`() {
        folder.mkdirs()
        folder.resolve("draft.tmp").writeBytes(ByteArray(100))
        files().store("one", byteArrayOf(1))
        assertEquals(1, folder.listFiles()!!.size)
        assertTrue(files().load("one")!!.contentEquals(byteArrayOf(1)))
    }
}
