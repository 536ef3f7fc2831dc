package dev.pericard.app.android

import android.Manifest.permission.POST_NOTIFICATIONS
import android.app.Activity
import android.app.Notification
import android.app.NotificationManager
import android.content.ClipboardManager
import android.content.Intent
import android.content.pm.PackageManager
import android.content.pm.PackageManager.PackageInfoFlags
import android.net.Uri
import android.os.Looper
import android.view.WindowManager.LayoutParams.FLAG_SECURE
import androidx.compose.ui.test.hasSetTextAction
import androidx.compose.ui.test.hasText
import androidx.compose.ui.test.junit4.v2.createEmptyComposeRule
import androidx.test.core.app.ApplicationProvider
import androidx.work.WorkManager
import dev.pericard.app.models.Root
import dev.pericard.app.ui.notices.CannotOpen
import kotlinx.coroutines.launch
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertNotEquals
import org.junit.Assert.assertNull
import org.junit.Assert.assertTrue
import org.junit.Rule
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.Robolectric
import org.robolectric.RobolectricTestRunner
import org.robolectric.Shadows.shadowOf
import org.robolectric.annotation.Config
import java.io.ByteArrayOutputStream
import java.time.Instant
import java.util.concurrent.TimeUnit.SECONDS

/** What the system is told, and what it tells the app. */
@RunWith(RobolectricTestRunner::class)
@Config(application = TestApplication::class)
class WindowTest {
    @get:Rule val rule = createEmptyComposeRule()
    private val app get() = ApplicationProvider.getApplicationContext<TestApplication>()
    private val notifications get() = app.getSystemService(NotificationManager::class.java)

    @Test
    fun `no screenshot shows what is in the window, and no app draws over it`() {
        val window = Robolectric.buildActivity(MainActivity::class.java).setup().get().window
        assertEquals(FLAG_SECURE, window.attributes.flags and FLAG_SECURE)
        assertTrue(window.decorView.filterTouchesWhenObscured)
    }

    @Test
    fun `only the window and the way back from the browser can be started by others, and no more is asked of the system than named here`() {
        val wanted = PackageManager.GET_ACTIVITIES or PackageManager.GET_SERVICES or PackageManager.GET_RECEIVERS or PackageManager.GET_PROVIDERS
        val info = app.packageManager.getPackageInfo(app.packageName, PackageInfoFlags.of(wanted.toLong() or PackageManager.GET_PERMISSIONS.toLong()))
        assertEquals(
            setOf("dev.pericard.app.android.MainActivity", "dev.pericard.PericardRedirectActivity"),
            info.activities.orEmpty().filter { it.exported }.mapTo(mutableSetOf()) { it.name },
        )
        assertTrue(info.providers.orEmpty().none { it.exported })
        assertTrue(info.services.orEmpty().filter { it.exported }.all { it.permission != null })
        assertTrue(info.receivers.orEmpty().filter { it.exported }.all { it.permission != null })
        assertEquals(
            setOf(
                "INTERNET",
                "ACCESS_NETWORK_STATE",
                "POST_NOTIFICATIONS",
                "HIDE_OVERLAY_WINDOWS",
                "USE_BIOMETRIC",
                // WorkManager's: to go on after the phone was started anew.
                "WAKE_LOCK",
                "RECEIVE_BOOT_COMPLETED",
                "FOREGROUND_SERVICE",
                // The app's own, which nobody else can have.
                "DYNAMIC_RECEIVER_NOT_EXPORTED_PERMISSION",
            ),
            info.requestedPermissions.orEmpty().mapTo(mutableSetOf()) { it.substringAfterLast('.') },
        )
        assertEquals(0, app.applicationInfo.flags and android.content.pm.ApplicationInfo.FLAG_ALLOW_BACKUP)
    }

    @Test
    fun `notifications say nothing about whom or what`() {
        app.notifications.newMessages()
        app.notifications.notSent()
        app.notifications.codeAgain()
        val shown = notifications.activeNotifications.map { it.notification }
        val texts = shown.map { "${it.extras.getCharSequence(Notification.EXTRA_TITLE)} ${it.extras.getCharSequence(Notification.EXTRA_TEXT) ?: ""}".trim() }
        assertEquals(
            setOf(
                "You have a new message Open the app to read it.",
                "A message was not sent Open the app to see why.",
                "You can try your code again",
            ),
            texts.toSet(),
        )
        Robolectric.buildActivity(MainActivity::class.java).setup()
        assertTrue("in front, the app says it itself", notifications.activeNotifications.isEmpty())
    }

