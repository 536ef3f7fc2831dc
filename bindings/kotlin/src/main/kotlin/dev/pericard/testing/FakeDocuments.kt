package dev.pericard.testing

import dev.pericard.Document
import dev.pericard.DocumentView
import dev.pericard.Documents
import dev.pericard.FileProgress
import dev.pericard.PericardException
import dev.pericard.fromCore
import dev.pericard.toCore

/** What is in a file of a [FakeDocument]: what `Documents.openFile` reads, and what `Documents.view` says of it. */
public class FakeContent(public val bytes: ByteArray, public val view: DocumentView)

/** A document of a [FakeDocuments], and what is in its files, in their order. */
public class FakeDocument(public val document: Document, public val contents: List<FakeContent> = emptyList())

/**
 * Documents in memory; see [FakeAccount]. What a screen shows is [documents].
 *
 * Lists, paging, downloads and what is kept offline behave as those of an account. How the next downloads go is scripted by
 * [downloadSteps] and [downloadFailure].
 */
public class FakeDocuments(documents: List<FakeDocument> = emptyList()) {
    internal val core = Folder(documents)

    /** The documents, as [dev.pericard.Account.documents] gives them. */
    public val documents: Documents = Documents(core)

    /** The progress that the next downloads tell; where there is none, they tell the whole file. */
    public var downloadSteps: List<FileProgress>
        get() = core.steps.map { it.fromCore() }
        set(steps) {
            core.steps = steps.map { it.toCore() }
        }

    /** What the next downloads fail with after their steps; nothing while they succeed. */
    public var downloadFailure: PericardException?
        get() = core.downloadFailure?.fromCore()
        set(failure) {
            core.downloadFailure = failure?.toCore()
        }

    /** A document comes, or a new version of one that is here, as with a sync; streams of changes are told. */
    public fun receive(document: FakeDocument): Unit = core.receive(document)
}
