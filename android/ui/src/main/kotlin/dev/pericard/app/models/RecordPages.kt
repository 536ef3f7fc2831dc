package dev.pericard.app.models

import dev.pericard.DocumentId
import dev.pericard.LabReportId
import dev.pericard.LabResultId
import dev.pericard.app.ui.records.RecordKind
import kotlinx.coroutines.CoroutineScope

/** The screens over the records of whoever is looked at; each goes when what it shows is gone. */
internal class RecordPages(
    private val scope: CoroutineScope,
    private val inbox: () -> InboxModel?,
    private val device: Device,
    private val push: (Page) -> Unit,
    private val close: (Page) -> Unit,
) {
    fun open(kind: RecordKind) = when (kind) {
        RecordKind.Labs -> show { inbox, onClosed -> Page.Labs(LabsModel(scope, inbox.owner, inbox.of, onClosed)) }
        RecordKind.Documents -> show { inbox, onClosed -> Page.Documents(DocumentsModel(scope, inbox.owner, inbox.of, onClosed)) }
    }

    fun openDocument(id: String) =
        show { inbox, onClosed -> Page.Document(DocumentModel(scope, inbox.owner, inbox.of, DocumentId(id), device, onClosed)) }

    fun openReport(id: String) =
        show { inbox, onClosed -> Page.LabReport(LabReportModel(scope, inbox.owner, inbox.of, LabReportId(id), onClosed)) }

    fun openResult(id: String) =
        show { inbox, onClosed -> Page.LabResult(LabResultModel(scope, inbox.owner, inbox.of, LabResultId(id), onClosed)) }

    private fun show(make: (InboxModel, onClosed: () -> Unit) -> Page) {
        val inbox = inbox() ?: return
        var page: Page? = null
        page = make(inbox) { page?.let(close) }
        push(page)
    }
}
