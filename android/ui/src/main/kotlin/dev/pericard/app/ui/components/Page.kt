package dev.pericard.app.ui.components

import androidx.compose.foundation.background
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.ColumnScope
import androidx.compose.foundation.layout.PaddingValues
import androidx.compose.foundation.layout.WindowInsets
import androidx.compose.foundation.layout.asPaddingValues
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.imePadding
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.safeDrawing
import androidx.compose.foundation.layout.statusBarsPadding
import androidx.compose.foundation.layout.widthIn
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.verticalScroll
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.semantics.paneTitle
import androidx.compose.ui.semantics.semantics
import dev.pericard.app.ui.theme.Pericard
import dev.pericard.app.ui.theme.Space

/**
 * A screen that scrolls as a whole: bar, content, and a dock with the main button that stays below. With large text the dock
 * scrolls with the content, so that it never covers it.
 */
@Composable
fun Page(
    leave: Leave?,
    onLeave: () -> Unit,
    modifier: Modifier = Modifier,
    title: String = "",
    subtitle: String = "",
    color: Color = Pericard.palette.background,
    gutter: PaddingValues = PaddingValues(horizontal = Space.gutter),
    bar: Boolean = true,
    dock: (@Composable ColumnScope.() -> Unit)? = null,
    content: @Composable ColumnScope.() -> Unit,
) {
    val docked = dock != null && !Pericard.largeText
    Column(modifier.fillMaxSize().background(color).imePadding().pane(title)) {
        if (bar) ScreenBar(leave, onLeave, title = title, subtitle = subtitle, color = color)
        Box(Modifier.weight(1f).fillMaxWidth(), contentAlignment = Alignment.TopCenter) {
            Column(
                Modifier
                    .verticalScroll(rememberScrollState())
                    .then(if (bar) Modifier else Modifier.statusBarsPadding())
                    .widthIn(max = Space.readMax)
                    .fillMaxWidth()
                    .padding(gutter)
                    .padding(bottom = Space.xl),
            ) {
                content()
                if (dock != null && !docked) Column(Modifier.padding(top = Space.xl), content = dock)
            }
        }
        if (dock != null && docked) {
            Column(
                Modifier
                    .align(Alignment.CenterHorizontally)
                    .widthIn(max = Space.readMax)
                    .fillMaxWidth()
                    .padding(gutter)
                    .padding(top = Space.m, bottom = Space.l)
                    .padding(WindowInsets.safeDrawing.asPaddingValues().bottomOnly()),
                content = dock,
            )
        }
    }
}

/** Assistive technology says the title when the screen comes. */
fun Modifier.pane(title: String): Modifier = if (title.isEmpty()) this else semantics { paneTitle = title }

private fun PaddingValues.bottomOnly() = PaddingValues(bottom = calculateBottomPadding())
