package dev.pericard.app.ui.signin

import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.text.KeyboardActions
import androidx.compose.foundation.text.KeyboardOptions
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.input.ImeAction
import androidx.compose.ui.text.input.KeyboardType
import androidx.compose.ui.text.style.TextAlign
import dev.pericard.app.ui.components.Chevron
import dev.pericard.app.ui.components.ClinicMark
import dev.pericard.app.ui.components.Group
import dev.pericard.app.ui.components.GroupRow
import dev.pericard.app.ui.components.LabelledField
import dev.pericard.app.ui.components.Leave
import dev.pericard.app.ui.components.Mark
import dev.pericard.app.ui.components.Page
import dev.pericard.app.ui.components.PrimaryButton
import dev.pericard.app.ui.components.RowDivider
import dev.pericard.app.ui.components.RowIcon
import dev.pericard.app.ui.components.SectionFoot
import dev.pericard.app.ui.components.SectionHead
import dev.pericard.app.ui.components.of
import dev.pericard.app.ui.components.rememberTyped
import dev.pericard.app.ui.icons.Icons
import dev.pericard.app.ui.theme.Pericard
import dev.pericard.app.ui.theme.Space
import dev.pericard.app.ui.words.Words

@Composable
fun WelcomeScreen(state: WelcomeState, events: WelcomeEvents, onLeave: () -> Unit) {
    val words = Pericard.words
    Page(leave = if (state.canLeave) Leave.Back else null, onLeave = onLeave, bar = state.canLeave) {
        if (!state.canLeave) Promise()
        if (state.places.isNotEmpty()) {
            SectionHead(words.welcomeWhere)
            Places(state.places, events::choose)
        }
        SectionHead(words.welcomeElse)
        Group {
            if (state.canScan) {
                GroupRow(
                    words.welcomeScan,
                    text = words.welcomeScanHint,
                    leading = { RowIcon(Icons.scan) },
                    trailing = { Chevron() },
                    onClick = events::scan,
                )
                RowDivider()
            }
            if (state.address.open) {
                AddressField(state.address, events)
            } else {
                GroupRow(
                    words.welcomeAddress,
                    leading = { RowIcon(Icons.browser) },
                    trailing = { Chevron() },
                    onClick = events::openAddress,
                )
            }
        }
        SectionFoot(words.welcomeFoot)
    }
}

@Composable
private fun Promise() {
    val words = Pericard.words
    Column(Modifier.fillMaxWidth().padding(top = Space.xxl), horizontalAlignment = Alignment.CenterHorizontally) {
        Mark(Pericard.palette.primary, Pericard.palette.heart)
        Text(
            words.welcomeTitle,
            Modifier.padding(top = Space.l).semantics { heading() },
            style = Pericard.type.title,
            color = Pericard.palette.text,
            textAlign = TextAlign.Center,
        )
        Text(
            words.welcomeText,
            Modifier.padding(top = Space.s, start = Space.s, end = Space.s),
            style = Pericard.type.body,
            color = Pericard.palette.textSoft,
            textAlign = TextAlign.Center,
        )
    }
}

@Composable
private fun Places(places: List<Place>, onChoose: (String) -> Unit) {
    val words = Pericard.words
    Group {
        places.forEachIndexed { at, place ->
            if (at > 0) RowDivider()
            GroupRow(
                place.clinic.name,
                strong = true,
                text = if (place.native) words.welcomeNative else words.welcomeBrowser,
                leading = { ClinicMark(place.clinic.kind) },
                trailing = { Chevron() },
                onClick = { onChoose(place.clinic.id) },
            )
        }
    }
}

@Composable
private fun AddressField(state: AddressState, events: WelcomeEvents) {
    val words = Pericard.words
    val address = rememberTyped(state.text, events::typeAddress)
    Column(Modifier.padding(Space.l)) {
        LabelledField(
            words.welcomeAddress,
            address.text,
            address::type,
            wrong = state.problem?.let { words.of(it) },
            placeholder = words.welcomeAddressHint,
            keyboard = KeyboardOptions(keyboardType = KeyboardType.Uri, imeAction = ImeAction.Go, autoCorrectEnabled = false),
            actions = KeyboardActions(onGo = { events.submitAddress() }),
        )
        PrimaryButton(
            if (state.checking) words.welcomeChecking else words.welcomeAddressGo,
            events::submitAddress,
            Modifier.padding(top = Space.m),
            busy = state.checking,
            enabled = address.text.isNotBlank(),
        )
    }
}

private fun Words.of(problem: AddressProblem): String = when (problem) {
    AddressProblem.NotAPortal -> welcomeNotPortal
    AddressProblem.NotHttps -> welcomeNotHttps
    AddressProblem.NoCamera -> welcomeCameraOff
    is AddressProblem.Other -> of(problem.problem, "")
}
