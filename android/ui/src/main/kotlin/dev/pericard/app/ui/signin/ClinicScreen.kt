package dev.pericard.app.ui.signin

import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.semantics.stateDescription
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.material3.Icon
import androidx.compose.ui.unit.dp
import dev.pericard.app.ui.components.Group
import dev.pericard.app.ui.components.GroupRow
import dev.pericard.app.ui.components.Leave
import dev.pericard.app.ui.components.Page
import dev.pericard.app.ui.components.RowDivider
import dev.pericard.app.ui.components.RowIcon
import dev.pericard.app.ui.components.SectionHead
import dev.pericard.app.ui.icons.Icons
import dev.pericard.app.ui.theme.Pericard
import dev.pericard.app.ui.theme.Space

@Composable
fun ClinicScreen(state: ClinicPageState, events: ClinicPageEvents, onLeave: () -> Unit) {
    val words = Pericard.words
    Page(Leave.Back, onLeave, title = state.clinic.name, subtitle = state.clinic.host) {
        SectionHead(words.clinicCan)
        Group {
            Offer(words.clinicRead, state.canRead)
            RowDivider()
            Offer(words.clinicWrite, state.canWrite)
            RowDivider()
            Offer(words.clinicOnce, state.sendsOnce, no = words.clinicOnceNot)
            RowDivider()
            Offer(words.clinicSecondStep, state.secondStep)
        }
        SectionHead(words.clinicSafe)
        Group {
            if (state.native) {
                Offer(words.clinicHere, true, words.clinicHereText)
            } else {
                Offer(words.clinicOwnPage, true, words.clinicOwnPageText)
            }
            RowDivider()
            Offer(words.clinicProves, state.provesWho)
            RowDivider()
            Offer(words.clinicTied, state.tiedToPhone, no = words.clinicTiedNot)
            RowDivider()
            Offer(words.clinicRevokes, state.revokes)
        }
        if (state.accountPage) {
            Group(Modifier.padding(top = Space.xl)) {
                GroupRow(
                    words.clinicAccount(state.clinic.name),
                    text = words.clinicAccountText,
                    leading = { RowIcon(Icons.browser) },
                    trailing = { Icon(Icons.openApp, null, Modifier.size(20.dp), tint = Pericard.palette.textSoft) },
                    onClick = events::openAccountPage,
                )
            }
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
