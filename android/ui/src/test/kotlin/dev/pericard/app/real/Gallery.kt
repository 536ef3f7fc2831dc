package dev.pericard.app.real

import dev.pericard.app.ui.View
import dev.pericard.app.ui.app.AppState
import java.io.File

/** What a test saw, and how it is looked at. */
internal class Shot(val screen: String, val state: String, val views: List<View>, app: AppState) {
    val app: AppState = app.steady()

    fun picture(view: View): String = "$screen.$state.${view.name.lowercase()}.png"
}

/** The pictures of one folder and the list of them, of which each test keeps its own part. */
internal class Gallery(private val folder: File) {
    private val list = File(folder, "README.md")

    fun keep(test: String, seen: List<Shot>) {
        val others = rows().filter { it.test != test && it.exists() }
        val own = seen.flatMap { shot -> shot.views.map { Row(shot.screen, shot.state, it.name, shot.picture(it), test) } }
        val all = (others + own).sortedWith(compareBy({ it.screen }, { it.state }, { View.valueOf(it.view) }))
        val twice = all.groupBy { it.picture }.filterValues { it.size > 1 }.keys
        check(twice.isEmpty()) { "two tests draw $twice" }
        list.writeText(HEAD + all.joinToString("") { it.line() })
        val kept = all.map { it.picture }.toSet()
        folder.listFiles { file -> file.extension == "png" && file.name !in kept }.orEmpty().forEach(File::delete)
    }

    private fun rows(): List<Row> {
        if (!list.exists()) return emptyList()
        return list.readLines().mapNotNull { line ->
            val cells = line.split('|').map { it.trim() }.takeIf { it.size == CELLS && ".png" in line } ?: return@mapNotNull null
            Row(cells[1], cells[2], cells[3], cells[4].substringAfter('(').substringBefore(')'), cells[5].trim('`'))
        }
    }

    private class Row(val screen: String, val state: String, val view: String, val picture: String, val test: String) {
        fun line() = "| $screen | $state | $view | [picture]($picture) | `$test` |\n"

        /** The test is still there, and so are its rows. */
        fun exists(): Boolean {
            val (type, method) = test.split('.', limit = 2)
            return runCatching { Class.forName("${Gallery::class.java.packageName}.$type") }.getOrNull()
                ?.declaredMethods.orEmpty().any { it.name == method }
        }
    }

    private companion object {
        /** With the empty ones at both ends of a line. */
        const val CELLS = 7

        const val HEAD = "# The Android app over the real core\n\n" +
            "Each picture is what the models of `android/ui` said while a test of `dev.pericard.app.real` played with the real core and the\n" +
            "[reference portal](../../../tests/portal/README.md), drawn by the same Compose code as the app's. `cargo xtask screens` plays and draws\n" +
            "them all; the portal's people, clock and randomness begin alike each time, so that a change here is a change of the app.\n\n" +
            "| screen | state | view | picture | test |\n|---|---|---|---|---|\n"
    }
}
