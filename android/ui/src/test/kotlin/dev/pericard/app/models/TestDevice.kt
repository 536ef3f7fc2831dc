package dev.pericard.app.models

import dev.pericard.FileReader
import java.time.Instant

/** A phone that writes down what it was asked to do. */
class TestDevice(private val time: Instant = Instant.now()) : Device {
    val asked = mutableListOf<String>()

    /** What the person chooses to send next. */
    var file: ChosenFile? = null
    var scanned: Scanned = Scanned.Nothing

    override fun now(): Instant = time

    override val settings = object : Settings {
        private val values = mutableMapOf<String, String>()

        override fun get(name: String): String? = values[name]

        override fun set(name: String, value: String?) {
            if (value == null) values -= name else values[name] = value
        }
    }

    override val canScan get() = true
    override val canOpenAuthenticator get() = false

    override suspend fun browse(address: String): String? = null

    override fun unclaimedRedirect(): String? = null

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
