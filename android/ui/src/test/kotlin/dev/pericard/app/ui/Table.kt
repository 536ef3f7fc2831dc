package dev.pericard.app.ui

import dev.pericard.app.ui.samples.Sample

/** The list of screens with their pictures and tests, for docs/screens/README.md. */
class Table(private val samples: List<Sample>) {
    fun text(): String = buildString {
        appendLine("# The Android app's screens")
        appendLine()
        appendLine(
            "Drawn from the Compose code of `android/ui` by its tests (`cargo xtask test`), which write this page too. Every\n" +
                "screen is checked in every view that its row names: labels, targets, nothing cut, nothing outside, a heading.\n" +
                "The test of a picture is `ScreensTest`, `<screen>.<state> <view>`.\n\n" +
                "These states are samples. What the models make of the real core and the reference portal is in [real](real/README.md).",
        )
        appendLine()
        appendLine("| screen | state | theme | language | picture | test |")
        appendLine("|---|---|---|---|---|---|")
        samples.forEach { sample -> views(sample).forEach { view -> appendLine(row(sample, view)) } }
    }

    private fun row(sample: Sample, view: View): String {
        val theme = when (view) {
            View.Dark -> "dark"
            View.Contrast -> "high contrast"
            View.Large -> "light, text 200 %"
            else -> "light"
        }
        val picture = if (isPictured(sample, view)) picture(sample, view).let { "[picture]($it)" } else ""
        return "| ${sample.screen} | ${sample.state} | $theme | ${view.language} | $picture | `${sample.name} ${view.name}` |"
    }
}
