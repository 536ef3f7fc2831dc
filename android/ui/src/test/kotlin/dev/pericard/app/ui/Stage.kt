package dev.pericard.app.ui

import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.setValue
import androidx.compose.ui.geometry.Size
import androidx.compose.ui.test.ExperimentalTestApi
import androidx.compose.ui.test.SkikoComposeUiTest
import androidx.compose.ui.test.hasSetTextAction
import androidx.compose.ui.test.onFirst
import androidx.compose.ui.test.performTextInput
import androidx.compose.ui.test.v2.runSkikoComposeUiTest
import androidx.compose.ui.unit.Density
import dev.pericard.app.ui.app.AppState
import dev.pericard.app.ui.app.PericardApp
import dev.pericard.app.ui.samples.People
import dev.pericard.app.ui.samples.SAMPLES
import dev.pericard.app.ui.samples.Sample
import dev.pericard.app.ui.samples.sampleFormats
import dev.pericard.app.ui.theme.Look
import dev.pericard.app.ui.words.Language
import dev.pericard.app.ui.words.Words

/** A way to look at a screen. */
enum class View(val language: Language = Language.English, val dark: Boolean = false, val high: Boolean = false, val fontScale: Float = 1f) {
    Light,
    Dark(dark = true),
    Contrast(high = true),
    Large(fontScale = 2f),
    Arabic(Language.Arabic),
    French(Language.French),
    ;

    val look: Look get() = Look(sampleFormats(language), dark, high)
}

/** The app with a state that a test can change, and what the person did. */
@OptIn(ExperimentalTestApi::class)
class Stage(val test: SkikoComposeUiTest, first: AppState, val view: View) {
    var state by mutableStateOf(first)
    val recorder = Recorder()
    val calls: List<String> get() = recorder.calls
    val words: Words get() = view.language.words

    fun show() = test.setContent { PericardApp(state, recorder.events, view.look) }
}

/** Shows an app on a phone of 360 dp, or on a tablet, at two pixels a dp. */
@OptIn(ExperimentalTestApi::class)
fun stage(state: AppState, view: View = View.Light, wide: Boolean = false, tall: Int = 780, act: Stage.() -> Unit) {
    val size = if (wide) Size(2200f, 1480f) else Size(720f, tall * 2f)
    runSkikoComposeUiTest(size, Density(2f, view.fontScale)) {
        val stage = Stage(this, state, view)
        stage.show()
        waitForIdle()
        stage.act()
    }
}

@OptIn(ExperimentalTestApi::class)
fun stage(sample: Sample, view: View = View.Light, act: Stage.() -> Unit) =
    stage(sample.app(People(view.language)), view, sample.wide) {
        sample.typed?.let { text ->
            val fields = test.onAllNodes(hasSetTextAction())
            // A password follows a name that is there already.
            (if (sample.screen.startsWith("04")) fields[1] else fields.onFirst()).performTextInput(text)
            test.waitForIdle()
        }
        act()
    }

fun sample(name: String): Sample = SAMPLES.first { it.name == name }
