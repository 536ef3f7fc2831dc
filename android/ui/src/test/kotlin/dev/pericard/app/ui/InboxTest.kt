package dev.pericard.app.ui

import androidx.compose.ui.semantics.LiveRegionMode
import androidx.compose.ui.semantics.SemanticsActions
import androidx.compose.ui.semantics.SemanticsProperties
import androidx.compose.ui.test.ExperimentalTestApi
import androidx.compose.ui.test.SemanticsMatcher
import androidx.compose.ui.test.hasScrollToIndexAction
import androidx.compose.ui.test.hasSetTextAction
import androidx.compose.ui.test.hasTestTag
import androidx.compose.ui.test.hasText
import androidx.compose.ui.test.onFirst
import androidx.compose.ui.test.onNodeWithContentDescription
import androidx.compose.ui.test.onNodeWithText
import androidx.compose.ui.test.performClick
import androidx.compose.ui.test.performScrollToIndex
import androidx.compose.ui.test.performTextInput
import dev.pericard.app.ui.app.AppState
import dev.pericard.app.ui.inbox.InboxBody
import dev.pericard.app.ui.samples.People
import dev.pericard.app.ui.samples.home
import dev.pericard.app.ui.samples.rows
import dev.pericard.app.ui.words.Language
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

@OptIn(ExperimentalTestApi::class)
class InboxTest {
    private val people = People(Language.English)

    private val Stage.rows get() = test.onAllNodes(hasTestTag("thread"))

    @Test
    fun `ten thousand conversations compose no more than a page`() {
        val many = (1..10_000).map { people.rows()[it % 7].copy(id = "$it") }
        stage(AppState(listOf(people.home(InboxBody.Content(many))))) {
            assertTrue(rows.fetchSemanticsNodes().size < 40)
            test.onNode(hasScrollToIndexAction()).performScrollToIndex(9_000)
            test.waitForIdle()
            assertTrue(rows.fetchSemanticsNodes().size in 1..39)
        }
    }

    @Test
    fun `a row is one element that reads new, sender, subject, preview and time`() = stage(sample("15-inbox.content")) {
        assertEquals(
            "2 new messages. Dr. Nadia Haddad. Change of your medication. From tomorrow, take the new tablets in place of the old ones.. 8:12",
            rows.onFirst().fetchSemanticsNode().spoken,
        )
        rows.onFirst().performClick()
        assertEquals(listOf("inbox.openThread(1)"), calls)
    }

    @Test
    fun `what waits says so`() = stage(sample("15-inbox.waiting")) {
        val spoken = rows.fetchSemanticsNodes().map { it.spoken }
        assertTrue("Waiting to send: Can I come at ten?" in spoken[0], spoken[0])
        assertTrue("Not sent: " in spoken[1], spoken[1])
        assertTrue("Please check: " in spoken[2], spoken[2])
        assertTrue("Draft: " in spoken[3], spoken[3])
    }

    @Test
    fun `title, search, banner and rows come in this order`() = stage(sample("18-inbox-offline.offline")) {
        val tops = listOf(
            test.onNode(hasText(words.tabMessages) and SemanticsMatcher.keyIsDefined(SemanticsProperties.Heading)),
            test.onNodeWithText(words.inboxSearch),
            test.onNodeWithText(words.offlineTitle),
            rows.onFirst(),
        ).map { it.fetchSemanticsNode().positionInRoot.y }
        assertEquals(tops.sorted(), tops)
    }

    @Test
    fun `a banner is spoken politely`() = stage(sample("19-inbox-off.off")) {
        val polite = SemanticsMatcher.expectValue(SemanticsProperties.LiveRegion, LiveRegionMode.Polite)
        test.onNode(polite and hasText(words.offTitle)).assertExists()
        test.onNodeWithText(words.offWhy).performClick()
        assertEquals(listOf("inbox.openNotice(Off)"), calls)
    }

    @Test
    fun `an empty inbox invites to write only where the clinic takes messages`() {
        stage(sample("17-inbox-empty.empty")) { test.onNodeWithText(words.emptyText).assertExists() }
        stage(sample("19-inbox-off.notOffered")) {
            test.onNodeWithText(words.emptyTitle).assertExists()
            test.onNodeWithText(words.emptyText).assertDoesNotExist()
        }
    }

    @Test
    fun `progress is spoken in quarters, and stopping is a button`() = stage(sample("14-inbox-first-sync.firstSync")) {
        test.onNodeWithContentDescription(words.sayProgress(50)).assertExists()
        test.onNodeWithText(words.syncStop).performClick()
        assertEquals(listOf("inbox.stopSync()"), calls)
    }

    @Test
    fun `without a total there is no per cent`() = stage(sample("14-inbox-first-sync.noTotal")) {
        test.onNode(hasText("%", substring = true)).assertDoesNotExist()
    }

    @Test
    fun `pulling has a twin that needs no gesture`() = stage(sample("15-inbox.content")) {
        val actions = test.onAllNodes(SemanticsMatcher.keyIsDefined(SemanticsActions.CustomActions))
            .fetchSemanticsNodes().flatMap { it.config[SemanticsActions.CustomActions] }
        test.runOnUiThread { actions.first { it.label == words.inboxRefresh }.action() }
        assertEquals(listOf("inbox.refresh()"), calls)
    }

    @Test
    fun `a hit with nothing marked in its text says where it may be`() = stage(sample("16-inbox-search.searching")) {
        val rows = test.onAllNodes(SemanticsMatcher("says it") { words.searchElsewhere in it.spoken })
        assertEquals(1, rows.fetchSemanticsNodes().size)
        assertTrue("Your appointment with the dietician" in rows.fetchSemanticsNodes().single().spoken)
    }

    @Test
    fun `each key searches, and back closes the search`() = stage(sample("16-inbox-search.searching")) {
        test.onNode(hasSetTextAction()).performTextInput("x")
        test.onNodeWithContentDescription(words.commonBack).performClick()
        assertEquals(2, calls.size)
        assertTrue(calls[0].startsWith("inbox.search("))
        assertEquals("inbox.closeSearch()", calls[1])
    }

    @Test
    fun `the layout is mirrored in Arabic`() = stage(sample("15-inbox.content"), View.Arabic) {
        val title = test.onNode(hasText(words.tabMessages) and SemanticsMatcher.keyIsDefined(SemanticsProperties.Heading))
        val chip = test.onNode(SemanticsMatcher("chip") { it.spoken.startsWith("سجلات") })
        assertTrue(title.fetchSemanticsNode().positionInRoot.x > chip.fetchSemanticsNode().positionInRoot.x)
    }

    @Test
    fun `a closed inbox shows no row and says the one way back`() = stage(sample("31-notice-signed-out.sealed")) {
        assertEquals(0, rows.fetchSemanticsNodes().size)
        test.onNodeWithText(words.sealedAgain).performClick()
        assertEquals(listOf("closed.signInAgain()"), calls)
    }
}
