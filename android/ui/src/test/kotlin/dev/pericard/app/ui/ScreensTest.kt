package dev.pericard.app.ui

import androidx.compose.ui.test.ExperimentalTestApi
import dev.pericard.app.ui.samples.SAMPLES
import dev.pericard.app.ui.samples.Sample
import org.junit.jupiter.api.AfterAll
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.DynamicTest
import org.junit.jupiter.api.DynamicTest.dynamicTest
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.TestFactory
import java.io.File

/** Every screen in every state: whole, labelled, large enough, and its picture. */
@OptIn(ExperimentalTestApi::class)
class ScreensTest {
    @TestFactory
    fun screens(): List<DynamicTest> = SAMPLES.flatMap { sample ->
        views(sample).map { view -> dynamicTest("${sample.name} ${view.name}") { look(sample, view) } }
    }

    @Test
    fun `every picture that is kept is of a screen that there is`() {
        assertEquals(emptySet<String>(), DARK + LARGE + ARABIC + FRENCH - SAMPLES.map { it.name }.toSet())
    }

    private fun look(sample: Sample, view: View) = stage(sample, view) {
        val checks = Checks(test, view)
        if (isPictured(sample, view)) test.captureToImage().write(File(folder, picture(sample, view)))
        assertEquals(emptyList<String>(), checks.faults())
        if (sample.screen != "13-cover") assertTrue(checks.headings().isNotEmpty(), "no heading")
    }

    companion object {
        val folder = File(System.getProperty("pericard.pictures", "target/screens"))

        @JvmStatic
        @AfterAll
        fun table() {
            val kept = SAMPLES.flatMap { sample -> views(sample).filter { isPictured(sample, it) }.map { picture(sample, it) } }.toSet()
            folder.listFiles { file -> file.extension == "png" && file.name !in kept }.orEmpty().forEach(File::delete)
            File(folder, "README.md").writeText(Table(SAMPLES).text())
        }
    }
}

fun picture(sample: Sample, view: View): String = "${sample.name}.${view.name.lowercase()}.png"

fun views(sample: Sample): List<View> =
    if (sample.wide) listOf(View.Light, View.Arabic) else listOf(View.Light, View.Dark, View.Large, View.Arabic, View.French) +
        listOfNotNull(View.Contrast.takeIf { sample.name == "15-inbox.content" })

/** The pictures that are kept: every state once, and of each screen what its other views show best. */
fun isPictured(sample: Sample, view: View): Boolean = when (view) {
    View.Light, View.Contrast -> true
    View.Dark -> sample.name in DARK
    View.Large -> sample.name in LARGE
    View.Arabic -> sample.name in ARABIC
    View.French -> sample.name in FRENCH
}

private val DARK = setOf(
    "01-welcome.places", "07-code-wrong.triesLeft", "11-lock.notRecognized", "12-lock-pin.warning", "15-inbox.content", "15-inbox.waiting",
    "19-inbox-off.readOnly", "26-thread-states.everyState", "31-notice-signed-out.sealed", "33-notice-off.closed", "33-notice-off.readOnly",
    "34-notice-incident.incident", "42-step-up.inbox", "57-settings.settings",
    "55-privacy.privacy", "55b-copy.choosing", "56-access-log.whole", "57b-second-step.on", "58-forget.unsent",
    "38-people.choosing", "38-people.adding", "39-inbox-child.child",
    "40-records.news", "40-records.off", "41-documents.content", "42-step-up.documents", "43-document.text", "43-document.page",
    "44-labs.reports", "44b-lab-report.results", "45-lab-trend.chart", "45-lab-trend.twoUnits",
)
private val LARGE = setOf(
    "01-welcome.places", "05-sign-in-wrong.triesLeft", "10-recovery-codes.kept", "11-lock.notRecognized", "12-lock-pin.lost",
    "15-inbox.content", "19-inbox-off.readOnly",
    "26-thread-states.everyState", "28-please-check.deciding", "29-new-message.written", "33-notice-off.closed", "33-notice-off.readOnly",
    "34-notice-incident.incident", "42-step-up.inbox", "57-settings.settings",
    "55-privacy.privacy", "55b-copy.choosing", "56-access-log.whole", "57b-second-step.on", "58-forget.unsent",
    "38-people.choosing", "38-people.adding", "39-inbox-child.child",
    "40-records.news", "41-documents.content", "42-step-up.documents", "43-document.text", "43-document.page", "43-document.sharing",
    "44-labs.reports", "44b-lab-report.results", "44b-lab-report.odd", "45-lab-trend.chart", "45-lab-trend.list",
)
private val ARABIC = setOf(
    "01-welcome.places", "05-sign-in-wrong.triesLeft", "07-code-wrong.triesLeft", "09-enrol.key", "11-lock.notRecognized",
    "12-lock-pin.lost", "15-inbox.content",
    "16-inbox-search.searching", "19-inbox-off.readOnly", "25-thread.files", "26-thread-states.everyState", "29-new-message.written",
    "33-notice-off.closed", "33-notice-off.readOnly", "34-notice-incident.incident", "42-step-up.inbox", "54-you.you", "57-settings.settings",
    "55-privacy.privacy", "55b-copy.choosing", "56-access-log.whole", "57b-second-step.on", "58-forget.unsent",
    "38-people.choosing", "38-people.adding", "39-inbox-child.child",
    "40-records.news", "40-records.off", "41-documents.content", "42-step-up.documents", "43-document.text", "43-document.page",
    "44-labs.reports", "44b-lab-report.results", "44b-lab-report.odd", "45-lab-trend.chart", "45-lab-trend.list",
)
private val FRENCH = setOf("17-inbox-empty.empty", "32-notice-lease.lease", "36-notice-clock.clinicTime", "40-records.news", "45-lab-trend.chart")
