package dev.pericard.app.models

import dev.pericard.Feature
import dev.pericard.FeatureState
import dev.pericard.FeatureStatus
import dev.pericard.Notice as ClinicNotice
import dev.pericard.PericardException
import dev.pericard.SealReason
import dev.pericard.SessionState
import dev.pericard.app.ui.app.Screen
import dev.pericard.app.ui.app.Tab
import dev.pericard.app.ui.documents.DocumentsState
import dev.pericard.app.ui.labs.LabsState
import dev.pericard.app.ui.notices.ClosedReason
import dev.pericard.app.ui.records.KindLine
import dev.pericard.app.ui.records.KindRow
import dev.pericard.app.ui.records.RecordKind
import dev.pericard.app.ui.records.RecordsBanner
import dev.pericard.app.ui.records.RecordsBody
import dev.pericard.app.ui.records.RecordsState
import dev.pericard.app.ui.records.Shown
import dev.pericard.app.ui.records.ShutReason
import dev.pericard.testing.FakeAccount
import dev.pericard.testing.FakeDocuments
import dev.pericard.testing.FakeLabs
import dev.pericard.testing.FakePerson
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import java.time.Instant

/** The tab of records and what leads from it, with an account in memory. */
class RecordsTest {
    private val since = Instant.parse("2026-11-05T07:40:00Z")
    private val said = ClinicNotice("We are mending a fault.", since)

    private fun signedIn(fake: FakeAccount = FakeAccount(), test: suspend Running.(FakeAccount) -> Unit) =
        running(FakeCore(fake, signedIn = true)) {
            content()
            does.select(Tab.Records)
            test(fake)
        }

    @Test
    fun `each kind is there with what is new, which goes once it was read`() = signedIn {
        val rows = kinds { rows -> rows.size == 2 && rows.first().news == 2 }
        assertEquals(listOf(RecordKind.Labs, RecordKind.Documents), rows.map { it.kind })
        assertEquals(2, (rows.first().line as KindLine.New).count)
        assertEquals(KindLine.Count(3), rows.last().line)
        does.records.open(RecordKind.Labs)
        val reports = labs().content()
        assertEquals(2, reports.count { it.isNew })
        does.labs.open(reports.first().id)
        shows("the report") { all -> (all.top as? Screen.LabReport)?.takeIf { it.state.shown is Shown.Content } }
        does.back()
        labs { all -> all.content().count { it.isNew } == 1 }
        does.back()
        kinds { it.first().news == 1 }
        does.back()
        shows<Screen>("the messages") { all -> (all.top as? Screen.Home)?.takeIf { it.tab == Tab.Messages } }.let {}
    }

    @Test
    fun `a kind that the clinic lacks is absent, and one that never came says so`() =
        signedIn(FakeAccount(documents = FakeDocuments(), labs = FakeLabs())) { fake ->
            // What the clinic can do is known after the first sync.
            kinds { rows -> rows.map { it.line } == listOf(KindLine.Nothing, KindLine.Nothing) }
            fake.features = listOf(FeatureStatus(Feature.LABS, FeatureState.Off(said, cached = true)))
            kinds { rows -> rows.first().line == KindLine.Off(closed = false) }
        }

    @Test
    fun `what is off and readable has its reason in the row and over the list`() = signedIn { fake ->
        fake.features = listOf(FeatureStatus(Feature.DOCUMENTS, FeatureState.Off(said, cached = true)))
        kinds { rows -> rows.last().line == KindLine.Off(closed = false) && rows.first().line is KindLine.New }
        does.records.open(RecordKind.Documents)
        val state = documents { it.banner != null }
        assertEquals(RecordsBanner.Off(since, "We are mending a fault."), state.banner)
        assertEquals(3, state.content().size)
        fake.features = listOf(FeatureStatus(Feature.DOCUMENTS, FeatureState.ReadOnly(said)))
        // What is read alone is read as ever.
        documents { it.banner == null && it.shown is Shown.Content }
    }

    @Test
    fun `what is off and closed stands in place of the list, and comes back`() = signedIn { fake ->
        does.records.open(RecordKind.Documents)
        documents { it.shown is Shown.Content }
        fake.features = listOf(FeatureStatus(Feature.DOCUMENTS, FeatureState.Off(said, cached = false)))
        fake.failure = PericardException.SwitchedOff()
        app.reloadRecords()
        documents { (it.shown as? Shown.Shut)?.why is ShutReason.Off }
        fake.failure = null
        fake.features = emptyList()
        documents { it.shown is Shown.Content }
    }

