package dev.pericard.app.real

import dev.pericard.app.models.content
import dev.pericard.app.models.documents
import dev.pericard.app.models.labs
import dev.pericard.app.models.records
import dev.pericard.app.ui.View
import dev.pericard.app.ui.app.AppState
import dev.pericard.app.ui.app.Screen
import dev.pericard.app.ui.app.Tab
import dev.pericard.app.ui.documents.DocumentBody
import dev.pericard.app.ui.documents.DocumentState
import dev.pericard.app.ui.labs.Development
import dev.pericard.app.ui.labs.LabStanding
import dev.pericard.app.ui.labs.ReportState
import dev.pericard.app.ui.labs.ResultState
import dev.pericard.app.ui.privacy.LogBody
import dev.pericard.app.ui.privacy.LogDeed
import dev.pericard.app.ui.records.KindLine
import dev.pericard.app.ui.records.RecordKind
import dev.pericard.app.ui.records.RecordsBanner
import dev.pericard.app.ui.records.RecordsBody
import dev.pericard.app.ui.records.Shown
import dev.pericard.app.ui.records.ShutReason
import dev.pericard.app.ui.signin.Step
import dev.pericard.app.ui.thread.FilePlace
import dev.pericard.app.ui.thread.FileProblem
import dev.pericard.world.NetworkState
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

/** Documents and lab results, over the real core and the reference portal. */
class RecordsTest : RealTest() {
    private suspend fun Phone.open(kind: RecordKind) {
        does.select(Tab.Records)
        app.records { state -> (state.body as? RecordsBody.Kinds)?.rows?.any { it.kind == kind } == true }
        does.records.open(kind)
    }

    private suspend fun Phone.openDocument(title: String) {
        does.documents.open(app.documents { it.shown is Shown.Content && it.content().any { row -> title in row.title } }.content().first { title in it.title }.id)
    }

    private suspend fun Phone.seesDocument(state: String, vararg also: View, look: (DocumentBody) -> Boolean): DocumentBody =
        checkNotNull(sees("43-document", state, *also) { all -> all.document?.body?.let(look) == true }.document?.body)

    private suspend fun Phone.openReport(name: String): ReportState {
        does.labs.open(app.labs().content().first { it.name == name }.id)
        return app.shows("the report") { all -> all.report?.takeIf { it.shown is Shown.Content } }
    }

    @Test
    fun whatTheClinicHasIsThereWithItsDocumentsByMonth() = real(ANA_WITH_RECORDS) {
        signIn()
        does.select(Tab.Records)
        sees("40-records", "kinds", View.Dark) { all -> all.home?.takeIf { it.tab == Tab.Records }?.records?.body.let { (it as? RecordsBody.Kinds)?.rows?.size == 2 } }
        does.records.open(RecordKind.Documents)
        sees("41-documents", "remote", View.Arabic) { all -> all.documents?.run { shown is Shown.Content && content().size == 8 } == true }
        openDocument("Letter from your visit")
        val text = seesDocument("cleaned", View.Dark, View.Large) { it is DocumentBody.Text } as DocumentBody.Text
        assertTrue(text.cleaned && text.paragraphs.none { "script" in it || "tracker" in it })
        does.back()
        openDocument("X-ray")
        seesDocument("picture") { it is DocumentBody.Pages && it.page != null }
        does.back()
        openDocument("Consent")
        seesDocument("cannotShow") { it == DocumentBody.CannotShow }
        does.back()
        // What is here opens without the network, and stays after the app's death.
        world.network(NetworkState.DOWN)
        restart(app.app.places)
        openDocument("Letter from your visit")
        app.shows("it") { all -> all.document?.takeIf { it.body is DocumentBody.Text } }
        does.back()
        openDocument("Note of the nurse")
        seesDocument("offline") { it is DocumentBody.NotHere && it.problem != null }
        app.app.places.let { assertEquals(listOf("Records", "Documents"), it.take(2)) }
        does.back()
        does.back()
        does.you.openPrivacy()
        does.privacy.openLog()
        val log = app.shows("the list") { all -> ((all.top as? Screen.AccessLog)?.state?.body as? LogBody.Content)?.rows?.takeIf { it.isNotEmpty() } }
        assertTrue(log.any { it.deed == LogDeed.DocumentOpened })
    }

    @Test
    fun aLabResultIsReadWithHowItDeveloped() = real(ANA_WITH_RECORDS) {
        signIn()
        open(RecordKind.Labs)
        val rows = checkNotNull(sees("44-labs", "reports", View.Arabic) { all -> all.labs?.run { shown is Shown.Content && content().size == 11 } == true }.labs).content()
        assertEquals(LabStanding.Preliminary, rows.first { it.name == "Thyroid" }.standing)
        openReport("Complete blood count")
        sees("44b-lab-report", "corrected", View.Large) { it.report?.shown is Shown.Content }
        does.back()
        openReport("Urine culture")
        sees("44b-lab-report", "words") { all -> all.report?.run { name == "Urine culture" && shown is Shown.Content } == true }
        does.back()
        val panel = openReport("Basic metabolic panel")
        val creatinine = (panel.shown as Shown.Content).content.results.first { it.measured.name == "Creatinine" }
        does.labReport.open(creatinine.id)
        val result = checkNotNull(sees("45-lab-trend", "chart", View.Dark, View.Arabic, View.Large) { it.result?.shown is Shown.Content }.result)
        val content = (result.shown as Shown.Content).content
        assertEquals(8, content.plots.single().points.size)
        assertEquals(Development.Direction.Higher, content.development?.to)
        does.labResult.asList(true)
        sees("45-lab-trend", "list") { all -> all.result?.asList == true }
    }

