package dev.pericard.app.ui.signin

import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.material3.Icon
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.semantics.stateDescription
import androidx.compose.ui.unit.dp
import dev.pericard.app.ui.components.Chevron
import dev.pericard.app.ui.components.Group
import dev.pericard.app.ui.components.GroupRow
import dev.pericard.app.ui.components.Leave
import dev.pericard.app.ui.components.Page
import dev.pericard.app.ui.components.RowDivider
import dev.pericard.app.ui.components.RowIcon
import dev.pericard.app.ui.components.SectionHead
import dev.pericard.app.ui.components.WrongLine
import dev.pericard.app.ui.components.of
import dev.pericard.app.ui.icons.Icons
import dev.pericard.app.ui.theme.Pericard
import dev.pericard.app.ui.theme.Space

@Composable
fun ClinicScreen(state: ClinicPageState, events: ClinicPageEvents, onLeave: () -> Unit) {
    val words = Pericard.words
    Page(Leave.Back, onLeave, title = state.clinic.name, subtitle = state.clinic.host) {
        state.problem?.let { WrongLine(words.of(it, state.clinic.name), Modifier.padding(vertical = Space.l)) }
        when {
            state.offers != null -> Offers(state.offers, state.clinic.name, events)
            state.problem == null -> Text(words.welcomeChecking, Modifier.padding(vertical = Space.l), style = Pericard.type.body, color = Pericard.palette.textSoft)
        }
        Group(Modifier.padding(vertical = Space.xl)) {
            GroupRow(
                words.privacySignOut,
                text = words.privacySignOutText,
                leading = { RowIcon(Icons.signedOut) },
                trailing = { Chevron() },
                onClick = events::signOut,
            )
        }
    }
}

@Composable
private fun Offers(offers: ClinicOffers, clinic: String, events: ClinicPageEvents) {
    val words = Pericard.words
    SectionHead(words.clinicCan)
    Group {
        Offer(words.clinicRead, offers.canRead)
        RowDivider()
        Offer(words.clinicWrite, offers.canWrite)
        RowDivider()
        Offer(words.clinicOnce, offers.sendsOnce, no = words.clinicOnceNot)
        RowDivider()
        Offer(words.clinicSecondStep, offers.secondStep)
    }
    SectionHead(words.clinicSafe)
    Group {
        if (offers.native) {
            Offer(words.clinicHere, true, words.clinicHereText)
        } else {
            Offer(words.clinicOwnPage, true, words.clinicOwnPageText)
        }
        RowDivider()
        Offer(words.clinicProves, offers.provesWho)
        RowDivider()
        Offer(words.clinicTied, offers.tiedToPhone, no = words.clinicTiedNot)
        RowDivider()
        Offer(words.clinicRevokes, offers.revokes)
    }
    if (offers.accountPage) {
        Group(Modifier.padding(top = Space.xl)) {
            GroupRow(
                words.clinicAccount(clinic),
                text = words.clinicAccountText,
                leading = { RowIcon(Icons.browser) },
                trailing = { Icon(Icons.openApp, null, Modifier.size(20.dp), tint = Pericard.palette.textSoft) },
                onClick = events::openAccountPage,
            )
        }
    }
}

/** One thing that a place does or does not do. */
@Composable
private fun Offer(title: String, offered: Boolean, yes: String? = null, no: String = Pericard.words.clinicNotOffered) {
    val words = Pericard.words
    GroupRow(
        title,
        Modifier.semantics { stateDescription = if (offered) words.clinicYesA11y else words.clinicNoA11y },
        text = if (offered) yes else no,
        leading = {
            if (offered) RowIcon(Icons.checkFilled, Pericard.palette.ok) else RowIcon(Icons.off, Pericard.palette.textSoft)
        },
    )
}
