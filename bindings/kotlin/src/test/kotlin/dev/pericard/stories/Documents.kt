package dev.pericard.stories

import dev.pericard.ActiveContent
import dev.pericard.Document
import dev.pericard.DocumentView
import dev.pericard.join

private suspend fun StoryContext.allDocuments(): List<Document> =
    pages { after -> documents.documents(null, after, StoryContext.PAGE).let { it.documents to it.after } }

/** The document that a step is about: the n-th of the list. */
private suspend fun StoryContext.document(keys: Keys): Document {
    val number = keys.number("document")
    return allDocuments().getOrNull(number) ?: throw Broken("there is no document $number")
}

/** The verbs of documents; each is about the document's first file. */
suspend fun StoryContext.handleDocument(verb: String, keys: Keys) {
    val file = document(keys).files.firstOrNull()?.id ?: throw Broken("it has no file")
    when (verb) {
        "fetch_document" -> documents.download(file).join()
        "view_document" -> expectView(documents.view(file), keys)
        else -> documents.removeDownload(file)
    }
}

private fun expectView(view: DocumentView, keys: Keys) {
    same("shown as", keys.word("as", "pdf", "image", "page", "text", "save_only", "another_type"), word(view))
    val text = when (view) {
        is DocumentView.Page -> view.html
        is DocumentView.Text -> view.text
        else -> ""
    }
    keys.textOrNull("has")?.let { if (it !in text) throw Broken("`$it` is not in it") }
    keys.textOrNull("lacks")?.let { if (it in text) throw Broken("`$it` is in it") }
    val script = view is DocumentView.Pdf && ActiveContent.SCRIPT in view.activeContent
    keys.yesOrNo("script")?.let { same("a script", it, script) }
}

/** What is expected of a document, or of the list. */
suspend fun StoryContext.expectDocuments(thing: String, keys: Keys) {
    if (thing == "documents") return same("documents", keys.number("count"), allDocuments().size)
    val document = document(keys)
    keys.textOrNull("title")?.let { same("title", it, document.title) }
    keys.yesOrNo("superseded")?.let { same("superseded", it, document.superseded) }
    if (keys.has("state")) {
        val file = document.files.firstOrNull() ?: throw Broken("it has no file")
        same("state", keys.word("state", *FILE_STATES), word(file.state))
    }
}

private fun word(view: DocumentView): String = when (view) {
    is DocumentView.Pdf -> "pdf"
    is DocumentView.Image -> "image"
    is DocumentView.Page -> "page"
    is DocumentView.Text -> "text"
    is DocumentView.SaveOnly -> "save_only"
    is DocumentView.AnotherType -> "another_type"
}
