package dev.pericard.app.ui.documents

import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.semantics
import dev.pericard.app.ui.components.Banner
import dev.pericard.app.ui.components.PrimaryButton
import dev.pericard.app.ui.components.QuietButton
import dev.pericard.app.ui.components.Sheet
import dev.pericard.app.ui.components.Tone
import dev.pericard.app.ui.icons.Icons
import dev.pericard.app.ui.theme.Pericard
import dev.pericard.app.ui.theme.Space

/** Before a copy leaves the app: what that means. */
@Composable
internal fun SharingSheet(sharing: Sharing, events: DocumentEvents) {
    val words = Pericard.words
    Sheet(events::stopSharing) {
        Column(Modifier.verticalScroll(rememberScrollState()).padding(horizontal = Space.gutter).padding(bottom = Space.xl)) {
            Text(words.docShareTitle, Modifier.semantics { heading() }, style = Pericard.type.title, color = Pericard.palette.text)
            Text(words.docShareText, Modifier.padding(top = Space.s), style = Pericard.type.body, color = Pericard.palette.textSoft)
            if (sharing.active) Banner(Icons.warning, words.docShareActive, Modifier.padding(top = Space.l), tone = Tone.Warning)
            PrimaryButton(words.docShareWhere, events::share, Modifier.padding(top = Space.xl), icon = Icons.shareOut)
            QuietButton(words.commonCancel, events::stopSharing, Modifier.fillMaxWidth().padding(top = Space.s))
        }
    }
}
