package dev.pericard

import dev.pericard.testing.FakeAccount
import dev.pericard.testing.FakeDocuments
import dev.pericard.testing.FakeLetter
import dev.pericard.testing.FakeMessages
import dev.pericard.testing.FakePerson
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.yield
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import java.time.Instant

/** An account in memory behaves as a screen expects of an account. */
class FakeTest {
    private val fake = FakeAccount()
    private val account = fake.account
    private val messages = fake.messages.messages

    @Test
    fun `the sample is an inbox`() = runBlocking {
        val inbox = account.messages(account.people.single().id)
        val first = inbox.threads(null, 2)
        assertEquals(listOf("Your blood test", "Blood pressure"), first.threads.map { it.subject })
        assertEquals(1, first.threads[0].unread)
        val rest = inbox.threads(first.after, 50)
        assertEquals(3, rest.threads.size)
        assertNull(rest.after)
        assertEquals(3, inbox.outbox().size)
    }

    @Test
    fun `what is sent is told and arrives`() = runBlocking {
        val told = mutableListOf<ChangeSet>()
        val stream = launch(start = CoroutineStart.UNDISPATCHED) { account.changes.toList(told) }
        val sent = messages.send(NewMessage("It is better.", thread = ThreadId("Blood pressure")))
        assertEquals(MessageState.Queued, sent.state)
        yield()
        assertTrue(told.single().outbox)
        assertEquals(listOf(ThreadId("Blood pressure")), told.single().records.single().groups)
        assertEquals(SyncOutcome.Complete, account.startSync().join())
        assertEquals(MessageState.Sent, messages.message(sent.id).state)
        stream.cancel()
    }

    @Test
    fun `what was detected is given, and told`() = runBlocking {
        val told = mutableListOf<ChangeSet>()
        val stream = launch(start = CoroutineStart.UNDISPATCHED) { account.changes.toList(told) }
        assertEquals(emptyList<Incident>(), account.incidents())
        val damage = Incident(IncidentId("damage"), Instant.EPOCH, IncidentKind.DATABASE_DAMAGED, Feature.MESSAGES, "Communication")
        fake.incidents = listOf(damage)
        yield()
        assertTrue(told.single().features)
        assertEquals(listOf(damage), account.incidents())
        stream.cancel()
    }

    @Test
    fun `a thread is read in both directions`() = runBlocking {
        val hit = messages.search("too HIGH", null, 10).hits.first()
        assertTrue(hit.snippet.any { it.hit })
        val page = messages.messagesAround(hit.message.id, 3)
        assertEquals(3, page.messages.size)
        val newer = messages.newerMessages(hit.message.thread, page.before!!, 5)
        assertEquals(listOf("I will. Thank you!"), newer.messages.map { it.text })
        assertNull(newer.before)
    }

    @Test
    fun `drafts and the archive are kept`(): Unit = runBlocking {
        val draft = messages.saveDraft(NewMessage("I wi", thread = ThreadId("Blood pressure")))!!
        assertEquals(draft, messages.draft(ThreadId("Blood pressure")))
        messages.sendDraft(draft.id)
        assertThrows(PericardException.NotFound::class.java) { runBlocking { messages.sendDraft(draft.id) } }
        messages.archive(ThreadId("Your blood test"))
        assertEquals(1, messages.archivedThreads(null, 5).threads.size)
        fake.messages.receive(FakeLetter("Your blood test", "Laboratory", "One value is still missing.", Instant.now()))
        assertTrue(messages.archivedThreads(null, 5).threads.isEmpty())
    }

    @Test
    fun `people are found, added and forgotten`(): Unit = runBlocking {
        val told = mutableListOf<ChangeSet>()
        val stream = launch(start = CoroutineStart.UNDISPATCHED) { account.changes.toList(told) }
        val mia = FakePerson("Mia Novak", FakeMessages(listOf(FakeLetter("Vaccination", "Reception", "It is due.", Instant.now()))), relationship = "mother")
        fake.findable = listOf(mia)
        val found = account.findPeople().single()
        assertEquals(FoundPerson(mia.patient, "Mia Novak", "mother"), found)
        val signIn = account.addPerson(SignInMethod.NATIVE, found.patient)
        assertEquals(SignInStep.Ready(null), signIn.step())
        assertEquals(account.id, signIn.finish().id)
        assertTrue(account.findPeople().isEmpty())
        assertEquals(listOf(mia), fake.others)
        mia.sessionState = SessionState.Sealed(SealReason.REFUSED)
        assertEquals(Person(mia.id, "Mia Novak", isSelf = false, SessionState.Sealed(SealReason.REFUSED)), account.people.last())
        assertEquals(SessionState.Active, account.people.first().session)
        assertEquals(1, account.messages(mia.id).threads().threads.size)
        account.forgetPerson(mia.id)
        assertTrue(account.people.single().isSelf)
        assertThrows(PericardException.NotFound::class.java) { account.messages(mia.id) }
        assertThrows(PericardException.InvalidInput::class.java) { runBlocking { account.forgetPerson(account.people.single().id) } }
        yield()
        assertTrue(told.isNotEmpty() && told.all { it.people })
        stream.cancel()
    }