    @Test
    fun aFileOfAnotherPatientIsRefused() = real(ANA_WITH_RECORDS) {
        signIn()
        open(RecordKind.Documents)
        tells("""{"fault":"file","as":"another_patients","times":1}""")
        openDocument("Letter from your visit")
        val refused = seesDocument("foreign") { it is DocumentBody.Unavailable } as DocumentBody.Unavailable
        assertEquals(FileProblem.Foreign, refused.why)
        does.back()
        app.documents { state -> state.content().any { it.file?.place == FilePlace.Unavailable(FileProblem.Foreign) } }
    }

    @Test
    fun aLabResultOfAnotherPatientStopsLabResultsAlone() = real(ANA_WITH_RECORDS) {
        signIn()
        open(RecordKind.Labs)
        app.labs()
        tells(
            """{"lab":{"who":"ana","resource":{"resourceType":"Observation","id":"k2","status":"final","subject":{"reference":"Patient/somebody-else"},""" +
                """"code":{"text":"Potassium of another"},"valueQuantity":{"value":9.9,"unit":"mmol/L"}}}}""",
        )
        does.labs.refresh()
        sees("44-labs", "stopped") { all -> all.labs?.run { banner == RecordsBanner.Stopped && !refreshing } == true }
        assertTrue(checkNotNull(app.app.state.value.labs).content().none { "another" in it.name })
        does.back()
        does.records.open(RecordKind.Documents)
        app.documents { it.shown is Shown.Content && it.banner == null }
    }

    @Test
    fun aFreshSignInOpensADocumentByItself() = real(ANA_WITH_RECORDS) {
        signIn()
        open(RecordKind.Documents)
        openDocument("Letter from your visit")
        app.shows("it") { all -> all.document?.takeIf { it.body is DocumentBody.Text } }
        tells("""{"policy":{"features":{"documents":{"state":"on","step_up":{"max_age":900}}}}}""")
        checkNotNull(app.app.inbox).of.sync(asked = true)
        passes(1800u)
        does.back()
        openDocumentAgain()
        sees("42-step-up", "document", View.Dark) { all -> all.document?.shown == Shown.Shut(ShutReason.StepUp()) || all.documents?.shown == Shown.Shut(ShutReason.StepUp()) }
        val before = app.app.state.value.stack.size
        does.recordFrame.stepUp()
        app.step<Step.Password>()
        password()
        val opened = app.shows("what was to be read") { all -> all.takeIf { it.document?.body is DocumentBody.Text || it.documents?.shown is Shown.Content } }
        assertEquals(before, opened.stack.size)
    }

    /** Its row is still in sight where nobody has looked since. */
    private suspend fun Phone.openDocumentAgain() {
        val row = app.app.state.value.documents?.shown.let { (it as? Shown.Content)?.content?.firstOrNull { row -> "Letter from your visit" in row.title } }
        if (row != null) does.documents.open(row.id)
    }

    @Test
    fun whatIsSwitchedOffSaysSoInItsRow() = real(ANA_WITH_RECORDS) {
        signIn()
        tells("""{"policy":{"features":{"labs":{"state":"off","cached":false,"notice":{"en":"We are mending a fault."}},"documents":{"state":"off"}}}}""")
        sync()
        does.select(Tab.Records)
        sees("40-records", "off") { all ->
            (all.home?.takeIf { it.tab == Tab.Records }?.records?.body as? RecordsBody.Kinds)?.rows?.map { it.line } == listOf(KindLine.Off(closed = true), KindLine.Off(closed = false))
        }
        does.records.open(RecordKind.Labs)
        sees("44-labs", "closed", View.Dark) { all -> ((all.labs?.shown as? Shown.Shut)?.why as? ShutReason.Off)?.quote == "We are mending a fault." }
        does.back()
        does.records.open(RecordKind.Documents)
        sees("41-documents", "off") { all -> all.documents?.run { banner is RecordsBanner.Off && shown is Shown.Content } == true }
    }

    @Test
    fun aClinicWithoutThemHasNone() = real {
        signIn()
        does.select(Tab.Records)
        sees("40-records", "none", View.Large) { all -> all.home?.run { tab == Tab.Records && records.body == RecordsBody.None } == true }
    }
}

private const val ANA_WITH_RECORDS = """{"ana":{"threads":2,"messages":4,"documents":8,"labs":true}}"""

private val AppState.documents get() = (top as? Screen.Documents)?.state
private val AppState.document: DocumentState? get() = (top as? Screen.OneDocument)?.state
private val AppState.labs get() = (top as? Screen.Labs)?.state
private val AppState.report: ReportState? get() = (top as? Screen.LabReport)?.state
private val AppState.result: ResultState? get() = (top as? Screen.LabResult)?.state
private val DocumentState.body get() = (shown as? Shown.Content)?.content
