package dev.pericard.app.ui.thread

import androidx.compose.foundation.BorderStroke
import androidx.compose.foundation.layout.BoxWithConstraints
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.FlowRow
import androidx.compose.foundation.layout.IntrinsicSize
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.layout.width
import androidx.compose.foundation.layout.widthIn
import androidx.compose.foundation.shape.RoundedCornerShape
import androidx.compose.foundation.text.selection.SelectionContainer
import androidx.compose.material3.HorizontalDivider
import androidx.compose.material3.Icon
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.vector.ImageVector
import androidx.compose.ui.semantics.CustomAccessibilityAction
import androidx.compose.ui.semantics.customActions
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.font.FontWeight
import androidx.compose.ui.text.style.TextDirection
import androidx.compose.ui.unit.dp
import androidx.compose.ui.unit.min
import dev.pericard.app.ui.components.QuietButton
import dev.pericard.app.ui.components.firstSentenceBold
import dev.pericard.app.ui.icons.Icons
import dev.pericard.app.ui.model.Clinic
import dev.pericard.app.ui.theme.Pericard
import dev.pericard.app.ui.theme.Radius
import dev.pericard.app.ui.theme.Space
import dev.pericard.app.ui.theme.Stroke

/** A message. What can be done about one that did not arrive stands in it. */
@Composable
internal fun MessageBubble(bubble: Bubble, named: Boolean, clinic: Clinic, events: ThreadEvents, modifier: Modifier = Modifier) {
    val copy = Pericard.words.commonCopy
    BoxWithConstraints(modifier.fillMaxWidth()) {
        val most = min(maxWidth * 0.86f, 560.dp)
        Column(Modifier.align(if (bubble.outgoing) Alignment.CenterEnd else Alignment.CenterStart)) {
            if (named) {
                Text(
                    bubble.from,
                    Modifier.padding(start = Space.xs, bottom = Space.xs),
                    style = Pericard.type.label,
                    color = Pericard.palette.textSoft,
                )
            }
            val paper = paper(bubble.delivery)
            Surface(
                Modifier.widthIn(max = most).semantics {
                    customActions = listOf(
                        CustomAccessibilityAction(copy) {
                            events.copy(bubble.id)
                            true
                        },
                    )
                },
                shape(bubble.outgoing),
                paper.background,
                paper.text,
                border = paper.line?.let { BorderStroke(Stroke.field, it) },
            ) { Inside(bubble, clinic, paper, events) }
        }
    }
}

@Composable
private fun Inside(bubble: Bubble, clinic: Clinic, paper: Paper, events: ThreadEvents) {
    // As wide as its widest line; what follows the text lies at the end of that width.
    Column(Modifier.width(IntrinsicSize.Max)) {
        Column(Modifier.padding(start = 14.dp, end = 14.dp, top = 10.dp, bottom = Space.s).fillMaxWidth()) {
            if (bubble.urgent) Note(Icons.warning, Pericard.words.threadImportant, paper.soft)
            if (bubble.text.isNotEmpty()) {
                SelectionContainer {
                    Text(bubble.text, style = Pericard.type.body.copy(textDirection = TextDirection.Content), color = paper.text)
                }
            }
            bubble.files.forEach { FileCard(it, clinic, events, Modifier.padding(top = Space.s)) }
            if (bubble.edited) Note(Icons.draft, Pericard.words.threadChanged(clinic.name), paper.soft)
            when (bubble.delivery) {
                Delivery.Failed -> Trouble(
                    Icons.failedFilled,
                    "${Pericard.words.stateFailed} ${Pericard.words.stateFailedWhy(clinic.name)}",
                    paper.text,
                )
                Delivery.Unknown -> Trouble(
                    Icons.unsure,
                    "${Pericard.words.stateUnknown} ${Pericard.words.stateUnknownWhy}",
                    paper.text,
                )
                else -> TimeLine(bubble, paper.soft, Modifier.align(Alignment.End))
            }
        }
        if (bubble.delivery == Delivery.Failed || bubble.delivery == Delivery.Unknown) Deeds(bubble, paper.text, events)
    }
}

/** The time, and for the person's own messages how far they have come. */
@Composable
private fun TimeLine(bubble: Bubble, color: Color, modifier: Modifier) {
    val words = Pericard.words
    val time = Pericard.formats.timeOf(bubble.at)
    val (icon, text) = when (bubble.delivery) {
        Delivery.Queued -> Icons.queued to words.stateQueued
        Delivery.Sending -> Icons.sending to words.stateSending
        Delivery.Sent -> Icons.sent to words.stateSent(time).trim()
        else -> null to time
    }
    if (text.isEmpty()) return
    Row(modifier.padding(top = Space.xs).semantics(mergeDescendants = true) {}, verticalAlignment = Alignment.CenterVertically) {
        if (icon != null) Icon(icon, null, Modifier.padding(end = Space.xs).size(16.dp), tint = color)
        Text(text, style = Pericard.type.caption, color = color)
    }
}

@Composable
private fun Note(icon: ImageVector, text: String, color: Color) {
    Row(Modifier.padding(vertical = 2.dp).semantics(mergeDescendants = true) {}, verticalAlignment = Alignment.CenterVertically) {
        Icon(icon, null, Modifier.padding(end = Space.xs).size(16.dp), tint = color)
        Text(text, style = Pericard.type.caption.copy(fontWeight = FontWeight.Medium), color = color)
    }
}

@Composable
private fun Trouble(icon: ImageVector, text: String, color: Color) {
    Row(Modifier.padding(top = Space.s).semantics(mergeDescendants = true) {}) {
        Icon(icon, null, Modifier.size(20.dp), tint = color)
        Text(firstSentenceBold(text), Modifier.padding(start = Space.s), style = Pericard.type.support, color = color)
    }
}

@Composable
private fun Deeds(bubble: Bubble, color: Color, events: ThreadEvents) {
    val words = Pericard.words
    HorizontalDivider(color = color.copy(alpha = 0.35f))
    FlowRow(Modifier.fillMaxWidth().padding(horizontal = Space.xs), Arrangement.End) {
        if (bubble.delivery == Delivery.Failed) {
            QuietButton(words.threadRemove, { events.withdraw(bubble.id) }, icon = Icons.delete, color = color)
            QuietButton(words.threadSendAgain, { events.retry(bubble.id) }, icon = Icons.retry, color = color)
        } else {
            QuietButton(words.threadWhatCanIDo, { events.decide(bubble.id) }, icon = Icons.notice, color = color)
        }
    }
}

/** The corner of the writer's side is less round. */
private fun shape(outgoing: Boolean) = RoundedCornerShape(
    topStart = Radius.bubble,
    topEnd = Radius.bubble,
    bottomStart = if (outgoing) Radius.bubble else Radius.tail,
    bottomEnd = if (outgoing) Radius.tail else Radius.bubble,
)

private class Paper(val background: Color, val text: Color, val soft: Color, val line: Color? = null)

@Composable
private fun paper(delivery: Delivery): Paper = with(Pericard.palette) {
    when (delivery) {
        Delivery.Received -> Paper(bubbleIn, onBubbleIn, textSoft, divider)
        Delivery.Queued -> Paper(background, text, textSoft, outline)
        Delivery.Sending, Delivery.Sent -> Paper(bubbleOut, onBubbleOut, onBubbleOutSoft)
        Delivery.Failed -> Paper(errorContainer, onErrorContainer, onErrorContainer)
        Delivery.Unknown -> Paper(warningContainer, onWarningContainer, onWarningContainer)
    }
}