    @Test
    fun `a clinic's code from outside is only shown, and asked by nobody but the person`() {
        val link = Intent(Intent.ACTION_VIEW, Uri.parse("pericard://clinic?address=https%3A%2F%2Fportal.example%2Ffhir"))
        Robolectric.buildActivity(MainActivity::class.java, link.setClass(app, MainActivity::class.java)).setup()
        rule.waitUntil(WAIT) { rule.onAllNodes(hasSetTextAction() and hasText("https://portal.example/fhir")).fetchSemanticsNodes().isNotEmpty() }
    }

    @Test
    fun `a link without an address does nothing`() {
        val link = Intent(Intent.ACTION_VIEW, Uri.parse("pericard:clinic")).setClass(app, MainActivity::class.java)
        Robolectric.buildActivity(MainActivity::class.java, link).setup()
        waitFor { app.root.state.value is Root.Open }
    }

    @Test
    fun `a secret leaves the clipboard after a minute, and its preview is empty`() {
        val clipboard = app.getSystemService(ClipboardManager::class.java)
        app.device.copy("JBSWY3DP", secret = true)
        assertTrue(checkNotNull(clipboard.primaryClipDescription).extras.getBoolean("android.content.extra.IS_SENSITIVE"))
        shadowOf(Looper.getMainLooper()).idleFor(59, SECONDS)
        assertEquals("JBSWY3DP", clipboard.primaryClip?.getItemAt(0)?.text)
        shadowOf(Looper.getMainLooper()).idleFor(2, SECONDS)
        assertNull(clipboard.primaryClip)
    }

    @Test
    fun `what is copied otherwise stays`() {
        app.device.copy("555 0134", secret = false)
        shadowOf(Looper.getMainLooper()).idleFor(120, SECONDS)
        assertEquals("555 0134", app.getSystemService(ClipboardManager::class.java).primaryClip?.getItemAt(0)?.text)
    }

    @Test
    fun `a file that the person makes has its name and its type, and holds what is written`() {
        val window = Robolectric.buildActivity(MainActivity::class.java).setup().get()
        val place = Uri.parse("content://documents.example/1")
        val file = ByteArrayOutputStream()
        shadowOf(app.contentResolver).registerOutputStream(place, file)
        val writing = app.scope.launch {
            val document = checkNotNull(app.device.createDocument("copy.html", "text/html"))
            document.write("<!doctype html>".toByteArray())
            document.write("<p>".toByteArray())
            document.finish()
        }
        shadowOf(Looper.getMainLooper()).idle()
        val asked = shadowOf(window).nextStartedActivityForResult.intent
        assertEquals(Intent.ACTION_CREATE_DOCUMENT to "text/html", asked.action to asked.type)
        assertEquals("copy.html", asked.getStringExtra(Intent.EXTRA_TITLE))
        shadowOf(window).receiveResult(asked, Activity.RESULT_OK, Intent().setData(place))
        waitFor { writing.isCompleted }
        assertEquals("<!doctype html><p>", file.toString())
    }

    @Test
    fun `a number is dialled by the person, and an address that no app takes does nothing`() {
        val window = Robolectric.buildActivity(MainActivity::class.java).setup().get()
        app.device.call("555 0134")
        assertEquals(Intent.ACTION_DIAL, shadowOf(window).nextStartedActivity.action)
        app.device.openStore()
        app.device.openClockSettings()
    }

    @Test
    fun `a reminder waits for its time, and is taken back`() {
        shadowOf(app).grantPermissions(POST_NOTIFICATIONS)
        app.device.remind(Instant.now().plusSeconds(600))
        val queued = { WorkManager.getInstance(app).getWorkInfosForUniqueWork("code again").get() }
        waitFor { queued().isNotEmpty() }
        assertFalse(queued().single().state.isFinished)
        app.device.remind(null)
        waitFor { queued().single().state.isFinished }
    }

    @Test
    fun `without the phone's keys nothing is opened, and the person is told`() {
        Robolectric.buildActivity(MainActivity::class.java).setup()
        waitFor { app.root.state.value is Root.Open }
        app.keystore.clear()
        val dying = app.dies()
        waitFor { dying.isCompleted }
        Robolectric.buildActivity(MainActivity::class.java).setup()
        waitFor { app.root.state.value is Root.CannotOpen }
        val state = (app.root.state.value as Root.CannotOpen).state
        assertEquals(CannotOpen.KeyLost, state.reason)
        app.root.beginAnew()
        waitFor { app.root.state.value is Root.Open }
        assertNotEquals(0, app.directory.client?.portals?.size)
    }

    private fun waitFor(what: () -> Boolean) = rule.waitUntil(WAIT) {
        shadowOf(Looper.getMainLooper()).idle()
        what()
    }

    private companion object {
        const val WAIT = 30_000L
    }
}
