package dev.pericard.app.real

import org.junit.jupiter.api.Assumptions.assumeTrue
import java.io.File
import java.io.IOException
import java.nio.file.Files

/** A disk in memory of a few megabytes, which can be filled to its end. Mounting one is for root, or the test is skipped. */
internal class SmallDisk private constructor(private val at: File) {
    /** For the app. */
    val directory = File(at, "app").apply { mkdirs() }
    private val filler = File(at, "filler")

    /** Nothing more fits. */
    fun fill() {
        filler.outputStream().use { out ->
            var piece = 1 shl 20
            while (piece > 0) {
                try {
                    out.write(ByteArray(piece))
                } catch (_: IOException) {
                    piece /= 2
                }
            }
        }
    }

    fun empty() = check(filler.delete())

    companion object {
        fun use(megabytes: Int, test: (SmallDisk) -> Unit) {
            val at = Files.createTempDirectory("small-disk").toFile()
            try {
                val mounted = run("mount", "-t", "tmpfs", "-o", "size=${megabytes}m", "tmpfs", at.path)
                assumeTrue(mounted, "no right to mount a small disk here")
                try {
                    test(SmallDisk(at))
                } finally {
                    check(run("umount", at.path)) { "$at is still mounted" }
                }
            } finally {
                at.delete()
            }
        }

        private fun run(vararg command: String): Boolean = try {
            ProcessBuilder(*command).redirectErrorStream(true).start().run {
                inputStream.readAllBytes()
                waitFor() == 0
            }
        } catch (_: IOException) {
            // A system without this command.
            false
        }
    }
}