    @Test
    fun `errors and states are scripted`(): Unit = runBlocking {
        fake.syncFailure = PericardException.Offline()
        assertThrows(PericardException.Offline::class.java) { runBlocking { account.startSync().join() } }
        fake.syncFailure = null
        fake.syncEnd = SyncOutcome.Incomplete(IncompleteReason.MORE_TO_FETCH)
        account.startSync().join()
        assertEquals(IncompleteReason.MORE_TO_FETCH, messages.state().incomplete)
        fake.failure = PericardException.Closed()
        assertThrows(PericardException.Closed::class.java) { runBlocking { messages.outbox() } }
        fake.failure = null
        fake.sessionState = SessionState.StepUp
        assertEquals(SessionState.StepUp, account.session)
    }

    @Test
    fun `the sample's laboratory has reports in every state, and a trend`(): Unit = runBlocking {
        val labs = account.labs(account.people.single().id)
        val first = labs.reports(limit = 2)
        assertEquals(listOf("Blood count", "Urine culture"), first.reports.map { it.name })
        val rest = labs.reports(first.after)
        assertNull(rest.after)
        val all = first.reports + rest.reports
        assertEquals(setOf(LabStatus.FINAL, LabStatus.PRELIMINARY, LabStatus.CORRECTED), all.map { it.status }.toSet())
        val blood = labs.report(all.first().id)
        val raised = blood.results.filter { result -> result.measured.interpretations.any { it.flag == LabFlag.HIGH } }
        assertEquals(listOf("Leukocytes"), raised.map { it.measured.name })
        assertEquals(raised.single(), labs.result(raised.single().id))
        val creatinine = labs.report(all.first { it.name == "Kidney function" }.id).results.single()
        val series = labs.trend(creatinine.id).series.single()
        assertEquals("mg/dL", series.unit)
        assertEquals(listOf(0.82, 0.85, 0.88, 0.94, 1.02), series.points.map { it.value })
        assertEquals(creatinine.id, series.points.last().result)
        assertEquals(0.5 to 0.9, series.points.last().run { low to high })
        assertTrue(labs.trend(labs.report(all[1].id).results.single().id).series.isEmpty())
        assertThrows(PericardException.NotFound::class.java) { runBlocking { labs.result(LabResultId("none")) } }
    }

    @Test
    fun `reports are read, and come with a sync`(): Unit = runBlocking {
        val told = mutableListOf<ChangeSet>()
        val stream = launch(start = CoroutineStart.UNDISPATCHED) { account.changes.toList(told) }
        val labs = fake.labs.labs
        val blood = labs.reports(limit = 1).reports.single()
        assertTrue(blood.unread)
        labs.markRead(blood.id)
        assertEquals(blood.copy(unread = false), labs.report(blood.id).report)
        val corrected = labs.report(blood.id).let { it.copy(report = it.report.copy(status = LabStatus.CORRECTED, unread = true)) }
        fake.labs.receive(corrected)
        assertEquals(corrected, labs.report(blood.id))
        yield()
        assertEquals(setOf(Feature.LABS), told.flatMap { set -> set.records.map { it.feature } }.toSet())
        assertNull(labs.state().syncedAt)
        account.startSync().join()
        assertEquals(labs.state().syncedAt, labs.state().completeAt)
        stream.cancel()
    }

