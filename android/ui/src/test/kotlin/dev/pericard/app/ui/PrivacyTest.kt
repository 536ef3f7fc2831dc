package dev.pericard.app.ui

import androidx.compose.ui.semantics.LiveRegionMode
import androidx.compose.ui.semantics.SemanticsProperties
import androidx.compose.ui.test.ExperimentalTestApi
import androidx.compose.ui.test.SemanticsMatcher
import androidx.compose.ui.test.assertIsEnabled
import androidx.compose.ui.test.assertIsNotEnabled
import androidx.compose.ui.test.assertIsNotSelected
import androidx.compose.ui.test.assertIsSelected
import androidx.compose.ui.test.hasScrollAction
import androidx.compose.ui.test.hasText
import androidx.compose.ui.test.onNodeWithContentDescription
import androidx.compose.ui.test.onNodeWithText
import androidx.compose.ui.test.performClick
import androidx.compose.ui.test.performScrollTo
import androidx.compose.ui.test.performScrollToNode
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

/** The privacy screens as a screen reader says them, and what is done on them. */
@OptIn(ExperimentalTestApi::class)
class PrivacyTest {
    private val isPolite = SemanticsMatcher.expectValue(SemanticsProperties.LiveRegion, LiveRegionMode.Polite)

    private fun Stage.spoken() = test.onAllNodes(SemanticsMatcher.keyIsDefined(SemanticsProperties.Text)).fetchSemanticsNodes().map { it.spoken }

    @Test
    fun `each row of privacy leads on and says where`() = stage(sample("55-privacy.privacy")) {
        assertTrue("Who opened what, 214 entries. The list is whole" in spoken(), spoken().toString())
        for (title in listOf(words.privacyLog, words.privacyExport, words.privacySessions, words.privacyAccount, words.privacySignOut, words.privacyForget)) {
            test.onNodeWithText(title).performScrollTo().performClick()
        }
        assertEquals(
            listOf("openLog", "copy", "openSessionsPage", "openAccountPage", "signOut", "forget").map { "privacy.$it()" },
            calls,
        )
    }

    @Test
    fun `an entry is one element of what, whose and when`() = stage(sample("56-access-log.whole")) {
        assertTrue("Conversation opened, Records of Ana Ferreira, 8:12" in spoken(), spoken().toString())
        assertTrue("Wrong PIN, 2 times, Not opened, 7:31" in spoken(), spoken().toString())
        val headings = Checks(test, view).headings()
        assertTrue("Today" in headings && "Yesterday" in headings, headings.toString())
        test.onNodeWithContentDescription(words.logSave).performClick()
        test.onNode(hasScrollAction()).performScrollToNode(hasText(words.logEarlier))
        test.onNodeWithText(words.logEarlier).performClick()
        assertEquals(listOf("accessLog.save()", "accessLog.earlier()"), calls)
    }

    @Test
    fun `a broken list is told and has its deeds`() = stage(sample("56-access-log.broken")) {
        test.onNode(isPolite and hasText(words.logBroken)).fetchSemanticsNode()
        test.onNodeWithText(words.logChangePin).performClick()
        test.onNodeWithText(words.commonCall("Linden Clinic")).performClick()
        assertEquals(listOf("accessLog.changePin()", "accessLog.call()"), calls)
    }

    @Test
    fun `the kinds of a copy are a choice of one`() = stage(sample("55b-copy.choosing")) {
        test.onNode(hasText(words.exportPage)).assertIsSelected()
        test.onNode(hasText(words.exportData)).assertIsNotSelected().performClick()
        test.onNodeWithText(words.exportDo).performClick()
        assertEquals(listOf("copy.choose(Data)", "copy.begin()"), calls)
    }

    @Test
    fun `what waits is offered to be sent before anything goes`() = stage(sample("58-forget.unsent")) {
        test.onNodeWithText(words.forgetSend(2)).performClick()
        test.onNodeWithText(words.forgetDo).assertIsEnabled().performClick()
        assertEquals(listOf("leaving.sendFirst()", "leaving.leave()"), calls)
        assertTrue(spoken().any { it.startsWith("Not sent yet: 2 messages, ") }, spoken().toString())
    }

    @Test
    fun `nothing is left while it is being sent`() = stage(sample("58-forget.sending")) {
        test.onNodeWithText(words.forgetDo).assertIsNotEnabled()
    }

    @Test
    fun `the second step is turned off after a question`() = stage(sample("57b-second-step.on")) {
        test.onNodeWithText(words.secondMove).performClick()
        test.onNodeWithText(words.secondNewCodes).performClick()
        test.onNodeWithText(words.secondOff).performClick()
        assertEquals(listOf("setUp", "newCodes", "askToTurnOff").map { "secondStep.$it()" }, calls)
        assertTrue("Make new recovery codes, Only 2 are left. The old ones end" in spoken(), spoken().toString())
    }

    @Test
    fun `a clinic that did not answer can be asked again`() = stage(sample("57b-second-step.offline")) {
        test.onNodeWithText(words.exportAgain).performClick()
        assertEquals(listOf("secondStep.lookAgain()"), calls)
    }

    @Test
    fun `a deed that waits for a sign-in is told`() = stage(sample("57b-second-step.stepUp")) {
        test.onNode(isPolite and hasText(words.secondStepUp)).fetchSemanticsNode()
        test.onNodeWithText(words.sealedAgain).performClick()
        assertEquals(listOf("secondStep.signInAgain()"), calls)
    }
}
