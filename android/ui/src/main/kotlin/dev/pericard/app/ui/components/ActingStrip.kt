package dev.pericard.app.ui.components

import androidx.compose.foundation.background
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.material3.Icon
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.semantics.isTraversalGroup
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.semantics.traversalIndex
import androidx.compose.ui.unit.dp
import dev.pericard.app.ui.icons.Icons
import dev.pericard.app.ui.model.Owner
import dev.pericard.app.ui.theme.Pericard
import dev.pericard.app.ui.theme.Space

/** On every screen of another person's: whose it is, spoken before the rest. Nothing on one's own. */
@Composable
fun ActingStrip(owner: Owner, modifier: Modifier = Modifier) {
    val name = owner.actsFor ?: return
    val words = Pericard.words
    val (background, color) = Pericard.palette.person(owner.person.color)
    Row(
        modifier
            .fillMaxWidth()
            .background(background)
            .padding(horizontal = Space.gutter, vertical = Space.m)
            .semantics(mergeDescendants = true) {
                isTraversalGroup = true
                traversalIndex = -1f
            },
        verticalAlignment = Alignment.CenterVertically,
    ) {
        Icon(Icons.people, null, Modifier.size(24.dp), tint = color)
        Text(
            firstSentenceBold("${words.peopleStrip(name)} ${words.peopleStripText(name)}"),
            Modifier.padding(start = Space.m),
            style = Pericard.type.support,
            color = color,
        )
    }
}
