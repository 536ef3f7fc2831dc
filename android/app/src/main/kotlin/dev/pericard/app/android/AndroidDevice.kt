package dev.pericard.app.android

import android.Manifest.permission.POST_NOTIFICATIONS
import android.content.ActivityNotFoundException
import android.content.ClipData
import android.content.ClipDescription.EXTRA_IS_SENSITIVE
import android.content.ClipboardManager
import android.content.Intent
import android.content.pm.PackageManager.PERMISSION_GRANTED
import android.net.Uri
import android.os.Build
import android.os.PersistableBundle
import android.provider.Settings.ACTION_DATE_SETTINGS
import android.provider.Settings.ACTION_WIRELESS_SETTINGS
import android.provider.Settings.Panel.ACTION_INTERNET_CONNECTIVITY
import dev.pericard.BrowserCallback
import dev.pericard.FileReader
import dev.pericard.app.models.BiometricKeys
import dev.pericard.app.models.ChosenFile
import dev.pericard.app.models.Configuration
import dev.pericard.app.models.Device
import dev.pericard.app.models.NewDocument
import dev.pericard.app.models.Pages
import dev.pericard.app.models.Scanned
import dev.pericard.app.models.Settings
import dev.pericard.browse
import java.io.File
import java.io.IOException
import java.time.Instant
import kotlin.time.Duration.Companion.minutes
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext

/** The phone. */
internal class AndroidDevice(private val app: PericardApplication, private val configuration: Configuration) : Device {
    /** The window that is there. */
    var errands: Errands? = null

    /** The file that lies over everything. */
    val viewing = MutableStateFlow<Viewed?>(null)

    val document = Document()
    val place = Document()
    val allowed = Question<Boolean>()
    private var wiping: Job? = null

    override fun now(): Instant = Instant.now()

    override val languages: List<String> get() = app.languages

    override val biometricKeys: BiometricKeys = SealedKeys(File(app.noBackupFilesDir, "keys.sealed"), app, { errands?.context }) { app.root.language.words }

    override val settings: Settings = Preferences(app)

    /** The phone's own camera reads a clinic's code: see the manifest. So the app needs no leave to use it. */
    override val canScan get() = false

    override suspend fun scan(): Scanned = Scanned.Nothing

    override val canOpenAuthenticator: Boolean
        get() = Intent(Intent.ACTION_VIEW, Uri.parse("otpauth://totp/a")).resolveActivity(app.packageManager) != null

    override suspend fun browse(address: String): String? = browse(app, address, configuration.others.redirect)

    override fun unclaimedRedirect(): String? = BrowserCallback.takeUnclaimed()

    override fun open(address: String) = start(Intent(Intent.ACTION_VIEW, Uri.parse(address)))

    /** The number is dialled by the person. */
    override fun call(phone: String) = start(Intent(Intent.ACTION_DIAL, Uri.fromParts("tel", phone, null)))

    override fun openClockSettings() = start(Intent(ACTION_DATE_SETTINGS))

    override fun openNetworkSettings() =
        start(Intent(if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.Q) ACTION_INTERNET_CONNECTIVITY else ACTION_WIRELESS_SETTINGS))

    override fun openStore() = start(Intent(Intent.ACTION_VIEW, Uri.parse("market://details?id=${app.packageName}")))

    /** Where no app takes it nothing happens, as everywhere on a phone. */
    private fun start(intent: Intent) {
        val context = errands?.context ?: return
        try {
            context.startActivity(intent)
        } catch (_: ActivityNotFoundException) {
            // Such as a tablet that cannot call.
        }
    }

    override fun copy(text: String, secret: Boolean) {
        val clipboard = app.getSystemService(ClipboardManager::class.java)
        val clip = ClipData.newPlainText("", text)
        // The preview that Android 13 shows of what was copied stays empty; older ones ignore it.
        if (secret) clip.description.extras = PersistableBundle().apply { putBoolean(EXTRA_IS_SENSITIVE, true) }
        clipboard.setPrimaryClip(clip)
        wiping?.cancel()
        if (secret) {
            wiping = app.scope.launch {
                delay(1.minutes)
                if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.P) clipboard.clearPrimaryClip() else clipboard.setPrimaryClip(ClipData.newPlainText("", ""))
            }
        }
    }

    override suspend fun chooseFile(): ChosenFile? {
        val errands = errands ?: return null
        val address = document.ask { errands.chooseDocument() } ?: return null
        return withContext(Dispatchers.IO) { app.contentResolver.chosen(address) }
    }

    override suspend fun show(name: String, contentType: String, content: FileReader) {
        val closed = CompletableDeferred<Unit>()
        viewing.value = view(app, name, contentType, content)?.let { Viewed(it) { closed.complete(Unit) } }
        try {
            // What the app cannot show is kept where the person says, for an app that can.
            if (viewing.value == null) keep(name, content) else closed.await()
        } finally {
            viewing.value?.content?.close()
            viewing.value = null
        }
    }

    override suspend fun pages(contentType: String, content: FileReader): Pages? {
        val shown = if (contentType.startsWith("text/")) null else view(app, "", contentType, content)
        return DrawnPages.of(shown, content).also { if (it == null) content.close() }
    }

    private suspend fun keep(name: String, content: FileReader) {
        val errands = errands ?: return
        val address = place.ask { errands.choosePlace(name) } ?: return
        app.contentResolver.write(address, content)
    }

    override suspend fun createDocument(name: String, contentType: String): NewDocument? {
        val errands = errands ?: return null
        val address = place.ask { errands.choosePlace(name, contentType) } ?: return null
        return WrittenDocument(app.contentResolver, address)
    }

    override suspend fun save(name: String, text: String): Boolean {
        val errands = errands ?: return false
        val address = place.ask { errands.choosePlace(name) } ?: return false
        return withContext(Dispatchers.IO) {
            try {
                app.contentResolver.openOutputStream(address)?.use { it.write(text.toByteArray()) } != null
            } catch (_: IOException) {
                false
            }
        }
    }

    override fun print(text: String) {
        errands?.context?.let { print(it, text) }
    }

    override fun remind(at: Instant?) {
        if (at == null) return Reminder.cancel(app)
        app.scope.launch { if (mayNotify()) Reminder.schedule(app, at, now()) }
    }

    override val canNotify get() = true

    /** Asks the person where the system wants it. */
    override suspend fun mayNotify(): Boolean {
        if (Build.VERSION.SDK_INT < Build.VERSION_CODES.TIRAMISU) return app.notifications.areOn
        if (app.checkSelfPermission(POST_NOTIFICATIONS) == PERMISSION_GRANTED) return app.notifications.areOn
        val errands = errands ?: return false
        return allowed.ask { errands.askForNotifications() } ?: false
    }
}
