package dev.pericard.app.ui.inbox

import androidx.compose.foundation.background
import androidx.compose.foundation.clickable
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.RowScope
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.material3.Icon
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.vector.ImageVector
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.clearAndSetSemantics
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.onClick
import androidx.compose.ui.semantics.role
import androidx.compose.ui.semantics.selected
import androidx.compose.ui.text.font.FontWeight
import androidx.compose.ui.text.style.TextOverflow
import androidx.compose.ui.unit.dp
import dev.pericard.app.ui.components.Avatar
import dev.pericard.app.ui.components.CountBadge
import dev.pericard.app.ui.components.initials
import dev.pericard.app.ui.icons.Icons
import dev.pericard.app.ui.theme.Pericard
import dev.pericard.app.ui.theme.Space
import dev.pericard.app.ui.theme.foreign
import dev.pericard.app.ui.words.Words

/** A conversation: one element for assistive technology, which reads new, sender, subject, preview and time. */
@Composable
internal fun ThreadRowView(row: ThreadRow, isSelected: Boolean, onOpen: () -> Unit) {
    val words = Pericard.words
    val time = Pericard.formats.listed(row.at)
    val spoken = row.spoken(words, time)
    val background = if (isSelected) Pericard.palette.primaryContainer else Color.Transparent
    Row(
        Modifier
            .fillMaxWidth()
            .background(background)
            .clickable(onClick = onOpen)
            .testTag("thread")
            .clearAndSetSemantics {
                contentDescription = spoken
                role = Role.Button
                selected = isSelected
                onClick {
                    onOpen()
                    true
                }
            }
            .padding(horizontal = Space.gutter, vertical = Space.m),
    ) {
        if (Pericard.largeText) Stacked(row, time) else Usual(row, time)
    }
}

private fun ThreadRow.spoken(words: Words, time: String): String {
    val row = words.inboxRowA11y(who, subjectOr(words), marked(words).ifEmpty { words.inboxNoText }, time)
    return if (unread > 0) "${words.inboxUnreadA11y(unread)}. $row" else row
}

private fun ThreadRow.subjectOr(words: Words) = subject.ifEmpty { words.inboxNoSubject }

/** The preview with what its mark says in words. */
private fun ThreadRow.marked(words: Words): String = when (mark) {
    RowMark.None, RowMark.File -> preview
    RowMark.Sent -> words.inboxYou(preview)
    RowMark.Waiting -> words.inboxWaiting(preview)
    RowMark.Sending -> words.inboxSending(preview)
    RowMark.Failed -> words.inboxFailed(preview)
    RowMark.Unsure -> words.inboxUnsure(preview)
    RowMark.Draft -> "${words.inboxDraft} $preview"
}

@Composable
private fun RowScope.Usual(row: ThreadRow, time: String) {
    Avatar(initials(row.who), icon = if (row.team || row.who.isEmpty()) Icons.clinic else null)
    Column(Modifier.weight(1f).padding(start = Space.m)) {
        Row(verticalAlignment = Alignment.CenterVertically) {
            Who(row, Modifier.weight(1f), lines = 1)
            Text(
                time,
                Modifier.padding(start = Space.s),
                style = if (row.unread > 0) Pericard.type.caption.copy(fontWeight = FontWeight.Bold) else Pericard.type.caption,
                color = if (row.unread > 0) Pericard.palette.heart else Pericard.palette.textSoft,
            )
        }
        Subject(row, lines = 1)
        Row(verticalAlignment = Alignment.Bottom) {
            Preview(row, Modifier.weight(1f), lines = if (row.unread > 0) 2 else 1)
            if (row.unread > 0) {
                CountBadge(Pericard.words.language.number(row.unread), Modifier.padding(start = Space.l))
            }
        }
    }
}

/** In large text: no avatar, the time below the sender, the number in words, nothing on one line that does not fit. */
@Composable
private fun RowScope.Stacked(row: ThreadRow, time: String) {
    Column(Modifier.weight(1f)) {
        Who(row, Modifier, lines = Int.MAX_VALUE)
        Text(time, style = Pericard.type.support, color = Pericard.palette.textSoft)
        Subject(row, lines = Int.MAX_VALUE)
        Preview(row, Modifier, lines = 3)
        if (row.unread > 0) CountBadge(Pericard.words.inboxNewBadge(row.unread), Modifier.padding(top = Space.xs))
    }
}

@Composable
private fun Who(row: ThreadRow, modifier: Modifier, lines: Int) {
    val weight = if (row.unread > 0) FontWeight.Bold else FontWeight.Medium
    Text(
        row.who,
        modifier,
        style = Pericard.type.headline.copy(fontWeight = weight).foreign(),
        color = Pericard.palette.text,
        maxLines = lines,
        overflow = TextOverflow.Ellipsis,
    )
}

@Composable
private fun Subject(row: ThreadRow, lines: Int) {
    Text(
        row.subjectOr(Pericard.words),
        style = Pericard.type.support.copy(fontWeight = if (row.unread > 0) FontWeight.Medium else FontWeight.Normal).foreign(),
        color = Pericard.palette.text,
        maxLines = lines,
        overflow = TextOverflow.Ellipsis,
    )
}

@Composable
private fun Preview(row: ThreadRow, modifier: Modifier, lines: Int) {
    val (icon, color) = row.sign()
    Row(modifier, verticalAlignment = Alignment.CenterVertically) {
        if (icon != null) Icon(icon, null, Modifier.padding(end = Space.xs).size(18.dp), tint = color)
        Text(
            row.marked(Pericard.words).ifEmpty { Pericard.words.inboxNoText },
            style = Pericard.type.support.foreign(),
            color = if (row.mark == RowMark.Failed || row.mark == RowMark.Unsure) color else Pericard.palette.textSoft,
            maxLines = lines,
            overflow = TextOverflow.Ellipsis,
        )
    }
}

@Composable
private fun ThreadRow.sign(): Pair<ImageVector?, Color> {
    val soft = Pericard.palette.textSoft
    return when (mark) {
        RowMark.None -> null to soft
        RowMark.File -> Icons.attach to soft
        RowMark.Sent -> Icons.sent to soft
        RowMark.Waiting -> Icons.queued to soft
        RowMark.Sending -> Icons.sending to soft
        RowMark.Failed -> Icons.failed to Pericard.palette.error
        RowMark.Unsure -> Icons.unsure to Pericard.palette.warning
        RowMark.Draft -> Icons.draft to Pericard.palette.primary
    }
}
