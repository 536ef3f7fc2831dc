package dev.pericard

import java.io.File
import java.io.IOException
import java.nio.ByteBuffer
import java.nio.channels.FileChannel
import java.nio.file.Files
import java.nio.file.StandardCopyOption.ATOMIC_MOVE
import java.nio.file.StandardCopyOption.REPLACE_EXISTING
import java.nio.file.StandardOpenOption.CREATE
import java.nio.file.StandardOpenOption.READ
import java.nio.file.StandardOpenOption.TRUNCATE_EXISTING
import java.nio.file.StandardOpenOption.WRITE

/** Files that are there whole or not at all, also after the power has failed. One at a time for each folder. */
internal object DurableFiles {
    /** Writes [parts] one behind the other, in place of what [file] held. */
    fun replace(file: File, parts: List<ByteArray>) {
        val folder = file.parentFile
        if (!folder.isDirectory && !folder.mkdirs() && !folder.isDirectory) throw IOException("no folder for keys")
        val draft = File(folder, DRAFT).toPath()
        FileChannel.open(draft, CREATE, WRITE, TRUNCATE_EXISTING).use { channel ->
            for (part in parts) {
                val bytes = ByteBuffer.wrap(part)
                while (bytes.hasRemaining()) channel.write(bytes)
            }
            channel.force(true)
        }
        Files.move(draft, file.toPath(), ATOMIC_MOVE, REPLACE_EXISTING)
        settle(folder)
    }

    fun delete(file: File) {
        if (Files.deleteIfExists(file.toPath())) settle(file.parentFile)
    }

    /** What a folder lists is durable once the folder itself is. Windows opens no folder; its file system keeps a journal. */
    private fun settle(folder: File) {
        if (File.separatorChar == '/') FileChannel.open(folder.toPath(), READ).use { it.force(true) }
    }

    private const val DRAFT = "draft.tmp"
}
