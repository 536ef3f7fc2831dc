package dev.pericard.app.android

import android.app.NotificationManager
import android.graphics.Bitmap
import android.os.Bundle
import android.os.Looper
import androidx.compose.ui.graphics.asAndroidBitmap
import androidx.compose.ui.semantics.SemanticsActions
import androidx.compose.ui.semantics.SemanticsProperties
import androidx.compose.ui.test.SemanticsMatcher
import androidx.compose.ui.test.captureToImage
import androidx.compose.ui.test.hasClickAction
import androidx.compose.ui.test.hasContentDescription
import androidx.compose.ui.test.hasSetTextAction
import androidx.compose.ui.test.hasText
import androidx.compose.ui.test.junit4.v2.createEmptyComposeRule
import androidx.compose.ui.test.onFirst
import androidx.compose.ui.test.onRoot
import androidx.compose.ui.test.performClick
import androidx.compose.ui.test.performTextInput
import androidx.test.core.app.ApplicationProvider
import androidx.work.ListenableWorker
import androidx.work.NetworkType
import androidx.work.WorkManager
import androidx.work.testing.TestListenableWorkerBuilder
import dev.pericard.app.desktop.totp
import dev.pericard.app.models.NOTIFY
import dev.pericard.app.ui.words.Language
import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.Rule
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.Robolectric
import org.robolectric.RobolectricTestRunner
import org.robolectric.Shadows.shadowOf
import org.robolectric.android.controller.ActivityController
import org.robolectric.annotation.Config
import org.robolectric.annotation.GraphicsMode
import java.io.File
import java.time.Instant

/** The Android app, over the real core and the reference portal: from the first run to what waits for the network. */
@RunWith(RobolectricTestRunner::class)
@Config(application = TestApplication::class, qualifiers = "w411dp-h891dp-xhdpi")
@GraphicsMode(GraphicsMode.Mode.NATIVE)
class WalkTest {
    @get:Rule val rule = createEmptyComposeRule()
    private val words = Language.English.words
    private val app get() = ApplicationProvider.getApplicationContext<TestApplication>()

    @Test
    fun `from the first run to an answer sent, through the app's death, and on without a network`() {
        var window = Robolectric.buildActivity(MainActivity::class.java).setup()
        signIn()
        answer()
        window = turnThePhone(window)
        window = die(window)
        offline()
        leave(window)
        inTheBackground()
    }

    private fun signIn() {
        press("Linden Clinic")
        type(words.signInUser, TestApplication.of("user"))
        type(words.signInPassword, TestApplication.of("password"))
        picture("password")
        press(words.signInTitle)
        shown(hasText(words.codeTitle))
        rule.onNode(hasSetTextAction()).performTextInput(totp(TestApplication.of("secret"), Instant.now()))
        picture("code")
        press(words.codeSend)
        shown(conversation)
        picture("inbox")
    }

    private fun answer() {
        rule.onAllNodes(conversation).onFirst().performClick()
        type(words.threadWrite, ANSWER)
        press(words.threadSend)
        shown(answered)
        rule.waitUntil(WAIT) { rule.onAllNodes(hasText("Sending", substring = true)).fetchSemanticsNodes().isEmpty() }
        picture("answer sent")
    }

    /** The window is made anew, and shows what the one before showed. */
    private fun turnThePhone(window: ActivityController<MainActivity>): ActivityController<MainActivity> {
        window.recreate()
        shown(answered)
        return window
    }

    /** The system ends the process of an app that is not in front, and the person comes back to it: to the same conversation. */
    private fun die(window: ActivityController<MainActivity>): ActivityController<MainActivity> {
        type(words.threadWrite, UNFINISHED)
        val kept = Bundle()
        window.pause().stop().saveInstanceState(kept).destroy()
        val dying = app.dies()
        waitFor { dying.isCompleted }
        val next = Robolectric.buildActivity(MainActivity::class.java).setup(kept)
        shown(answered)
        shown(hasSetTextAction() and hasText(UNFINISHED))
        picture("after the app's death")
        return next
    }

    /** From here on nothing answers. */
    private fun offline() {
        ProcessHandle.of(TestApplication.of("portal").toLong()).ifPresent { it.destroyForcibly() }
        press(words.threadSend)
        shown(hasText(words.stateQueued, substring = true))
        picture("waiting to send")
    }

    /** What waits is sent by the system's leave as soon as there is a network, without the person. */
    private fun leave(window: ActivityController<MainActivity>) {
        window.pause().stop()
        val queued = { WorkManager.getInstance(app).getWorkInfosForUniqueWork("send").get() }
        waitFor { queued().isNotEmpty() }
        assertEquals(NetworkType.CONNECTED, queued().single().constraints.requiredNetworkType)
    }

    private fun inTheBackground() {
        app.device.settings[NOTIFY] = "1"
        val work = TestListenableWorkerBuilder<SyncWorker>(app).build().startWork()
        waitFor { work.isDone }
        assertEquals(ListenableWorker.Result.success(), work.get())
        val shown = app.getSystemService(NotificationManager::class.java).activeNotifications
        assertTrue("nothing is new while the clinic cannot be reached", shown.isEmpty())
    }

    private val answered = hasText(ANSWER, substring = true) and !hasSetTextAction()

    /** The core answers on threads of its own: the main thread has to be let go on between. */
    private fun waitFor(what: () -> Boolean) = rule.waitUntil(WAIT) {
        shadowOf(Looper.getMainLooper()).idle()
        what()
    }

    private val conversation = hasClickAction() and SemanticsMatcher("is a conversation") { node ->
        node.config.getOrElse(SemanticsProperties.ContentDescription) { emptyList() }.any { text -> text.count { it == '.' } > 2 && words.inboxDraft !in text }
    }

    private fun shown(what: SemanticsMatcher) = rule.waitUntil(WAIT) { rule.onAllNodes(what).fetchSemanticsNodes().isNotEmpty() }

    private fun press(name: String) {
        val button = (hasText(name) or hasContentDescription(name)) and SemanticsMatcher("can be pressed") { node ->
            SemanticsActions.OnClick in node.config && SemanticsProperties.Disabled !in node.config
        }
        shown(button)
        rule.onAllNodes(button).onFirst().performClick()
    }

    private fun type(label: String, text: String) {
        val field = hasSetTextAction() and (hasText(label) or hasContentDescription(label))
        shown(field)
        rule.onNode(field).performTextInput(text)
    }

    private fun picture(name: String) {
        File(TestApplication.of("pictures")).mkdirs()
        val picture = rule.onRoot().captureToImage().asAndroidBitmap()
        File(TestApplication.of("pictures"), "$name.png").outputStream().use { picture.compress(Bitmap.CompressFormat.PNG, 100, it) }
    }

    private companion object {
        const val ANSWER = "Thank you, I will be there"
        const val UNFINISHED = "One more question"
        const val WAIT = 30_000L
    }
}
