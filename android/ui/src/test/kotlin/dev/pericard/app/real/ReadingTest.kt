package dev.pericard.app.real

import dev.pericard.app.ui.View
import dev.pericard.app.ui.app.Said
import dev.pericard.app.ui.inbox.InboxBanner
import dev.pericard.app.ui.inbox.InboxBody
import dev.pericard.app.ui.thread.Bubble
import dev.pericard.app.ui.thread.FilePlace
import dev.pericard.app.ui.thread.FileProblem
import dev.pericard.app.ui.thread.ThreadState
import dev.pericard.world.NetworkState
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

/** The inbox and its conversations, over the real core and the reference portal. */
class ReadingTest : RealTest() {
    @Test
    fun aFirstSyncSaysThatItIsUnderWay() = real {
        begin()
        password()
        // The sign-in was answered; of what is fetched then, nothing arrives.
        app.shows("the first sync") { all -> (all.home?.inbox?.body as? InboxBody.FirstSync)?.also { world.network(NetworkState.STALLED) } }
        seesBody("14-inbox-first-sync", "firstSync", View.Dark, View.Large, View.Arabic) { it is InboxBody.FirstSync && it.rows.isEmpty() }
        does.inbox.stopSync()
        sees("14-inbox-first-sync", "stopped") { all -> all.home?.inbox?.run { body is InboxBody.Content && banner == InboxBanner.Incomplete(null) } == true }
    }

    @Test
    fun anInboxWithNothingInItSaysSo() = real("""{"ana":{"threads":0,"messages":0}}""") {
        signIn()
        seesBody("17-inbox-empty", "empty", View.Dark, View.Large, View.Arabic) { it == InboxBody.Empty }
    }

    @Test
    fun whatIsNewIsMarkedAndUpToDateIsSaid() = real {
        signIn()
        tells("""{"new_message":{"who":"ana","thread":2,"text":"Please come ten minutes early and bring your insurance card.","ago":1260}}""")
        tells("""{"new_message":{"who":"ana","subject":"Change of your medication","text":"From tomorrow, take the new tablets in place of the old ones.","ago":720}}""")
        does.inbox.refresh()
        sees("15-inbox", "news", View.Dark) { all -> all.home?.unread == 2 && !all.home!!.inbox.refreshing }
        assertEquals(Said.UpToDate, app.shows("what was proved") { it.announcement }.what)
    }

    @Test
    fun whatIsSearchedIsFoundAsOneTypes() = real {
        signIn()
        val word = "insurance"
        for (length in 1..word.length) does.inbox.search(word.take(length))
        val found = seesBody("16-inbox-search", "hits", View.Dark, View.Large, View.Arabic) {
            it is InboxBody.Searching && !it.searching && it.text == word && it.hits.isNotEmpty()
        } as InboxBody.Searching
        assertTrue(found.hits.all { hit -> hit.snippet.any { it.hit && it.text.startsWith(word, ignoreCase = true) } })
        does.inbox.search("follow")
        seesBody("16-inbox-search", "elsewhere", View.Dark, View.Large, View.Arabic) {
            it is InboxBody.Searching && !it.searching && it.text == "follow" && it.hits.any { hit -> hit.isElsewhere && "Follow" in hit.subject }
        }
        does.inbox.search("xylophone")
        seesBody("16-inbox-search", "noHits") { it is InboxBody.Searching && !it.searching && it.text == "xylophone" && it.hits.isEmpty() }
        val hit = found.hits.first()
        does.inbox.openHit(hit.threadId, hit.messageId)
        sees("25-thread", "found") { all -> all.thread?.takeIf { it.found == hit.messageId && it.messages.any { message -> message.id == hit.messageId } } != null }
    }

