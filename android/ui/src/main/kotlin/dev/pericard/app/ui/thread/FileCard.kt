package dev.pericard.app.ui.thread

import androidx.compose.foundation.background
import androidx.compose.foundation.clickable
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.layout.widthIn
import androidx.compose.foundation.shape.RoundedCornerShape
import androidx.compose.material3.Icon
import androidx.compose.material3.IconButton
import androidx.compose.material3.LinearProgressIndicator
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.draw.clip
import androidx.compose.ui.graphics.vector.ImageVector
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.style.TextOverflow
import androidx.compose.ui.unit.dp
import dev.pericard.app.ui.icons.Icons
import dev.pericard.app.ui.model.Clinic
import dev.pericard.app.ui.theme.Pericard
import dev.pericard.app.ui.theme.Radius
import dev.pericard.app.ui.theme.Space
import dev.pericard.app.ui.words.Formats
import dev.pericard.app.ui.words.Words

/** A file of a message: name, type, size, where it is. Nothing opens unasked. */
@Composable
internal fun FileCard(file: FileRow, clinic: Clinic, events: ThreadEvents, modifier: Modifier = Modifier) {
    val words = Pericard.words
    val name = file.name.ifEmpty { words.fileUnnamed }
    val place = file.place
    val open: (() -> Unit)? = when (place) {
        FilePlace.Stored -> { { events.openFile(file.id) } }
        is FilePlace.Remote -> { { events.download(file.id) } }
        is FilePlace.Unavailable -> if (place.why.mayMend) { { events.download(file.id) } } else null
        is FilePlace.Downloading -> null
    }
    val deed = if (place == FilePlace.Stored) words.fileOpen(name) else words.fileGet
    FileFrame(
        file.type,
        name,
        place.line(file, words, Pericard.formats, clinic),
        modifier,
        tap = if (open == null) Modifier else Modifier.clickable(onClickLabel = deed, role = Role.Button, onClick = open),
        progress = (place as? FilePlace.Downloading)?.let { at -> at.total?.takeIf { it > 0 }?.let { at.received.toFloat() / it } },
    ) {
        when (place) {
            is FilePlace.Downloading -> IconButton({ events.stopDownload(file.id) }) {
                Icon(Icons.close, words.threadStopDownload, tint = Pericard.palette.text)
            }
            is FilePlace.Remote -> Icon(Icons.download, null, Modifier.padding(Space.m).size(22.dp), tint = Pericard.palette.primary)
            else -> {}
        }
    }
}

private val FileProblem.mayMend: Boolean
    get() = this == FileProblem.Mismatch || this == FileProblem.NotFound || this == FileProblem.Refused

private fun FilePlace.line(file: FileRow, words: Words, formats: Formats, clinic: Clinic): String = when (this) {
    FilePlace.Stored -> "${kind(file.type, file.size, formats)}. ${words.threadOnPhone}".removePrefix(". ")
    is FilePlace.Remote -> kind(file.type, file.size, formats)
    is FilePlace.Downloading -> total?.let { words.fileProgress(formats.megabytes(received), formats.size(it)) } ?: formats.size(received)
    is FilePlace.Unavailable -> when (why) {
        FileProblem.NoSource -> words.fileNoSource
        FileProblem.TooLarge -> words.fileTooLarge
        FileProblem.Mismatch -> words.fileMismatch
        FileProblem.NotFound -> words.fileGone(clinic.name)
        FileProblem.Refused -> words.fileRefused(clinic.name)
        FileProblem.Foreign -> words.fileForeign
    }
}

/** PDF, 240 KB */
private fun kind(type: String, size: Long?, formats: Formats): String {
    val short = type.substringAfter('/', "").substringBefore(';').uppercase().takeIf { it.length in 1..5 }
    return listOfNotNull(short, size?.let(formats::size)).joinToString(", ")
}

/** A file that goes with what is being written. */
@Composable
fun NewFileCard(file: NewFileRow, onRemove: () -> Unit, modifier: Modifier = Modifier) {
    FileFrame(file.type, file.name, Pericard.formats.size(file.size), modifier) {
        IconButton(onRemove) { Icon(Icons.close, Pericard.words.fileRemove(file.name), tint = Pericard.palette.text) }
    }
}

@Composable
private fun FileFrame(
    type: String,
    name: String,
    line: String,
    modifier: Modifier = Modifier,
    tap: Modifier = Modifier,
    progress: Float? = null,
    trailing: @Composable () -> Unit,
) {
    Surface(modifier.clip(RoundedCornerShape(Radius.field)), color = Pericard.palette.surfaceSunken, contentColor = Pericard.palette.text) {
        Row(
            tap.fillMaxWidth().widthIn(min = 220.dp).heightIn(min = 56.dp).semantics(mergeDescendants = true) {}.padding(Space.s),
            verticalAlignment = Alignment.CenterVertically,
        ) {
            Box(
                Modifier.size(40.dp).background(Pericard.palette.primaryContainer, RoundedCornerShape(Radius.chip)),
                contentAlignment = Alignment.Center,
            ) { Icon(icon(type), null, Modifier.size(22.dp), tint = Pericard.palette.onPrimaryContainer) }
            Column(Modifier.weight(1f).padding(start = Space.m)) {
                Text(
                    name,
                    style = Pericard.type.label,
                    color = Pericard.palette.text,
                    maxLines = if (Pericard.largeText) Int.MAX_VALUE else 2,
                    overflow = TextOverflow.Ellipsis,
                )
                if (line.isNotEmpty()) Text(line, style = Pericard.type.caption, color = Pericard.palette.textSoft)
                if (progress != null) {
                    LinearProgressIndicator(
                        { progress },
                        Modifier.fillMaxWidth().padding(top = Space.xs),
                        color = Pericard.palette.primary,
                        trackColor = Pericard.palette.divider,
                        drawStopIndicator = {},
                    )
                }
            }
            trailing()
        }
    }
}

private fun icon(type: String): ImageVector = if (type.startsWith("image/")) Icons.image else Icons.file
