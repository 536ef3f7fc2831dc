package dev.pericard

import dev.pericard.world.keystoreConformance
import java.io.File
import java.nio.file.Files
import java.nio.file.Path
import java.util.concurrent.TimeUnit
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Assumptions.assumeTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir

/** Against GNOME Keyring, in a session of its own: a process in it does what [main] says. */
class SecretServiceTest {
    @TempDir
    lateinit var home: Path

    @Test
    fun `the keyring of a session conforms, and is asked nothing while it is locked`() {
        for (program in listOf("dbus-run-session", "gnome-keyring-daemon", "dbus-send")) {
            val isThere = System.getenv("PATH").split(':').any { File(it, program).canExecute() }
            assumeTrue(isThere, "$program is not installed")
        }
        val script = """
            printf keyring | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1
            exec "$@"
        """.trimIndent()
        val classes = System.getProperty("surefire.test.class.path") ?: System.getProperty("java.class.path")
        val java = Path.of(System.getProperty("java.home"), "bin", "java").toString()
        val library = "-Djna.library.path=${System.getProperty("jna.library.path")}"
        val command = listOf("dbus-run-session", "--", "sh", "-c", script, "sh") +
            listOf(java, library, "-cp", classes, "dev.pericard.SecretServiceTestKt")
        val said = Files.createFile(home.resolve("said")).toFile()
        val session = ProcessBuilder(command).redirectErrorStream(true).redirectOutput(said)
        session.environment() += mapOf(
            "HOME" to "$home",
            "XDG_DATA_HOME" to "$home/share",
            "XDG_RUNTIME_DIR" to "$home",
            "PERICARD_PORTAL_CONTROL" to System.getenv("PERICARD_PORTAL_CONTROL").orEmpty(),
        )
        val running = session.start()
        val ended = running.waitFor(60, TimeUnit.SECONDS)
        if (!ended) running.destroyForcibly()
        assertTrue(ended && running.exitValue() == 0, said.readText())
        assertTrue(said.readText().endsWith("all is well\n"), said.readText())
    }

    @Test
    fun `without a session it is unavailable`() {
        assumeTrue(System.getenv("DBUS_SESSION_BUS_ADDRESS") == null, "there is a session")
        assertThrows(KeystoreException.Unavailable::class.java) { SecretServiceKeystore().load("one") }
        assertThrows(KeystoreException.Unavailable::class.java) { SecretServiceKeystore().store("one", byteArrayOf(1)) }
    }
}

/** What is tried in a session with an unlocked keyring. */
fun main() {
    val keystore = SecretServiceKeystore("dev.pericard.test")
    assertTrue(keystore.unlock())
    runBlocking { keystoreConformance(keystore.toCore()) }

    // Two apps do not see each other's values, and another process finds what this one has stored.
    keystore.store("one", byteArrayOf(1, 0, 2))
    assertEquals(null, SecretServiceKeystore("dev.pericard.other").load("one"))
    assertEquals(listOf<Byte>(1, 0, 2), SecretServiceKeystore("dev.pericard.test").load("one")?.toList())

    lock()
    assertThrows(KeystoreException.Unavailable::class.java) { keystore.load("one") }
    assertThrows(KeystoreException.Unavailable::class.java) { keystore.store("one", byteArrayOf(3)) }
    assertThrows(KeystoreException.Unavailable::class.java) { keystore.delete("one") }
    println("all is well")
}

/** As the desktop does when its person goes away. */
private fun lock() {
    val call = "org.freedesktop.Secret.Service.Lock array:objpath:/org/freedesktop/secrets/collection/login"
    val send = listOf("dbus-send", "--session", "--print-reply", "--dest=org.freedesktop.secrets", "/org/freedesktop/secrets")
    val sent = ProcessBuilder(send + call.split(' ')).redirectErrorStream(true).start()
    val reply = sent.inputStream.bufferedReader().readText()
    assertEquals(0, sent.waitFor(), reply)
}
