package dev.pericard.app.ui

import androidx.compose.ui.semantics.LiveRegionMode
import androidx.compose.ui.semantics.SemanticsActions
import androidx.compose.ui.semantics.SemanticsProperties
import androidx.compose.ui.test.ExperimentalTestApi
import androidx.compose.ui.test.SemanticsMatcher
import androidx.compose.ui.test.assertIsDisplayed
import androidx.compose.ui.test.assertIsEnabled
import androidx.compose.ui.test.assertIsNotDisplayed
import androidx.compose.ui.test.assertIsNotEnabled
import androidx.compose.ui.test.hasContentDescription
import androidx.compose.ui.test.hasText
import androidx.compose.ui.test.onNodeWithContentDescription
import androidx.compose.ui.test.onNodeWithText
import androidx.compose.ui.test.performClick
import androidx.compose.ui.test.performTextInput
import dev.pericard.app.ui.app.Announcement
import dev.pericard.app.ui.app.Said
import dev.pericard.app.ui.app.Screen
import dev.pericard.app.ui.samples.People
import dev.pericard.app.ui.words.Language
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

@OptIn(ExperimentalTestApi::class)
class ThreadTest {
    @Test
    fun `what did not arrive offers its deeds in the bubble`() = stage(sample("26-thread-states.everyState")) {
        test.onNodeWithText(words.threadSendAgain).performClick()
        test.onNodeWithText(words.threadRemove).performClick()
        test.onNodeWithText(words.threadWhatCanIDo).performClick()
        assertEquals(listOf("thread.retry(s3)", "thread.withdraw(s3)", "thread.decide(s4)"), calls)
    }

    @Test
    fun `days are headings`() = stage(sample("25-thread.files")) {
        val headings = Checks(test, view).headings()
        assertTrue("Today" in headings && "Tuesday 3 November" in headings, headings.toString())
    }

    @Test
    fun `an empty message is not sent, and what is typed is told at once`() = stage(sample("25-thread.files")) {
        test.onNodeWithContentDescription(words.threadSend).assertIsNotEnabled()
        test.onNodeWithContentDescription(words.threadWrite).performTextInput("Yes")
        test.onNodeWithContentDescription(words.threadSend).assertIsEnabled().performClick()
        assertEquals(listOf("thread.write(Yes)", "thread.send()"), calls)
    }

    @Test
    fun `a message can be copied without a gesture`() = stage(sample("25-thread.files")) {
        val actions = test.onAllNodes(SemanticsMatcher.keyIsDefined(SemanticsActions.CustomActions))
            .fetchSemanticsNodes().flatMap { it.config[SemanticsActions.CustomActions] }
        test.runOnUiThread { actions.first { it.label == words.commonCopy }.action() }
        assertTrue(calls.single().startsWith("thread.copy("))
    }

    @Test
    fun `what was sent out of sight is spoken politely`() = stage(sample("15-inbox.content")) {
        state = state.copy(announcement = Announcement(Said.Sent, 1))
        test.waitForIdle()
        val polite = SemanticsMatcher.expectValue(SemanticsProperties.LiveRegion, LiveRegionMode.Polite)
        test.onNode(polite and hasContentDescription(words.saySent)).assertExists()
    }

    @Test
    fun `a conversation opens with the message at its top that was there, and tells where it is`() {
        val all = sample("25-thread.files").app(People(Language.English))
        val thread = (all.top as Screen.Thread).state
        val many = List(40) { thread.messages.last().copy(id = "m$it", text = "Number $it", files = emptyList()) }
        fun at(from: String?) = all.copy(stack = all.stack.dropLast(1) + Screen.Thread(thread.copy(messages = many, from = from)))
        stage(at("m20")) {
            test.onNodeWithText("Number 20").assertIsDisplayed()
            test.onNodeWithText("Number 21").assertIsNotDisplayed()
            assertEquals("thread.shownFrom(m20)", recorder.scrolled.last())
        }
        stage(at(null)) {
            test.onNodeWithText("Number 0").assertIsDisplayed()
            assertEquals("thread.shownFrom(null)", recorder.scrolled.last())
        }
    }

    @Test
    fun `nothing downloads or opens by itself`() = stage(sample("25-thread.unusual")) {
        assertEquals(listOf("thread.older()"), calls)
    }

    @Test
    fun `waiting comes first, and nothing is sent again unasked`() = stage(sample("28-please-check.deciding")) {
        test.onNodeWithText(words.checkWaitNow).performClick()
        assertEquals(listOf("thread.stopDeciding()"), calls)
    }

    @Test
    fun `the missing recipient is said where Send was tapped`() = stage(sample("29-new-message.missing")) {
        test.onNodeWithContentDescription(words.threadSend).performClick()
        test.onNode(hasText(words.newNeedTo) and SemanticsMatcher.keyIsDefined(SemanticsProperties.LiveRegion)).assertExists()
        assertEquals(listOf("compose.send()"), calls)
    }
}
