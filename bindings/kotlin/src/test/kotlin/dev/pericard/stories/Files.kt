package dev.pericard.stories

import dev.pericard.FileContent
import dev.pericard.FileProblem
import dev.pericard.FileState
import dev.pericard.MessageFile
import dev.pericard.NewFile
import dev.pericard.join

/** A file to send of so many bytes. */
fun newFile(bytes: Int, name: String?): NewFile = NewFile(
    name ?: "photo.jpg",
    FileContent.Bytes(ByteArray(bytes) { (it * 13 + it / 257).toByte() }),
    contentType = "image/jpeg",
)

/** The file that a step is about: of the n-th newest message of a thread, or of a message that the story has named. */
private suspend fun StoryContext.file(keys: Keys): MessageFile {
    val name = keys.textOrNull("of")
    val message = if (name != null) {
        inbox.message(message(name))
    } else {
        val thread = thread(keys.number("thread"))
        val number = keys.numberOrNull("message") ?: 0
        inbox.messages(thread, null, StoryContext.PAGE).messages.getOrNull(number)
            ?: throw Broken("there is no message $number")
    }
    val number = keys.numberOrNull("attachment") ?: 0
    return message.files.getOrNull(number) ?: throw Broken("there is no file $number")
}

/** Fetches a file and reads it to its end. */
suspend fun StoryContext.download(keys: Keys) {
    val file = file(keys)
    val wanted = keys.numberOrNull("bytes")
    keys.done()
    inbox.download(file.id).join()
    var read = 0L
    inbox.openFile(file.id).use { reader ->
        while (true) {
            val piece = reader.read(100_000)
            if (piece.isEmpty()) break
            read += piece.size
        }
        if (read != reader.size) throw Broken("the file has $read bytes")
    }
    if (wanted != null && wanted.toLong() != read) throw Broken("the file has $read bytes")
}

suspend fun StoryContext.expectFile(keys: Keys) {
    val file = file(keys)
    val wanted = keys.word("state", *FILE_STATES)
    val found = word(file.state)
    if (wanted != found) throw Broken("state: expected $wanted, found $found")
    val name = keys.textOrNull("file_name")
    if (name != null && name != file.fileName) throw Broken("name: expected $name, found ${file.fileName}")
}

/** The states of a file, in words. */
val FILE_STATES: Array<String> =
    arrayOf("remote", "partial", "downloading", "stored", "no_source", "too_large", "mismatch", "not_found", "refused", "foreign")

/** The state of a file in a word. */
fun word(state: FileState): String = when (state) {
    is FileState.Remote -> if (state.received == 0L) "remote" else "partial"
    is FileState.Downloading -> "downloading"
    is FileState.Stored -> "stored"
    is FileState.Unavailable -> when (state.reason) {
        FileProblem.NO_SOURCE -> "no_source"
        FileProblem.TOO_LARGE -> "too_large"
        FileProblem.MISMATCH -> "mismatch"
        FileProblem.NOT_FOUND -> "not_found"
        FileProblem.REFUSED -> "refused"
        FileProblem.FOREIGN -> "foreign"
    }
}
