package dev.pericard.app.models

import androidx.compose.ui.graphics.ImageBitmap
import dev.pericard.FileReader
import dev.pericard.app.desktop.pictures
import dev.pericard.app.desktop.whole
import java.io.ByteArrayOutputStream
import java.io.IOException
import java.time.Instant
import kotlin.time.Duration.Companion.seconds
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.withTimeout

/** A phone that writes down what it was asked to do. */
class TestDevice(var time: Instant = Instant.now()) : Device {
    private val deeds = MutableStateFlow<List<String>>(emptyList())
    var asked: List<String>
        get() = deeds.value
        private set(now) {
            deeds.value = now
        }

    /** Waits until it was asked to do this. */
    suspend fun until(deed: String) {
        withTimeout(20.seconds) { deeds.first { deed in it } }
    }

    /** Waits until it was asked to open a page of the web. */
    suspend fun untilBrowsed() {
        withTimeout(20.seconds) { deeds.first { all -> all.any { it.startsWith("open http") } } }
    }

    /** What the person chooses to send next. */
    var file: ChosenFile? = null
    var scanned: Scanned = Scanned.Nothing

    /** What the person does in the browser: the address that it comes back with, or nothing where they close it. */
    var browser: suspend (String) -> String? = { null }

    /** What the browser came back with while the app was gone. */
    var cameBack: String? = null

    override fun now(): Instant = time

    override var languages = listOf("en-GB")

    override val biometricKeys = FakeBiometricKeys()

    override val settings = object : Settings {
        private val values = mutableMapOf<String, String>()

        override fun get(name: String): String? = values[name]

        override fun set(name: String, value: String?) {
            if (value == null) values -= name else values[name] = value
        }
    }

    override val canScan get() = true
    override val canOpenAuthenticator get() = false

    override suspend fun browse(address: String): String? = browser(address)

    override fun unclaimedRedirect(): String? = cameBack

    override fun open(address: String) {
        asked += "open $address"
    }

    override fun call(phone: String) {
        asked += "call $phone"
    }

    override fun copy(text: String, secret: Boolean) {
        asked += if (secret) "copy a secret" else "copy $text"
    }

    override suspend fun chooseFile(): ChosenFile? = file

    override suspend fun show(name: String, contentType: String, content: FileReader) {
        asked += "show $name"
    }

    /** How many pages of a PDF it draws; nothing where it draws none. Pictures are drawn as they are. */
    var pdfPages: Int? = null

    override suspend fun pages(contentType: String, content: FileReader): Pages? = content.use {
        asked += "draw $contentType"
        if (contentType.startsWith("image/")) return pictures(it.whole())
        pdfPages?.let(::TestPages)
    }

    /** Where files go that the person makes. */
    val place = TestPlace()

    override suspend fun createDocument(name: String, contentType: String): NewDocument? {
        asked += "create $name as $contentType"
        return place.create(name)
    }

    override suspend fun save(name: String, text: String): Boolean {
        asked += "save $name"
        return true
    }

    override fun print(text: String) {
        asked += "print"
    }

    override suspend fun scan(): Scanned = scanned

    override fun remind(at: Instant?) {
        asked += "remind $at"
    }

    override val canNotify get() = true

    /** What the person answers when the phone asks whether it may show notifications. */
    var allows = true

    override suspend fun mayNotify(): Boolean = allows

    override fun openClockSettings() = Unit

    override fun openNetworkSettings() = Unit

    override fun openStore() = Unit
}

/** A folder in memory, which can be full, and refuse to let files go. */
class TestPlace {
    private val files = mutableMapOf<String, ByteArrayOutputStream>()
    private val whole = mutableSetOf<String>()

    /** The person chooses no place. */
    var isLeft = false

    /** How much fits there. */
    var space = Int.MAX_VALUE

    /** What is there stays there. */
    var keepsAll = false

    /** Waits before each piece is written. */
    var gate: suspend () -> Unit = {}

    /** Before the person has chosen. */
    var choosing: suspend () -> Unit = {}

    /** The text of a file that is whole. */
    fun text(name: String): String? = files[name]?.takeIf { name in whole }?.toString(Charsets.UTF_8)

    val names: Set<String> get() = files.keys

    suspend fun create(name: String): NewDocument? {
        choosing()
        if (isLeft) return null
        val out = ByteArrayOutputStream()
        files[name] = out
        return object : NewDocument {
            override suspend fun write(piece: ByteArray) {
                gate()
                if (out.size() + piece.size > space) throw IOException("write failed: ENOSPC (No space left on device)")
                out.write(piece)
            }

            override suspend fun finish() {
                whole += name
            }

            override suspend fun discard(): Boolean {
                if (!keepsAll) files -= name
                return !keepsAll
            }
        }
    }
}

/** Empty pages. */
private class TestPages(override val count: Int) : Pages {
    override suspend fun draw(index: Int, width: Int): ImageBitmap = ImageBitmap(width, width)

    override fun close() = Unit
}