    @Test
    fun `a fresh sign-in opens the list by itself`() = signedIn { fake ->
        does.records.open(RecordKind.Labs)
        labs { it.shown is Shown.Content }
        fake.failure = PericardException.StepUpRequired()
        app.reloadRecords()
        labs { it.shown == Shown.Shut(ShutReason.StepUp()) }
        does.recordFrame.stepUp()
        fake.failure = null
        signInOnceMore()
        assertEquals(8, labs { it.shown is Shown.Content }.content().size)
    }

    @Test
    fun `offline, what is here is read and says since when`() = signedIn { fake ->
        fake.syncFailure = PericardException.Offline()
        does.records.refresh()
        records { it.banner is RecordsBanner.Offline && !it.refreshing }
        does.records.open(RecordKind.Documents)
        val state = documents { it.banner is RecordsBanner.Offline }
        assertEquals(3, state.content().size)
    }

    @Test
    fun `whatever closes the account takes all of it out of sight`() = signedIn { fake ->
        does.records.open(RecordKind.Labs)
        does.labs.open(labs { it.shown is Shown.Content }.content().first().id)
        shows("the report") { it.top as? Screen.LabReport }
        fake.sessionState = SessionState.Sealed(SealReason.REFUSED)
        val closed = records { it.body is RecordsBody.Closed }
        assertEquals(ClosedReason.Refused, (closed.body as RecordsBody.Closed).reason)
        assertEquals(1, app.state.value.stack.size)
        assertEquals(0, closed.news)
    }

    @Test
    fun `another person's records are another list`() {
        val mia = FakePerson("Mia Novak", documents = FakeDocuments(), labs = FakeLabs())
        val fake = FakeAccount().apply { others = listOf(mia) }
        signedIn(fake) {
            kinds { rows -> rows.first().news == 2 }
            does.recordFrame.choosePerson()
            val row = shows("them") { all -> (all.top as? Screen.Home)?.people?.rows?.find { it.owner.person.id == mia.id.value } }
            does.people.choose(row.owner)
            val hers = records { it.owner.person.id == mia.id.value && (it.body as? RecordsBody.Kinds)?.rows?.isNotEmpty() == true }
            assertEquals(0, hers.news)
            assertTrue((hers.body as RecordsBody.Kinds).rows.none { it.line is KindLine.New || it.line is KindLine.Count })
        }
    }

    @Test
    fun `the person comes back to where they were`() {
        val fake = FakeAccount()
        var places = emptyList<String>()
        signedIn(fake) {
            does.records.open(RecordKind.Labs)
            does.labs.open(labs { it.shown is Shown.Content }.content().first().id)
            val report = shows("the report") { all -> (all.top as? Screen.LabReport)?.state?.takeIf { it.shown is Shown.Content } }
            does.labReport.open((report.shown as Shown.Content).content.results.first().id)
            shows("the result") { it.top as? Screen.LabResult }
            places = app.places
        }
        assertEquals(listOf("Records", "Labs"), places.take(2))
        running(FakeCore(fake, signedIn = true)) {
            content()
            app.comeBack(places)
            shows("the result") { all -> (all.top as? Screen.LabResult)?.takeIf { it.state.shown is Shown.Content } }
            assertEquals(places, app.places)
            repeat(3) { does.back() }
            shows<Screen>("the tab") { all -> (all.top as? Screen.Home)?.takeIf { it.tab == Tab.Records } }.let {}
        }
    }
}

internal suspend fun Running.records(look: (RecordsState) -> Boolean): RecordsState =
    shows("the records") { all -> (all.top as? Screen.Home)?.takeIf { it.tab == Tab.Records }?.records?.takeIf(look) }

internal suspend fun Running.kinds(look: (List<KindRow>) -> Boolean): List<KindRow> =
    (records { state -> (state.body as? RecordsBody.Kinds)?.rows?.takeIf { it.isNotEmpty() }?.let(look) == true }.body as RecordsBody.Kinds).rows

internal suspend fun Running.documents(look: (DocumentsState) -> Boolean = { it.shown is Shown.Content }): DocumentsState =
    shows("the documents") { all -> (all.top as? Screen.Documents)?.state?.takeIf(look) }

internal suspend fun Running.labs(look: (LabsState) -> Boolean = { it.shown is Shown.Content }): LabsState =
    shows("the reports") { all -> (all.top as? Screen.Labs)?.state?.takeIf(look) }

internal fun DocumentsState.content() = (shown as Shown.Content).content

internal fun LabsState.content() = (shown as Shown.Content).content
