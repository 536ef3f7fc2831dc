package dev.pericard.app.ui

import androidx.compose.runtime.CompositionLocalProvider
import androidx.compose.ui.geometry.Size
import androidx.compose.ui.test.ExperimentalTestApi
import androidx.compose.ui.test.onNodeWithContentDescription
import androidx.compose.ui.test.onNodeWithText
import androidx.compose.ui.test.performClick
import androidx.compose.ui.test.performTextInput
import androidx.compose.ui.test.v2.runSkikoComposeUiTest
import androidx.compose.ui.unit.Density
import androidx.navigationevent.DirectNavigationEventInput
import androidx.navigationevent.NavigationEvent
import androidx.navigationevent.NavigationEventDispatcher
import androidx.navigationevent.NavigationEventDispatcherOwner
import androidx.navigationevent.compose.LocalNavigationEventDispatcherOwner
import dev.pericard.app.ui.app.AppState
import dev.pericard.app.ui.app.PericardApp
import dev.pericard.app.ui.samples.People
import dev.pericard.app.ui.samples.home
import dev.pericard.app.ui.samples.thread
import dev.pericard.app.ui.words.Language
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Test

@OptIn(ExperimentalTestApi::class)
class BackTest {
    private val people = People(Language.English)

    /** Goes back once and returns what the app was told; a host whose Back the app leaves alone would close it. */
    private fun back(state: AppState): List<String> {
        val recorder = Recorder()
        val input = DirectNavigationEventInput()
        var left = 0
        val owner = object : NavigationEventDispatcherOwner {
            override val navigationEventDispatcher = NavigationEventDispatcher { left++ }.apply { addInput(input) }
        }
        runSkikoComposeUiTest(Size(720f, 1560f), Density(2f)) {
            setContent {
                CompositionLocalProvider(LocalNavigationEventDispatcherOwner provides owner) {
                    PericardApp(state, recorder.events, View.Light.look)
                }
            }
            waitForIdle()
            runOnUiThread {
                input.backStarted(NavigationEvent())
                input.backCompleted()
            }
            waitForIdle()
        }
        return recorder.calls + List(left) { "left" }
    }

    private fun app(name: String) = sample(name).app(people)

    @Test
    fun `back closes what is on top`() {
        assertEquals(listOf("back()"), back(app("25-thread.files")))
        assertEquals(listOf("back()"), back(app("57-settings.settings")))
        assertEquals(listOf("back()"), back(app("06-code.asked")))
        assertEquals(listOf("back()"), back(app("16-inbox-search.searching")))
        assertEquals(listOf("back()"), back(app("54-you.you")))
    }

    @Test
    fun `back from the inbox and the lock leaves the app`() {
        assertEquals(listOf("left"), back(app("15-inbox.content")))
        assertEquals(listOf("left"), back(app("11-lock.biometry")))
    }

    @Test
    fun `recovery codes are not left by back`() = assertEquals(emptyList<String>(), back(app("10-recovery-codes.kept")))

    @Test
    fun `a draft and the list's place outlive a thread that is left`() {
        val inbox = AppState(listOf(people.home()))
        stage(AppState(listOf(people.home(), people.thread()))) {
            test.onNodeWithContentDescription(words.threadWrite).performTextInput("Half a")
            test.onNodeWithContentDescription(words.commonBack).performClick()
            assertEquals(listOf("thread.write(Half a)", "back()"), calls)
            state = inbox
            test.waitForIdle()
            test.onNodeWithText(words.inboxSearch).assertExists()
        }
    }

    @Test
    fun `side by side a thread has no arrow and the list stays`() = stage(sample("24-inbox-wide.thread")) {
        test.onNodeWithContentDescription(words.commonBack).assertDoesNotExist()
        test.onNodeWithText(words.inboxSearch).assertExists()
        test.onNodeWithContentDescription(words.threadWrite).assertExists()
    }
}
