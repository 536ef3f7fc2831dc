package dev.pericard.app.models

import dev.pericard.FeatureState
import dev.pericard.PericardException
import dev.pericard.PersonId
import dev.pericard.app.ui.model.Owner
import dev.pericard.app.ui.records.KindLine
import dev.pericard.app.ui.records.KindRow
import dev.pericard.app.ui.records.RecordKind
import dev.pericard.app.ui.records.RecordsBody
import dev.pericard.app.ui.records.RecordsState
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.flow.distinctUntilChanged
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.launch
import java.time.Instant

/** The kinds of records of one person at one clinic, and what is new of each. */
internal class RecordsModel(above: CoroutineScope, private val owner: Owner, private val of: AccountModel) :
    Model<RecordsState>(above, RecordsState(owner, RecordsBody.Kinds(emptyList()))) {
    /** What was read of a kind. */
    private class Read(val line: KindLine, val news: Int = 0, val isHere: Boolean, val syncedAt: Instant? = null)

    private var read: Map<RecordKind, Read> = emptyMap()
    private val reads = Channel<Unit>(Channel.CONFLATED)

    init {
        scope.launch { for (once in reads) readAll() }
        scope.launch { of.changes.collect { change -> if (change.records.isNotEmpty() || change.session || change.features || change.people) reload() } }
        scope.launch { of.state.map { it.sync == null }.distinctUntilChanged().collect { ended -> if (ended) reload() } }
        scope.launch { of.state.collect { draw() } }
        reload()
    }

    fun reload() {
        reads.trySend(Unit)
    }

    private suspend fun readAll() {
        read = RecordKind.entries.mapNotNull { kind ->
            try {
                kind to if (kind == RecordKind.Labs) labs() else documents()
            } catch (error: PericardException) {
                unread(error)?.let { kind to it }
            }
        }.toMap()
        draw()
    }

    private suspend fun labs(): Read {
        val labs = of.account.labs(PersonId(owner.person.id))
        val reports = labs.reports(limit = MOST).reports
        val synced = labs.state().syncedAt
        val news = reports.filter { it.unread }
        val line = when {
            news.isNotEmpty() -> KindLine.New(news.size, news.first().run { moment(at, precision) })
            reports.isNotEmpty() -> KindLine.Newest(reports.first().run { moment(at, precision) })
            else -> nothing(synced)
        }
        return Read(line, news.size, reports.isNotEmpty() || synced != null, synced)
    }

    private suspend fun documents(): Read {
        val documents = of.account.documents(PersonId(owner.person.id))
        val page = documents.documents(limit = MOST)
        val synced = documents.state().syncedAt
        val line = if (page.documents.isEmpty()) nothing(synced) else KindLine.Count(page.documents.size, page.after != null)
        return Read(line, isHere = page.documents.isNotEmpty() || synced != null, syncedAt = synced)
    }

    private fun nothing(syncedAt: Instant?): KindLine = if (syncedAt == null) KindLine.Coming else KindLine.Nothing

    /** Why a kind cannot be read; nothing where the account says so. */
    private fun unread(error: PericardException): Read? = when (error) {
        is PericardException.StepUpRequired -> Read(KindLine.StepUp, isHere = true)
        is PericardException.SwitchedOff -> Read(KindLine.Off(closed = true), isHere = true)
        else -> null
    }

    private fun draw() {
        val view = of.state.value.seenBy(owner.person.id)
        val closed = view.sessionCloses(of.account)
        val rows = RecordKind.entries.mapNotNull { row(it, view) }
        val known = view.offers != null || rows.isNotEmpty()
        val body = when {
            closed != null -> RecordsBody.Closed(closed)
            rows.isNotEmpty() -> RecordsBody.Kinds(rows)
            known -> RecordsBody.None
            else -> RecordsBody.NotYet
        }
        val banner = banner(view, read.values.mapNotNull { it.syncedAt }.minOrNull()).takeIf { closed == null }
        show { it.copy(owner = of.named(owner), body = body, banner = banner, refreshing = view.sync?.asked == true) }
    }

    /** Nothing where the clinic has no such kind: it says so, and nothing of it has ever come. */
    private fun row(kind: RecordKind, view: AccountView): KindRow? {
        val read = read[kind] ?: return null
        val off = view.state(kind.feature) as? FeatureState.Off
        if (!read.isHere && off == null && view.offers?.records?.contains(kind) != true) return null
        return KindRow(kind, if (off != null) KindLine.Off(closed = !off.cached) else read.line, read.news)
    }

    private companion object {
        /** As many as the core gives at once; beyond that nobody counts. */
        const val MOST = 500
    }
}

/** As they are called now; a sealed account takes the name from none whose screen is there. */
internal fun AccountModel.named(owner: Owner): Owner {
    val now = owners.find { it.person.id == owner.person.id } ?: return owner
    return now.copy(person = now.person.copy(name = now.person.name.ifEmpty { owner.person.name }))
}
