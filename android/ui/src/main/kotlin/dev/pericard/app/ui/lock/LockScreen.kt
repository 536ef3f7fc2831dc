package dev.pericard.app.ui.lock

import androidx.compose.foundation.background
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.layout.systemBarsPadding
import androidx.compose.foundation.layout.widthIn
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.Button
import androidx.compose.material3.ButtonDefaults
import androidx.compose.material3.Icon
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.unit.dp
import dev.pericard.app.ui.components.Heart
import dev.pericard.app.ui.components.Mark
import dev.pericard.app.ui.components.QuietButton
import dev.pericard.app.ui.components.Ring
import dev.pericard.app.ui.components.RingState
import dev.pericard.app.ui.icons.Icons
import dev.pericard.app.ui.theme.Pericard
import dev.pericard.app.ui.theme.Space

@Composable
fun LockScreen(state: LockState, events: LockEvents) {
    Box(
        Modifier.fillMaxSize().background(Pericard.palette.shield).systemBarsPadding(),
        contentAlignment = Alignment.Center,
    ) {
        when (state) {
            is LockState.Locked -> Locked(state, events)
            is LockState.Pin -> PinScreen(state, events)
            is LockState.Choose -> ChooseScreen(state, events)
            is LockState.Forgot -> Forgot(state, events)
            LockState.Cover -> Mark(Pericard.palette.shieldAccent, Pericard.palette.shieldHeart, size = 96.dp)
        }
    }
}

@Composable
private fun Forgot(state: LockState.Forgot, events: LockEvents) {
    val words = Pericard.words
    val palette = Pericard.palette
    Column(
        Modifier.fillMaxSize().widthIn(max = 480.dp).verticalScroll(rememberScrollState()).padding(Space.xl),
        Arrangement.Center,
        Alignment.CenterHorizontally,
    ) {
        Ring(RingState.Closed, size = 72.dp, color = palette.shieldAccent) { Heart(palette.shieldHeart, size = 28.dp) }
        Text(
            words.forgetTitle(state.clinic),
            Modifier.padding(top = Space.l).semantics { heading() },
            style = Pericard.type.title,
            color = palette.onShield,
            textAlign = TextAlign.Center,
        )
        Text(
            words.pinForgotText,
            Modifier.padding(vertical = Space.l),
            style = Pericard.type.body,
            color = palette.onShieldSoft,
            textAlign = TextAlign.Center,
        )
        Button(
            events::forget,
            Modifier.fillMaxWidth().heightIn(min = 52.dp),
            enabled = !state.going,
            colors = ButtonDefaults.buttonColors(palette.shieldAccent, palette.onShieldAccent),
        ) { Text(words.forgetDo, style = Pericard.type.headline, textAlign = TextAlign.Center) }
        QuietButton(words.commonCancel, events::cancel, Modifier.padding(top = Space.s), color = palette.onShield)
    }
}

@Composable
private fun Locked(state: LockState.Locked, events: LockEvents) {
    LaunchedEffect(state.turn) { events.appeared() }
    val words = Pericard.words
    val palette = Pericard.palette
    Column(
        Modifier.fillMaxSize().widthIn(max = 480.dp).padding(Space.xl),
        Arrangement.SpaceBetween,
        Alignment.CenterHorizontally,
    ) {
        Column(
            Modifier.weight(1f).verticalScroll(rememberScrollState()),
            Arrangement.Center,
            Alignment.CenterHorizontally,
        ) {
            Ring(RingState.Closed, size = 144.dp, color = palette.shieldAccent) { Heart(palette.shieldHeart, size = 56.dp) }
            Text(
                words.lockTitle,
                Modifier.padding(top = Space.xxl).semantics { heading() },
                style = Pericard.type.title,
                color = palette.onShield,
                textAlign = TextAlign.Center,
            )
            Text(
                words.lockText,
                Modifier.padding(top = Space.s),
                style = Pericard.type.body,
                color = palette.onShieldSoft,
                textAlign = TextAlign.Center,
            )
            state.trouble?.let { Trouble(words.of(it)) }
        }
        Button(
            events::unlock,
            Modifier.fillMaxWidth().heightIn(min = 52.dp),
            colors = ButtonDefaults.buttonColors(palette.shieldAccent, palette.onShieldAccent),
        ) {
            Icon(if (state.biometry) Icons.finger else Icons.locked, null, Modifier.size(22.dp))
            Text(
                if (state.biometry) words.lockUnlockAndroid else words.lockUnlockCredential,
                Modifier.padding(start = Space.s),
                style = Pericard.type.headline,
                textAlign = TextAlign.Center,
            )
        }
        if (state.hasPin) QuietButton(words.lockUsePin, events::usePin, Modifier.padding(top = Space.s), color = palette.onShield)
    }
}
