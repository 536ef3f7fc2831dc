package dev.pericard.app.ui.notices

import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.runtime.Composable
import androidx.compose.runtime.Immutable
import androidx.compose.ui.Modifier
import dev.pericard.app.ui.components.PrimaryButton
import dev.pericard.app.ui.components.QuietButton
import dev.pericard.app.ui.components.RingState
import dev.pericard.app.ui.icons.Icons
import dev.pericard.app.ui.model.Unprinted
import dev.pericard.app.ui.theme.Pericard
import dev.pericard.app.ui.theme.Space

/** Nothing on this device can be opened now. */
@Immutable
data class CannotOpenState(val reason: CannotOpen, val busy: Boolean = false) : Unprinted()

enum class CannotOpen {
    /** The key is gone from the keystore. */
    KeyLost,

    /** Files are damaged, missing or of another device. */
    Damaged,
    StorageFull,

    /** The keystore or the disk does not do what is needed now. */
    Unavailable;

    /** Only removing what is here helps. */
    val isLoss: Boolean get() = this == KeyLost || this == Damaged
}

interface CannotOpenEvents {
    fun tryAgain()

    /** Removes what cannot be opened, and begins with a sign-in. */
    fun beginAnew()
}

/** In place of the whole app. */
@Composable
fun CannotOpenScreen(state: CannotOpenState, events: CannotOpenEvents, modifier: Modifier = Modifier) {
    val words = Pericard.words
    val reason = state.reason
    val title = when (reason) {
        CannotOpen.KeyLost -> words.unusableKeyLost
        CannotOpen.Damaged -> words.unusableDamaged
        CannotOpen.StorageFull, CannotOpen.Unavailable -> words.unusableUnavailable
    }
    val text = when (reason) {
        CannotOpen.KeyLost, CannotOpen.Damaged -> words.unusableLostText
        CannotOpen.StorageFull -> words.storageFull
        CannotOpen.Unavailable -> words.unusableUnavailableText
    }
    NoticeView(
        if (reason == CannotOpen.KeyLost) Icons.key else if (reason == CannotOpen.Damaged) Icons.warning else Icons.locked,
        title,
        text,
        if (reason.isLoss) listOf(Fact(Icons.warning, words.unusableUnsent, words.unusableUnsentText)) else emptyList(),
        modifier,
        RingState.Closed,
        head = {},
    ) {
        PrimaryButton(words.leaseTry, events::tryAgain, busy = state.busy)
        if (reason.isLoss) QuietButton(words.sealedAgain, events::beginAnew, Modifier.fillMaxWidth().padding(top = Space.s))
    }
}
