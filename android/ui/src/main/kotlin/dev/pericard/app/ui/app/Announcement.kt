package dev.pericard.app.ui.app

import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.size
import androidx.compose.runtime.Composable
import androidx.compose.runtime.Immutable
import androidx.compose.runtime.key
import androidx.compose.ui.Modifier
import androidx.compose.ui.semantics.LiveRegionMode
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.liveRegion
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.dp
import dev.pericard.app.ui.model.Unprinted
import dev.pericard.app.ui.theme.Pericard

/** Something that happened out of sight and is spoken once; a new [number] speaks the same words again. */
@Immutable
data class Announcement(val what: Said, val number: Int) : Unprinted()

enum class Said { Sent, NotSent, UpToDate, ListSaved }

/** Speaks politely and shows nothing: the screen says it in its own place. */
@Composable
internal fun Announce(announcement: Announcement) {
    val words = Pericard.words
    val text = when (announcement.what) {
        Said.Sent -> words.saySent
        Said.NotSent -> words.sayNotSent
        Said.UpToDate -> words.sayUpToDate
        Said.ListSaved -> words.logSaved
    }
    key(announcement.number) {
        Box(
            Modifier.size(1.dp).semantics {
                contentDescription = text
                liveRegion = LiveRegionMode.Polite
            },
        )
    }
}
