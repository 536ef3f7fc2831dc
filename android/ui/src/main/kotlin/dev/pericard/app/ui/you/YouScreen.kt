package dev.pericard.app.ui.you

import androidx.compose.foundation.background
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.widthIn
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.verticalScroll
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.dp
import dev.pericard.app.ui.components.Chevron
import dev.pericard.app.ui.components.CountBadge
import dev.pericard.app.ui.components.Group
import dev.pericard.app.ui.components.GroupRow
import dev.pericard.app.ui.components.PersonAvatar
import dev.pericard.app.ui.components.RowDivider
import dev.pericard.app.ui.components.RowIcon
import dev.pericard.app.ui.icons.Icons
import dev.pericard.app.ui.inbox.TabHead
import dev.pericard.app.ui.theme.Pericard
import dev.pericard.app.ui.theme.Space
import dev.pericard.app.ui.words.Words

@Composable
fun YouScreen(state: YouState, events: YouEvents, modifier: Modifier = Modifier) {
    val words = Pericard.words
    Column(
        modifier.fillMaxSize().background(Pericard.palette.background).verticalScroll(rememberScrollState()),
        horizontalAlignment = Alignment.CenterHorizontally,
    ) {
        TabHead(words.tabYou, state.owner, events::choosePerson)
        Column(Modifier.widthIn(max = Space.readMax).padding(horizontal = Space.gutter)) {
            Group {
                GroupRow(
                    state.owner.name,
                    strong = true,
                    text = words.listed(state.actingFor)?.let(words::youActing) ?: state.owner.clinic.name,
                    leading = { PersonAvatar(state.owner.person, size = 52.dp) },
                    trailing = { Chevron() },
                    onClick = events::choosePerson,
                )
            }
            Group(Modifier.padding(top = Space.l)) {
                GroupRow(
                    words.youNotices,
                    leading = { RowIcon(Icons.bell) },
                    trailing = {
                        if (state.newNotices > 0) {
                            val spoken = words.noticesNewA11y(state.newNotices)
                            CountBadge(
                                words.language.number(state.newNotices),
                                Modifier.semantics { contentDescription = spoken },
                            )
                        }
                        Chevron()
                    },
                    onClick = events::openNotices,
                )
                RowDivider()
                GroupRow(
                    words.clinicsTitle,
                    text = if (state.needSignIn > 0) words.youNeedSignIn(state.needSignIn) else null,
                    leading = { RowIcon(Icons.clinic) },
                    trailing = { Chevron() },
                    onClick = events::openClinics,
                )
            }
            Group(Modifier.padding(top = Space.l)) {
                GroupRow(
                    words.youPrivacy,
                    text = words.privacyLog,
                    leading = { RowIcon(Icons.whole) },
                    trailing = { Chevron() },
                    onClick = events::openPrivacy,
                )
                RowDivider()
                GroupRow(
                    words.youSettings,
                    text = words.youSettingsText.takeIf { state.hasLock },
                    leading = { RowIcon(Icons.settings) },
                    trailing = { Chevron() },
                    onClick = events::openSettings,
                )
            }
            Group(Modifier.padding(vertical = Space.l)) {
                GroupRow(
                    words.youHelp,
                    text = words.youVersion(state.version),
                    leading = { RowIcon(Icons.help) },
                    trailing = { Chevron() },
                    onClick = events::openHelp,
                )
            }
        }
    }
}

/** Leo and Teresa; nothing where there is nobody. */
internal fun Words.listed(names: List<String>): String? = when (names.size) {
    0 -> null
    1 -> names.single()
    else -> youAnd(names.dropLast(1).joinToString(if (language.rightToLeft) "، " else ", "), names.last())
}
