package dev.pericard.app.ui.components

import androidx.compose.foundation.background
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.RowScope
import androidx.compose.foundation.layout.padding
import androidx.compose.material3.ExperimentalMaterial3Api
import androidx.compose.material3.Icon
import androidx.compose.material3.IconButton
import androidx.compose.material3.Text
import androidx.compose.material3.TopAppBar
import androidx.compose.material3.TopAppBarDefaults
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.style.TextOverflow
import dev.pericard.app.ui.icons.Icons
import dev.pericard.app.ui.theme.Pericard
import dev.pericard.app.ui.theme.Space
import dev.pericard.app.ui.theme.foreign

/** How a screen is left. */
enum class Leave { Back, Close }

/**
 * The bar over a screen that was opened from another. Without a way to leave, the bar keeps its height. Large text has its
 * title below the bar, where it has room.
 */
@OptIn(ExperimentalMaterial3Api::class)
@Composable
fun ScreenBar(
    leave: Leave?,
    onLeave: () -> Unit,
    modifier: Modifier = Modifier,
    title: String = "",
    subtitle: String = "",
    color: Color = Pericard.palette.background,
    actions: @Composable RowScope.() -> Unit = {},
) {
    if (Pericard.largeText && title.isNotEmpty()) {
        Column(modifier.background(color)) {
            ScreenBar(leave, onLeave, color = color, actions = actions)
            Titles(title, subtitle, Modifier.padding(horizontal = Space.gutter).padding(bottom = Space.s), lines = 3)
        }
        return
    }
    TopAppBar(
        title = {
            if (title.isNotEmpty()) Titles(title, subtitle, Modifier, lines = 1)
        },
        modifier = modifier,
        navigationIcon = {
            when (leave) {
                Leave.Back -> IconButton(onLeave) { Icon(Icons.back, Pericard.words.commonBack) }
                Leave.Close -> IconButton(onLeave) { Icon(Icons.close, Pericard.words.commonClose) }
                null -> {}
            }
        },
        actions = actions,
        colors = TopAppBarDefaults.topAppBarColors(
            containerColor = color,
            scrolledContainerColor = color,
            titleContentColor = Pericard.palette.text,
            navigationIconContentColor = Pericard.palette.text,
            actionIconContentColor = Pericard.palette.text,
        ),
    )
}

@Composable
private fun Titles(title: String, subtitle: String, modifier: Modifier, lines: Int) {
    Column(modifier.semantics(mergeDescendants = true) { heading() }) {
        Text(title, style = Pericard.type.barTitle.foreign(), color = Pericard.palette.text, maxLines = lines, overflow = TextOverflow.Ellipsis)
        if (subtitle.isNotEmpty()) {
            Text(
                subtitle,
                style = Pericard.type.caption.foreign(),
                color = Pericard.palette.textSoft,
                maxLines = lines,
                overflow = TextOverflow.Ellipsis,
            )
        }
    }
}
