package dev.pericard.app.desktop

import dev.pericard.FileContent
import dev.pericard.FileReader
import dev.pericard.FileSource
import dev.pericard.NewFile
import dev.pericard.StreamSource
import dev.pericard.app.models.Biometry
import dev.pericard.app.models.ChosenFile
import dev.pericard.app.models.Device
import dev.pericard.app.models.FakeBiometricKeys
import dev.pericard.app.models.NewDocument
import dev.pericard.app.models.Pages
import dev.pericard.app.models.Scanned
import dev.pericard.app.models.Settings
import java.awt.Desktop
import java.awt.FileDialog
import java.awt.Frame
import java.awt.Toolkit
import java.awt.datatransfer.StringSelection
import java.io.File
import java.net.URI
import java.nio.file.Files
import java.time.Instant
import java.util.Locale
import javax.swing.ImageIcon
import javax.swing.JFrame
import javax.swing.JLabel
import javax.swing.JScrollPane
import javax.swing.JTextArea
import javax.swing.Timer
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.withContext

/** A desktop in place of a phone: no camera, no calls, no settings of a phone to open. */
internal class DesktopDevice(private val loopback: Loopback) : Device {
    override fun now(): Instant = Instant.now()

    override val languages: List<String> get() = listOf(Locale.getDefault().toLanguageTag())

    override val biometricKeys = FakeBiometricKeys(Biometry.None)

    override val settings = object : Settings {
        private val values = mutableMapOf<String, String>()

        override fun get(name: String): String? = values[name]

        override fun set(name: String, value: String?) {
            if (value == null) values -= name else values[name] = value
        }
    }

    override val canScan get() = false
    override val canOpenAuthenticator get() = false

    override suspend fun browse(address: String): String? = loopback.visit { open(address) }

    override fun unclaimedRedirect(): String? = null

    override fun open(address: String) = Desktop.getDesktop().browse(URI(address))

    override fun call(phone: String) = copy(phone, secret = false)

    override fun copy(text: String, secret: Boolean) {
        val clipboard = Toolkit.getDefaultToolkit().systemClipboard
        val mine = StringSelection(text)
        clipboard.setContents(mine, mine)
        if (secret) {
            Timer(MINUTE) {
                val there = runCatching { clipboard.getData(java.awt.datatransfer.DataFlavor.stringFlavor) }.getOrNull()
                if (there == text) clipboard.setContents(StringSelection(""), null)
            }.apply { isRepeats = false }.start()
        }
    }

    override suspend fun chooseFile(): ChosenFile? {
        val file = dialog(FileDialog.LOAD, "") ?: return null
        val type = withContext(Dispatchers.IO) { Files.probeContentType(file.toPath()) }.orEmpty()
        return ChosenFile(file.name, type, file.length()) { NewFile(file.name, FileContent.Source(Lazily(file)), type) }
    }

    /** Opened when it is read, and closed at its end. */
    private class Lazily(file: File) : FileSource {
        private val stream by lazy { file.inputStream() }
        private val source by lazy { StreamSource(stream) }

        override fun read(maxBytes: Int): ByteArray = source.read(maxBytes).also { if (it.isEmpty()) stream.close() }
    }

    /** Pictures and texts in a window; anything else is kept where the person says. */
    override suspend fun show(name: String, contentType: String, content: FileReader) {
        val bytes = content.whole()
        when {
            contentType.startsWith("image/") -> window(name, JLabel(ImageIcon(bytes)))
            contentType.startsWith("text/plain") -> window(name, JTextArea(bytes.toString(Charsets.UTF_8)).apply { isEditable = false })
            else -> dialog(FileDialog.SAVE, name)?.writeBytes(bytes)
        }
    }

    /** Pictures alone: a desktop has no renderer of PDFs that is always there. */
    override suspend fun pages(contentType: String, content: FileReader): Pages? = content.use {
        if (contentType.startsWith("image/")) pictures(it.whole()) else null
    }

    private fun window(name: String, content: java.awt.Component) {
        JFrame(name).apply {
            contentPane.add(JScrollPane(content))
            setSize(640, 480)
            isVisible = true
        }
    }

    override suspend fun createDocument(name: String, contentType: String): NewDocument? = dialog(FileDialog.SAVE, name)?.let(::PlainDocument)

    private class PlainDocument(private val file: File) : NewDocument {
        private val out by lazy { file.outputStream() }

        override suspend fun write(piece: ByteArray) = withContext(Dispatchers.IO) { out.write(piece) }

        override suspend fun finish() = withContext(Dispatchers.IO) { out.close() }

        override suspend fun discard(): Boolean = withContext(Dispatchers.IO) {
            out.close()
            file.delete()
        }
    }

    override suspend fun save(name: String, text: String): Boolean {
        val file = dialog(FileDialog.SAVE, name) ?: return false
        withContext(Dispatchers.IO) { file.writeText(text) }
        return true
    }

    private fun dialog(mode: Int, name: String): File? {
        val dialog = FileDialog(null as Frame?, "", mode)
        dialog.file = name
        dialog.isVisible = true
        return dialog.file?.let { File(dialog.directory, it) }
    }

    override fun print(text: String) {
        JTextArea(text).print()
    }

    override suspend fun scan(): Scanned = Scanned.Nothing

    override fun remind(at: Instant?) {
        if (at == null) return
        val wait = (at.toEpochMilli() - now().toEpochMilli()).coerceIn(0, Int.MAX_VALUE.toLong())
        Timer(wait.toInt()) { Toolkit.getDefaultToolkit().beep() }.apply { isRepeats = false }.start()
    }

    override val canNotify get() = false

    override suspend fun mayNotify(): Boolean = false

    override fun openClockSettings() = Unit

    override fun openNetworkSettings() = Unit

    override fun openStore() = Unit

    private companion object {
        const val MINUTE = 60_000
    }
}