    @Test
    fun aFileIsFetchedAndLookedAt() = real {
        signIn()
        tells("""{"new_message":{"who":"ana","thread":0,"text":"Here is the report of your blood test, with what it means.","ago":1800,"file":{"bytes":240000,"name":"Blood test.pdf"}}}""")
        sync()
        val row = app.shows("the letter") { all -> (all.home?.inbox?.body as? InboxBody.Content)?.rows?.find { it.unread == 1 } }
        does.inbox.openThread(row.id)
        val file = checkNotNull(
            sees("25-thread", "files", View.Dark, View.Large, View.Arabic) { all -> all.thread?.newestFile?.place == FilePlace.Remote() }.thread?.newestFile,
        )
        assertEquals("Blood test.pdf" to 240_000L, file.name to file.size)
        world.network(NetworkState.STALLED)
        does.thread.download(file.id)
        sees("25-thread", "downloading") { all -> all.thread?.newestFile?.place is FilePlace.Downloading }
        does.thread.stopDownload(file.id)
        world.network(NetworkState.UP)
        app.shows("the download stopped") { all -> all.thread?.takeIf { it.newestFile?.place is FilePlace.Remote && it.problem == null } }
        does.thread.download(file.id)
        sees("25-thread", "fileStored") { all -> all.thread?.run { newestFile?.place == FilePlace.Stored && problem == null } == true }
        world.network(NetworkState.DOWN)
        does.thread.openFile(file.id)
        device.until("show Blood test.pdf")
    }

    @Test
    fun aFileThatIsNotWhatItSaidIsNotShown() = real(faults = """{"fault":"file","as":"wrong_hash"}""") {
        signIn()
        tells("""{"new_message":{"who":"ana","thread":0,"text":"Here is the report.","ago":1800,"file":{"bytes":3000,"name":"Report.pdf"}}}""")
        sync()
        val row = app.shows("the letter") { all -> (all.home?.inbox?.body as? InboxBody.Content)?.rows?.find { it.unread == 1 } }
        does.inbox.openThread(row.id)
        val file = checkNotNull(app.shows("the file") { it.thread?.newestFile })
        does.thread.download(file.id)
        sees("25-thread", "fileOfAnotherContent") { all -> all.thread?.newestFile?.place == FilePlace.Unavailable(FileProblem.Mismatch) }
        assertEquals(null, app.app.state.value.thread?.problem)
    }

    @Test
    fun aLongConversationIsReadPageByPage() = real("""{"ana":{"threads":1,"messages":120}}""") {
        signIn()
        does.inbox.openThread(app.content().rows.single().id)
        val page = checkNotNull(sees("25-thread", "onePageOfMore") { all -> all.thread?.run { messages.isNotEmpty() && hasOlder } == true }.thread)
        assertEquals(50, page.messages.size)
        does.thread.older()
        app.shows("another page") { all -> all.thread?.takeIf { it.messages.size == 100 && it.hasOlder } }
        does.thread.older()
        val all = app.shows("the whole") { all -> all.thread?.takeIf { !it.hasOlder } }
        assertEquals(120, all.messages.size)
        assertEquals(all.messages.map(Bubble::at).sortedByDescending { it.at }, all.messages.map(Bubble::at))
    }

    @Test
    fun aLongConversationOpensWhereItWasRead() = real("""{"ana":{"threads":1,"messages":120}}""") {
        signIn()
        does.inbox.openThread(app.content().rows.single().id)
        app.shows("a page") { all -> all.thread?.takeIf { it.messages.size == 50 && it.hasOlder } }
        does.thread.older()
        val read = app.shows("another page") { all -> all.thread?.messages?.takeIf { it.size == 100 } }[70]
        does.thread.shownFrom(read.id)
        restart(app.app.places)
        val thread = checkNotNull(sees("25-thread", "cameBack", View.Large) { all -> all.thread?.run { from == read.id && messages.any { it.id == read.id } } == true }.thread)
        assertEquals(read, thread.messages.single { it.id == read.id })
    }

    @Test
    fun aConversationIsPutAwayAndComesBackWithNews() = real {
        signIn()
        val row = app.content().rows.first()
        does.inbox.openThread(row.id)
        app.shows("its messages") { all -> all.thread?.takeIf { it.messages.isNotEmpty() } }
        does.thread.archive(true)
        sees("25-thread", "archived") { all -> all.thread?.archived == true }
        does.back()
        app.inbox("the list without it") { state -> (state.body as? InboxBody.Content)?.rows?.none { it.id == row.id } == true }
        tells("""{"new_message":{"who":"ana","thread":0,"text":"One more thing."}}""")
        sync()
        app.inbox("the list with it") { state -> (state.body as? InboxBody.Content)?.rows?.any { it.id == row.id && it.unread == 1 } == true }
    }
}

/** The file of the newest message that has one. */
internal val ThreadState.newestFile get() = messages.firstOrNull { it.files.isNotEmpty() }?.files?.first()
