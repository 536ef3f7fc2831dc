package dev.pericard.app.models

import dev.pericard.app.ui.documents.DocumentEvents
import dev.pericard.app.ui.documents.DocumentsEvents
import dev.pericard.app.ui.labs.LabsEvents
import dev.pericard.app.ui.labs.ReportEvents
import dev.pericard.app.ui.labs.ResultEvents
import dev.pericard.app.ui.records.RecordKind
import dev.pericard.app.ui.records.RecordsEvents

/** What the person does on screens over records, for the models of those screens. */
internal class RecordModelEvents(private val app: AppModel) {
    val records = object : RecordsEvents {
        override fun open(kind: RecordKind) = app.records.open(kind)

        override fun refresh() = app.inbox?.of?.let(app::refresh).ignored()
    }

    val documents = object : DocumentsEvents {
        private val model get() = (app.top as? Page.Documents)?.model

        override fun open(id: String) = app.records.openDocument(id)

        override fun download(id: String) = model?.download(id).ignored()

        override fun stop(id: String) = model?.stop(id).ignored()

        override fun shown(index: Int) = model?.shown(index).ignored()

        override fun refresh() = app.inbox?.of?.let(app::refresh).ignored()
    }

    val document = object : DocumentEvents {
        private val model get() = (app.top as? Page.Document)?.model

        override fun download() = model?.download().ignored()

        override fun stop() = model?.stop().ignored()

        override fun choose(fileId: String) = model?.choose(fileId).ignored()

        override fun page(at: Int) = model?.page(at).ignored()

        override fun askToShare() = model?.askToShare().ignored()

        override fun share() = model?.share().ignored()

        override fun stopSharing() = model?.stopSharing().ignored()

        override fun remove() = model?.remove(app::pop).ignored()
    }

    val labs = object : LabsEvents {
        private val model get() = (app.top as? Page.Labs)?.model

        override fun open(id: String) = app.records.openReport(id)

        override fun shown(index: Int) = model?.shown(index).ignored()

        override fun refresh() = app.inbox?.of?.let(app::refresh).ignored()
    }

    val labReport = object : ReportEvents {
        override fun open(resultId: String) = app.records.openResult(resultId)
    }

    val labResult = object : ResultEvents {
        private val model get() = (app.top as? Page.LabResult)?.model

        override fun asList(list: Boolean) = model?.asList(list).ignored()

        override fun ask() = model?.state?.value?.name?.let(app::askAbout).ignored()
    }
}