    @Test
    fun `a document is fetched, shown, kept and removed`(): Unit = runBlocking {
        val told = mutableListOf<ChangeSet>()
        val stream = launch(start = CoroutineStart.UNDISPATCHED) { account.changes.toList(told) }
        val documents = account.documents(account.people.single().id)
        val discharge = documents.documents(DocumentKind.DISCHARGE).documents.single()
        val file = discharge.files.single()
        assertEquals(FileState.Remote(0), file.state)
        assertThrows(PericardException.NotFound::class.java) { runBlocking { documents.view(file.id) } }
        val steps = documents.download(file.id).progress.toList()
        assertEquals(listOf(FileProgress(file.size!!, file.size)), steps)
        assertEquals(FileState.Stored, documents.document(discharge.id).files.single().state)
        assertEquals(DocumentView.Pdf(emptyList(), hiddenParts = false), documents.view(file.id))
        val reader = documents.openFile(file.id)
        assertEquals(file.size, reader.size)
        val bytes = reader.pieces(100).toList().reduce(ByteArray::plus)
        assertEquals(file.size, bytes.size.toLong())
        assertTrue(bytes.decodeToString().startsWith("%PDF-"))
        documents.keepOffline(discharge.id, true)
        assertTrue(documents.document(discharge.id).keptOffline)
        documents.removeDownload(file.id)
        assertEquals(discharge, documents.document(discharge.id))
        yield()
        assertEquals(setOf(Feature.DOCUMENTS), told.flatMap { set -> set.records.map { it.feature } }.toSet())
        stream.cancel()
    }

    @Test
    fun `the sample's documents are a letter, a PDF and a summary that is here`(): Unit = runBlocking {
        val documents = fake.documents.documents
        val first = documents.documents(limit = 2)
        val all = first.documents + documents.documents(after = first.after).documents
        assertEquals(listOf("text/html", "application/pdf", "application/xml"), all.map { it.files.single().contentType })
        assertEquals(listOf(false, false, true), all.map { it.keptOffline })
        val page = documents.view(all.last().files.single().id) as DocumentView.Page
        assertTrue("Ramipril" in page.html && "Ramipril" in page.text)
    }

    @Test
    fun `a download is scripted`(): Unit = runBlocking {
        val documents = fake.documents.documents
        val letter = documents.documents(limit = 1).documents.single()
        val file = letter.files.single().id
        fake.documents.downloadSteps = listOf(FileProgress(10, 100), FileProgress(40, 100))
        fake.documents.downloadFailure = PericardException.Offline()
        val failing = documents.download(file)
        assertEquals(FileState.Downloading, documents.document(letter.id).files.single().state)
        val steps = mutableListOf<FileProgress>()
        assertThrows(PericardException.Offline::class.java) { runBlocking { failing.progress.toList(steps) } }
        assertEquals(fake.documents.downloadSteps, steps)
        assertEquals(FileState.Remote(0), documents.document(letter.id).files.single().state)
        fake.documents.downloadFailure = null
        val given = documents.download(file)
        given.cancel()
        assertThrows(PericardException.Cancelled::class.java) { runBlocking { given.join() } }
        documents.download(file).join()
        assertEquals(FileState.Stored, documents.document(letter.id).files.single().state)
        documents.download(file).join()
    }

    @Test
    fun `what holds for an account holds for its labs and documents`(): Unit = runBlocking {
        val leo = FakePerson("Leo Novak", documents = FakeDocuments(emptyList()))
        fake.others = listOf(leo)
        assertTrue(account.labs(leo.id).reports().reports.isEmpty())
        assertTrue(account.documents(leo.id).documents().documents.isEmpty())
        assertThrows(PericardException.NotFound::class.java) { account.labs(PersonId("nobody")) }
        assertThrows(PericardException.NotFound::class.java) { account.documents(PersonId("nobody")) }
        fake.failure = PericardException.Closed()
        assertThrows(PericardException.Closed::class.java) { runBlocking { leo.labs.labs.reports() } }
        assertThrows(PericardException.Closed::class.java) { runBlocking { fake.documents.documents.documents() } }
    }

    @Test
    fun `nothing that was measured is printed`(): Unit = runBlocking {
        val labs = fake.labs.labs
        val blood = labs.report(labs.reports().reports.first().id)
        val leukocytes = blood.results.single { it.measured.name == "Leukocytes" }
        val trend = labs.trend(leukocytes.id)
        val values = listOf(
            blood, leukocytes, leukocytes.measured.value, leukocytes.measured.interpretations, trend, trend.series.single().points,
            LabValue.Integer(98_765), LabValue.Boolean(true), fake.documents.documents.documents(),
        )
        val told = listOf("12.4", "98765", "HIGH", "value=true", "Leukocytes", "Blood", "Letter", "kind=")
        for (value in values) assertEquals(emptyList<String>(), told.filter { it in "$value" }, "$value")
        assertTrue(blood.report.id.value in "$blood")
    }
}
