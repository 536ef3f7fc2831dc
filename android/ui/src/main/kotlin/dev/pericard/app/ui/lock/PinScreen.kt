package dev.pericard.app.ui.lock

import androidx.compose.foundation.border
import androidx.compose.foundation.background
import androidx.compose.foundation.clickable
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.shape.CircleShape
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.Icon
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.CompositionLocalProvider
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.setValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.draw.clip
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.vector.ImageVector
import androidx.compose.ui.platform.LocalLayoutDirection
import androidx.compose.ui.semantics.LiveRegionMode
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.liveRegion
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.unit.LayoutDirection
import androidx.compose.ui.unit.dp
import dev.pericard.app.ui.components.Heart
import dev.pericard.app.ui.components.QuietButton
import dev.pericard.app.ui.components.Ring
import dev.pericard.app.ui.components.RingState
import dev.pericard.app.ui.icons.Icons
import dev.pericard.app.ui.theme.Pericard
import dev.pericard.app.ui.theme.Space
import dev.pericard.app.ui.words.Words

internal const val PIN_DIGITS = 6

/** From this many tries left on, the screen says what happens after the last. */
private const val WARN_FROM = 5

@Composable
internal fun PinScreen(state: LockState.Pin, events: LockEvents) {
    val words = Pericard.words
    PinPad(words.pinTitle, state.attempt, !state.checking, events::pin, if (state.biometry) events::unlock else null, {
        state.attemptsLeft?.let { WrongPin(it, state.clinic) } ?: state.trouble?.let { Trouble(words.of(it)) }
    }) {
        if (state.optional) Quiet(words.commonCancel, events::cancel) else Quiet(words.pinForgot, events::forgotPin)
    }
}

@Composable
internal fun ChooseScreen(state: LockState.Choose, events: LockEvents) {
    val words = Pericard.words
    val problem = when (state.problem) {
        PinProblem.Differ -> words.pinDiffer
        PinProblem.Easy -> words.pinEasy
        PinProblem.Failed -> words.unusableUnavailable
        null -> null
    }
    PinPad(if (state.again) words.pinAgain else words.pinChoose, state.attempt, true, events::pin, null, { problem?.let { Trouble(it) } }) {
        Quiet(words.commonCancel, events::cancel)
    }
}

@Composable
private fun Quiet(text: String, onClick: () -> Unit) = QuietButton(text, onClick, Modifier.padding(top = Space.m), color = Pericard.palette.onShield)

/** A PIN on keys of the app's own, so that no keyboard learns it. A new [attempt] empties the dots. */
@Composable
private fun PinPad(
    title: String,
    attempt: Int,
    enabled: Boolean,
    onPin: (String) -> Unit,
    onBiometry: (() -> Unit)?,
    trouble: @Composable () -> Unit,
    foot: @Composable () -> Unit,
) {
    val palette = Pericard.palette
    var pin by remember(attempt) { mutableStateOf("") }
    val type = { digit: Int ->
        if (pin.length < PIN_DIGITS && enabled) {
            pin += digit
            if (pin.length == PIN_DIGITS) onPin(pin)
        }
    }
    Column(
        Modifier.fillMaxSize().verticalScroll(rememberScrollState()).padding(Space.l),
        Arrangement.Center,
        Alignment.CenterHorizontally,
    ) {
        Ring(RingState.Closed, size = 72.dp, color = palette.shieldAccent) { Heart(palette.shieldHeart, size = 28.dp) }
        Text(
            title,
            Modifier.padding(top = Space.l).semantics { heading() },
            style = Pericard.type.title,
            color = palette.onShield,
            textAlign = TextAlign.Center,
        )
        trouble()
        Dots(pin.length)
        CompositionLocalProvider(LocalLayoutDirection provides LayoutDirection.Ltr) {
            Keys(type, { pin = pin.dropLast(1) }, onBiometry)
        }
        foot()
    }
}

@Composable
private fun WrongPin(left: Int, clinic: String) {
    val words = Pericard.words
    Trouble(words.pinWrong(left), if (left <= WARN_FROM) words.pinWarning(clinic) else null)
}

internal fun Words.of(trouble: BiometryTrouble): String = when (trouble) {
    BiometryTrouble.NotRecognized -> lockNotRecognized
    BiometryTrouble.LockedOut -> lockTooMany
    BiometryTrouble.Lost -> lockLost
    BiometryTrouble.Unavailable -> lockUnavailable
}

@Composable
internal fun Trouble(text: String, more: String? = null) {
    Column(
        Modifier.padding(top = Space.s).semantics(mergeDescendants = true) { liveRegion = LiveRegionMode.Assertive },
        horizontalAlignment = Alignment.CenterHorizontally,
    ) {
        val color = Pericard.palette.shieldHeart
        Text(text, style = Pericard.type.label, color = color, textAlign = TextAlign.Center)
        more?.let { Text(it, style = Pericard.type.support, color = color, textAlign = TextAlign.Center) }
    }
}

/** Says how many digits were typed, never which. */
@Composable
private fun Dots(typed: Int) {
    val spoken = Pericard.words.pinA11y(typed)
    Row(
        Modifier.padding(vertical = Space.l).semantics {
            contentDescription = spoken
            liveRegion = LiveRegionMode.Polite
        },
        Arrangement.spacedBy(Space.l),
    ) {
        repeat(PIN_DIGITS) { at ->
            val dot = if (at < typed) {
                Modifier.background(Pericard.palette.onShield, CircleShape)
            } else {
                Modifier.border(2.dp, Pericard.palette.shieldLine, CircleShape)
            }
            Box(Modifier.size(14.dp).then(dot))
        }
    }
}

@Composable
private fun Keys(onDigit: (Int) -> Unit, onDelete: () -> Unit, onBiometry: (() -> Unit)?) {
    val words = Pericard.words
    Column(verticalArrangement = Arrangement.spacedBy(Space.m)) {
        listOf(listOf(1, 2, 3), listOf(4, 5, 6), listOf(7, 8, 9)).forEach { row ->
            Row(horizontalArrangement = Arrangement.spacedBy(Space.xl)) { row.forEach { Digit(it, onDigit) } }
        }
        Row(horizontalArrangement = Arrangement.spacedBy(Space.xl)) {
            if (onBiometry == null) Box(Modifier.size(KEY)) else Sign(Icons.finger, words.lockUnlockAndroid, onBiometry)
            Digit(0, onDigit)
            Sign(Icons.backspace, words.pinDelete, onDelete)
        }
    }
}

@Composable
private fun Digit(digit: Int, onDigit: (Int) -> Unit) {
    Key(Pericard.palette.shieldRaised, { onDigit(digit) }) {
        Text(digit.toString(), style = Pericard.type.code, color = Pericard.palette.onShield)
    }
}

@Composable
private fun Sign(icon: ImageVector, label: String, onClick: () -> Unit) {
    Key(Color.Transparent, onClick) { Icon(icon, label, Modifier.size(28.dp), tint = Pericard.palette.onShield) }
}

@Composable
private fun Key(background: Color, onClick: () -> Unit, content: @Composable () -> Unit) {
    Box(
        Modifier.size(KEY).clip(CircleShape).background(background).clickable(role = Role.Button, onClick = onClick),
        contentAlignment = Alignment.Center,
    ) { content() }
}

private val KEY = 68.dp
