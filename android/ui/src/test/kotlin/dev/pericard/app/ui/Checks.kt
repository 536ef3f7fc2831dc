package dev.pericard.app.ui

import androidx.compose.ui.geometry.Rect
import androidx.compose.ui.geometry.Size
import androidx.compose.ui.semantics.SemanticsActions
import androidx.compose.ui.semantics.SemanticsNode
import androidx.compose.ui.semantics.SemanticsProperties
import androidx.compose.ui.semantics.getOrNull
import androidx.compose.ui.test.ExperimentalTestApi
import androidx.compose.ui.test.SkikoComposeUiTest
import androidx.compose.ui.test.isRoot
import androidx.compose.ui.text.TextLayoutResult
import androidx.compose.ui.text.style.TextOverflow

/** What every screen keeps in every view; each returns what is wrong, a line each. */
@OptIn(ExperimentalTestApi::class)
class Checks(private val test: SkikoComposeUiTest, private val view: View) {
    private fun nodes(unmerged: Boolean): List<SemanticsNode> =
        test.onAllNodes(isRoot(), unmerged).fetchSemanticsNodes().flatMap { it.all() }

    private fun SemanticsNode.all(): List<SemanticsNode> = listOf(this) + children.flatMap { it.all() }

    fun faults(): List<String> = unlabelled() + small() + cut() + outside()

    /** Whatever can be tapped says what it is. */
    private fun unlabelled(): List<String> = nodes(false)
        .filter { it.isControl && it.spoken.isBlank() }
        .map { "a control without a label at ${it.boundsInRoot}" }

    /** Targets of 48 dp (WCAG 2.5.8, and Android's own measure). */
    private fun small(): List<String> = nodes(false)
        .filter { it.isControl && it.boundsInRoot.height > 1 && it.config.getOrNull(SemanticsActions.SetText) == null }
        .filter { it.touchBoundsInRoot.run { width < LEAST || height < LEAST } && it.boundsInRoot == it.unclipped() }
        .map { "a target of ${it.touchBoundsInRoot.width / 2} by ${it.touchBoundsInRoot.height / 2} dp: ${it.spoken}" }

    private fun SemanticsNode.unclipped() = Rect(positionInRoot, Size(size.width.toFloat(), size.height.toFloat()))

    /** No line is cut but those that say that they go on. */
    private fun cut(): List<String> = nodes(true).mapNotNull { node ->
        val results = mutableListOf<TextLayoutResult>()
        node.config.getOrNull(SemanticsActions.GetTextLayoutResult)?.action?.invoke(results)
        val layout = results.firstOrNull() ?: return@mapNotNull null
        val input = layout.layoutInput
        val mayEnd = input.overflow == TextOverflow.Ellipsis && (view.fontScale == 1f || input.maxLines >= 2)
        val scrolls = node.config.getOrNull(SemanticsActions.SetText) != null
        if (!mayEnd && !scrolls && (layout.isCut() || node.isCut(layout))) "cut: ${input.text}" else null
    }

    /** A rounding of a pixel is none. */
    private fun TextLayoutResult.isCut(): Boolean =
        multiParagraph.didExceedMaxLines || multiParagraph.height > size.height + 2 ||
            (0 until lineCount).any { getLineRight(it) - getLineLeft(it) > size.width + 2 }

    /** Smaller than its text, or cut by something that does not scroll. */
    private fun SemanticsNode.isCut(layout: TextLayoutResult): Boolean {
        val scrolls = generateSequence(parent) { it.parent }.any { it.config.getOrNull(SemanticsActions.ScrollBy) != null }
        return size.height + 2 < layout.size.height || (!scrolls && boundsInRoot.height + 2 < size.height)
    }

    /** Nothing sticks out at the sides. */
    private fun outside(): List<String> {
        val width = test.onAllNodes(isRoot()).fetchSemanticsNodes().maxOf { it.size.width }
        return nodes(true)
            .filter { it.config.getOrNull(SemanticsProperties.Text) != null }
            .filter { it.positionInRoot.x < -1 || it.positionInRoot.x + it.size.width > width + 1 }
            .map { "outside: ${it.config.getOrNull(SemanticsProperties.Text)}" }
    }

    fun headings(): List<String> = nodes(false).filter { it.config.getOrNull(SemanticsProperties.Heading) != null }.map { it.spoken }
}

private const val LEAST = 95.5f

val SemanticsNode.isControl: Boolean
    get() = config.getOrNull(SemanticsActions.OnClick) != null || config.getOrNull(SemanticsActions.SetText) != null

/** What assistive technology reads. */
val SemanticsNode.spoken: String
    get() = listOfNotNull(
        config.getOrNull(SemanticsProperties.ContentDescription)?.joinToString(),
        config.getOrNull(SemanticsProperties.Text)?.joinToString { it.text },
    ).joinToString(", ")
