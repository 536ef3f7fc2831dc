package dev.pericard.app.models

import dev.pericard.DocumentView
import dev.pericard.FileProgress
import dev.pericard.PericardException
import dev.pericard.app.ui.app.Screen
import dev.pericard.app.ui.app.Tab
import dev.pericard.app.ui.documents.Caution
import dev.pericard.app.ui.documents.DocumentBody
import dev.pericard.app.ui.documents.DocumentState
import dev.pericard.app.ui.documents.Saved
import dev.pericard.app.ui.model.Problem
import dev.pericard.app.ui.records.RecordKind
import dev.pericard.app.ui.records.Shown
import dev.pericard.app.ui.records.ShutReason
import dev.pericard.app.ui.thread.FilePlace
import dev.pericard.testing.FakeAccount
import dev.pericard.testing.FakeContent
import dev.pericard.testing.FakeDocument
import dev.pericard.testing.FakeDocuments
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

/** Documents, with an account in memory. */
class DocumentsTest {
    private fun signedIn(fake: FakeAccount = FakeAccount(), test: suspend Running.(FakeAccount) -> Unit) =
        running(FakeCore(fake, signedIn = true)) {
            content()
            does.select(Tab.Records)
            does.records.open(RecordKind.Documents)
            documents()
            test(fake)
        }

    /** The newest of the samples, with this in its file. */
    private suspend fun of(view: DocumentView, bytes: ByteArray = "as it is".toByteArray(), fileName: String = "letter.exe"): FakeAccount {
        val document = FakeAccount().documents.documents.documents().documents.first()
        val file = document.files.single().copy(fileName = fileName)
        return FakeAccount(documents = FakeDocuments(listOf(FakeDocument(document.copy(files = listOf(file)), listOf(FakeContent(bytes, view))))))
    }

    private suspend fun Running.open(title: String = ""): DocumentState {
        val row = documents().content().first { title in it.title }
        does.documents.open(row.id)
        return document { true }
    }

    private suspend fun Running.document(look: (DocumentState) -> Boolean): DocumentState =
        shows("the document") { all -> (all.top as? Screen.OneDocument)?.state?.takeIf(look) }

    private suspend inline fun <reified B : DocumentBody> Running.body(crossinline look: (B) -> Boolean = { true }): B =
        document { state -> (state.body as? B)?.let(look) == true }.body as B

    @Test
    fun `a document is fetched when it is opened, and read as text`() = signedIn {
        open("Letter about your visit")
        val text = body<DocumentBody.Text>()
        assertEquals(listOf("Your visit", "You are doing well. We meet again in three months."), text.paragraphs)
        assertTrue(text.cleaned)
        does.back()
        assertEquals(FilePlace.Stored, documents { state -> state.content().first().file?.place == FilePlace.Stored }.content().first().file?.place)
    }

    @Test
    fun `the arrow fetches one without opening it, says how far it is, and can be stopped`() = signedIn { fake ->
        fake.documents.downloadSteps = listOf(FileProgress(1, 4), FileProgress(2, 4))
        val row = documents().content().first()
        does.documents.download(row.id)
        documents { state -> state.content().first().file?.place == FilePlace.Stored }
        assertTrue(app.state.value.top is Screen.Documents)
    }

    @Test
    fun `without the network one that is not here says so, and the others open`() = signedIn { fake ->
        fake.documents.downloadFailure = PericardException.Offline()
        open("Letter about your visit")
        assertEquals(Problem.Offline, body<DocumentBody.NotHere>().problem)
        fake.documents.downloadFailure = null
        does.document.download()
        body<DocumentBody.Text>()
        does.back()
        open("Summary")
        body<DocumentBody.Text>()
    }

    @Test
    fun `a fresh sign-in opens it by itself`() = signedIn { fake ->
        fake.documents.downloadFailure = PericardException.StepUpRequired()
        open("Letter about your visit")
        document { it.shown == Shown.Shut(ShutReason.StepUp()) && it.title.isEmpty() }
        does.recordFrame.stepUp()
        fake.documents.downloadFailure = null
        signInOnceMore()
        body<DocumentBody.Text>()
    }

    @Test
    fun `a PDF is drawn page by page, and not at all where nothing draws it`() = signedIn {
        device.pdfPages = 2
        open("Discharge")
        assertEquals(0 to 2, body<DocumentBody.Pages> { it.page != null }.run { at to count })
        does.document.page(1)
        assertEquals(1, body<DocumentBody.Pages> { it.at == 1 && it.page != null }.at)
        does.document.page(2)
        assertEquals(1, body<DocumentBody.Pages>().at)
        does.back()
        device.pdfPages = null
        open("Discharge")
        body<DocumentBody.CannotShow>()
    }

    @Test
    fun `what is something else than it says stays closed and is not saved`() = kotlinx.coroutines.runBlocking {
        of(DocumentView.AnotherType("application/pdf", "text/html"))
    }.let { fake ->
        signedIn(fake) {
            open()
            assertEquals(DocumentBody.AnotherType("PDF", "HTML"), body<DocumentBody.AnotherType>())
            assertFalse(document { true }.canShare)
            does.document.askToShare()
            assertNull(document { true }.sharing)
        }
    }

    @Test
    fun `a copy leaves only after a warning, under a name that says what is in it`() = kotlinx.coroutines.runBlocking {
        of(DocumentView.Pdf(listOf(dev.pericard.ActiveContent.SCRIPT), hiddenParts = false), "%PDF".toByteArray())
    }.let { fake ->
        signedIn(fake) {
            device.pdfPages = 1
            open()
            assertEquals(Caution.Active, body<DocumentBody.Pages> { it.page != null }.caution)
            does.document.share()
            does.document.askToShare()
            assertTrue(checkNotNull(document { it.sharing != null }.sharing).active)
            assertFalse(device.asked.any { it.startsWith("create") && "letter.pdf" !in it })
            does.document.share()
            document { it.saved == Saved.Done }
            assertEquals("%PDF", device.place.text("letter.pdf"))
            assertEquals(setOf("letter.pdf"), device.place.names)
        }
    }

    @Test
    fun `of a page goes out what is shown of it`() = kotlinx.coroutines.runBlocking {
        of(DocumentView.Page("<p>Clean</p>", "Clean"), "<script>alert(1)</script>".toByteArray())
    }.let { fake ->
        signedIn(fake) {
            open()
            body<DocumentBody.Text>()
            does.document.askToShare()
            does.document.share()
            document { it.saved == Saved.Done }
            assertEquals("<p>Clean</p>", device.place.text("letter.html"))
        }
    }

    @Test
    fun `a full place leaves nothing behind`() = signedIn {
        device.place.space = 3
        open("Summary")
        body<DocumentBody.Text>()
        does.document.askToShare()
        does.document.share()
        document { it.saved == Saved.Not }
        assertEquals(emptySet<String>(), device.place.names)
    }

    @Test
    fun `what is removed from this phone is at the clinic still`() = signedIn {
        open("Summary")
        body<DocumentBody.Text>()
        does.document.remove()
        val row = documents { state -> state.content().last().file?.place is FilePlace.Remote }.content().last()
        does.documents.open(row.id)
        body<DocumentBody.Text>()
    }

    @Test
    fun `a name runs nothing`() {
        assertEquals("letter.pdf", copyName("letter.exe", "application/pdf"))
        assertEquals("letter.pdf.html", copyName("letter.pdf.exe", "text/html"))
        assertEquals("run.bin", copyName("run.exe", "application/x-msdownload"))
        assertEquals("picture.png", copyName("picture", "image/png"))
    }

    private val DocumentState.body get() = (shown as? Shown.Content)?.content
}
