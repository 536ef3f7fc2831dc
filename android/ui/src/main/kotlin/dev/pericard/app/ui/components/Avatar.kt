package dev.pericard.app.ui.components

import androidx.compose.foundation.background
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.shape.CircleShape
import androidx.compose.foundation.shape.RoundedCornerShape
import androidx.compose.material3.Icon
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.draw.clip
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.vector.ImageVector
import androidx.compose.ui.platform.LocalDensity
import androidx.compose.ui.semantics.clearAndSetSemantics
import androidx.compose.ui.text.TextStyle
import androidx.compose.ui.text.font.FontWeight
import androidx.compose.ui.unit.Dp
import androidx.compose.ui.unit.dp
import dev.pericard.app.ui.icons.Icons
import dev.pericard.app.ui.model.ClinicKind
import dev.pericard.app.ui.model.Person
import dev.pericard.app.ui.theme.Palette
import dev.pericard.app.ui.theme.Pericard
import dev.pericard.app.ui.theme.Radius

/** The first letters of a name's first and last word, without titles: Dr. Nadia Haddad is NH. */
fun initials(name: String): String {
    // What follows a comma is a department or a degree.
    val parts = name.substringBefore(',').split(' ', '\u00A0').filter { it.isNotEmpty() && it.first().isLetter() }
    // A title before a name: it ends with a full stop, or two words follow it.
    val own = when {
        parts.size > 1 && parts.first().endsWith('.') -> parts.drop(1)
        parts.size > 2 -> parts.drop(1)
        else -> parts
    }
    val letters = listOfNotNull(own.firstOrNull(), own.drop(1).lastOrNull())
    return letters.joinToString("") { it.take(1).uppercase() }
}

/** The colours of a person everywhere in the app: background and text. */
fun Palette.person(color: Int): Pair<Color, Color> = when (color.mod(PEOPLE)) {
    0 -> person1 to onPerson1
    1 -> person2 to onPerson2
    else -> person3 to onPerson3
}

private const val PEOPLE = 3

/** A circle with initials or an icon; decoration, its row says the name. Its letters stay as large as the circle allows. */
@Composable
fun Avatar(
    initials: String,
    modifier: Modifier = Modifier,
    size: Dp = 40.dp,
    icon: ImageVector? = null,
    background: Color = if (icon == null) Pericard.palette.surfaceSunken else Pericard.palette.primaryContainer,
    color: Color = if (icon == null) Pericard.palette.textSoft else Pericard.palette.onPrimaryContainer,
) {
    Box(
        modifier.size(size).clip(CircleShape).background(background).clearAndSetSemantics {},
        contentAlignment = Alignment.Center,
    ) {
        if (icon != null) {
            Icon(icon, null, Modifier.size(size * 0.55f), tint = color)
        } else {
            val letters = with(LocalDensity.current) { (size * 0.36f).toSp() }
            Text(initials, color = color, style = TextStyle(fontSize = letters, fontWeight = FontWeight.Medium), maxLines = 1)
        }
    }
}

@Composable
fun PersonAvatar(person: Person, modifier: Modifier = Modifier, size: Dp = 32.dp) {
    val (background, color) = Pericard.palette.person(person.color)
    if (person.name.isEmpty()) {
        Avatar("", modifier, size, Icons.you, background, color)
    } else {
        Avatar(initials(person.name), modifier, size, null, background, color)
    }
}

/** The rounded square of a clinic. */
@Composable
fun ClinicMark(kind: ClinicKind, modifier: Modifier = Modifier, size: Dp = 44.dp) {
    Box(
        modifier.size(size).clip(RoundedCornerShape(Radius.field)).background(Pericard.palette.primaryContainer),
        contentAlignment = Alignment.Center,
    ) {
        Icon(kind.icon, null, Modifier.size(size * 0.55f), tint = Pericard.palette.onPrimaryContainer)
    }
}

val ClinicKind.icon: ImageVector
    get() = when (this) {
        ClinicKind.Clinic -> Icons.clinic
        ClinicKind.Pharmacy -> Icons.pharmacy
        ClinicKind.Laboratory -> Icons.lab
    }
