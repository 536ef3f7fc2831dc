package dev.pericard.app.ui.signin

import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.ColumnScope
import androidx.compose.foundation.layout.PaddingValues
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.padding
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.semantics
import dev.pericard.app.ui.components.ClinicMark
import dev.pericard.app.ui.components.Leave
import dev.pericard.app.ui.components.Page
import dev.pericard.app.ui.components.WrongLine
import dev.pericard.app.ui.components.of
import dev.pericard.app.ui.components.pane
import dev.pericard.app.ui.model.Clinic
import dev.pericard.app.ui.theme.Pericard
import dev.pericard.app.ui.theme.Space

/** The frame of the steps of a sign-in: the clinic that is asked, and what it asks. */
@Composable
internal fun SignInPage(
    state: SignInState,
    onLeave: () -> Unit,
    title: String?,
    leave: Leave = Leave.Back,
    second: String = state.clinic.host,
    content: @Composable ColumnScope.() -> Unit,
) {
    Page(leave, onLeave, Modifier.pane(title.orEmpty()), color = Pericard.palette.surface, gutter = PaddingValues(horizontal = Space.xl)) {
        ClinicHead(state.clinic, second)
        if (title != null) StepTitle(title, Modifier.padding(top = Space.xl))
        content()
        state.problem?.let { WrongLine(Pericard.words.of(it, state.clinic.name), Modifier.padding(top = Space.s)) }
    }
}

@Composable
internal fun StepTitle(title: String, modifier: Modifier = Modifier) {
    Text(title, modifier.semantics { heading() }, style = Pericard.type.title, color = Pericard.palette.text)
}

@Composable
private fun ClinicHead(clinic: Clinic, second: String) {
    Row(
        Modifier.padding(top = Space.s).semantics(mergeDescendants = true) {},
        verticalAlignment = Alignment.CenterVertically,
    ) {
        ClinicMark(clinic.kind)
        Column(Modifier.padding(start = Space.m)) {
            Text(clinic.name, style = Pericard.type.headline, color = Pericard.palette.text)
            if (second.isNotEmpty()) Text(second, style = Pericard.type.support, color = Pericard.palette.textSoft)
        }
    }
}
