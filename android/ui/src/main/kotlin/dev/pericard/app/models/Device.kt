package dev.pericard.app.models

import androidx.compose.ui.graphics.ImageBitmap
import dev.pericard.FileReader
import dev.pericard.NewFile
import dev.pericard.app.ui.model.Unprinted
import java.io.IOException
import java.time.Instant

/** What the phone, or the desktop, does for the app. Called on the main thread. */
interface Device {
    fun now(): Instant

    /** The languages that the phone is set to (BCP 47), the favourite first. */
    val languages: List<String>

    /** What the phone keeps for the person whom it recognizes. */
    val biometricKeys: BiometricKeys

    /** Small settings that hold nothing about the patient but opaque ids. */
    val settings: Settings

    /** There is a camera that reads QR codes. */
    val canScan: Boolean

    /** Some app takes `otpauth:`. */
    val canOpenAuthenticator: Boolean

    /**
     * Opens a page of sign-in in the system's browser, and waits for the address that it comes back with; nothing when the
     * person closed it.
     */
    suspend fun browse(address: String): String?

    /** What the browser came back with when nobody waited, as after the app's death. */
    fun unclaimedRedirect(): String?

    /** Opens an address with whatever the system has for it. */
    fun open(address: String)

    fun call(phone: String)

    /** To the clipboard; a [secret] is marked as one and removed after a minute. */
    fun copy(text: String, secret: Boolean)

    /** A file that the person chooses to send; nothing when they choose none. */
    suspend fun chooseFile(): ChosenFile?

    /** Shows a file inside the app. */
    suspend fun show(name: String, contentType: String, content: FileReader)

    /**
     * A picture, or a PDF with scripts and links off, to be drawn page by page; nothing where this device cannot draw it. The content is
     * closed with the pages, or at once where there are none.
     */
    suspend fun pages(contentType: String, content: FileReader): Pages?

    /** Asks where to keep a new file; nothing when the person chose no place. */
    suspend fun createDocument(name: String, contentType: String): NewDocument?

    /** Asks where to keep a text and writes it there; false when the person did not. */
    suspend fun save(name: String, text: String): Boolean

    fun print(text: String)

    /** The address in a QR code; nothing when there was none. */
    suspend fun scan(): Scanned

    /** A notification of the phone's own at this time, which says nothing about whom or what it is for. */
    fun remind(at: Instant?)

    /** It shows notifications while the app is not in front. */
    val canNotify: Boolean

    /** The person and the system allow notifications; asks where nobody has been asked. */
    suspend fun mayNotify(): Boolean

    fun openClockSettings()

    fun openNetworkSettings()

    fun openStore()
}

/** What the camera saw. */
sealed interface Scanned {
    data class Address(val text: String) : Unprinted(), Scanned

    /** The person, or the phone, does not allow the camera. */
    data object NotAllowed : Scanned

    data object Nothing : Scanned
}

/** What is drawn one page at a time, so that a long document needs no more memory than a short one. */
interface Pages : AutoCloseable {
    val count: Int

    /** Drawn [width] pixels wide; nothing where it cannot be. */
    suspend fun draw(index: Int, width: Int): ImageBitmap?
}

/** A new file where the person said, written piece by piece. What cannot be done there fails with an [IOException]. */
interface NewDocument {
    suspend fun write(piece: ByteArray)

    /** All of it is there. */
    suspend fun finish()

    /** Removes it before it is whole; false where that place does not let it be removed. */
    suspend fun discard(): Boolean
}

/** Nothing more fits there: as the systems of phones and desktops say it. */
internal val IOException.isFull: Boolean
    get() = generateSequence<Throwable>(this) { it.cause }.any { "No space left" in it.message.orEmpty() || "ENOSPC" in it.message.orEmpty() }

/** A file to send. Its content is read when the message is queued. */
class ChosenFile(val name: String, val contentType: String, val size: Long, val open: () -> NewFile)

/** Survives the app's death. */
interface Settings {
    operator fun get(name: String): String?

    operator fun set(name: String, value: String?)
}
