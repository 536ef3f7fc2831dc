package dev.pericard.app.models

import dev.pericard.FeatureState
import dev.pericard.Incident
import dev.pericard.IncidentKind
import dev.pericard.PericardException
import dev.pericard.StorageKind
import dev.pericard.app.ui.notices.Notice
import dev.pericard.app.ui.notices.NoticeRow
import java.time.Duration
import java.time.Instant

/** What the person is told under You, newest first: nothing older than 90 days. */
internal suspend fun notices(accounts: List<AccountModel>, device: Device, version: String): List<NoticeRow> =
    accounts.flatMap { noticesOf(it, device, version) }.sortedByDescending { it.at }

private suspend fun noticesOf(of: AccountModel, device: Device, version: String): List<NoticeRow> {
    val now = device.now()
    val account = of.account.id.value
    fun row(id: String, notice: Notice, at: Instant) = NoticeRow(id, notice, of.clinic, at, isNew = device.settings[SEEN + id] == null)
    val incidents = try {
        of.account.incidents().filter { Duration.between(it.at, now) < KEPT }
    } catch (_: PericardException) {
        // A closed account says so in its own place.
        emptyList()
    }
    val held = try {
        of.account.held().toInt()
    } catch (_: PericardException) {
        0
    }
    val view = of.state.value
    val failure = view.failure
    return buildList {
        incidents.forEach { add(row(rowOf(it.id.value), notice(it, version), it.at)) }
        if (held > 0) add(row("held $account $held", Notice.Held(held, canWrite = view.offers?.canWrite ?: true), now))
        if (failure is PericardException.ClockWrong) add(row("clock $account", Notice.ClockWrong(now, failure.portalTime), now))
        switched(view.messages)?.let { (notice, since) -> add(row("policy $account ${since?.toEpochMilli()}", notice, since ?: now)) }
        view.update?.let { add(row("update $account $it", Notice.Update(least = it, have = version), now)) }
        if (failure is PericardException.Storage && failure.kind == StorageKind.NEWER) {
            add(row("update $version", Notice.Update(least = null, have = version), now))
        }
    }
}

/** The clinic has switched messages, and since when. */
private fun switched(messages: FeatureState): Pair<Notice, Instant?>? = when (messages) {
    is FeatureState.Off -> messages.notice.run { Notice.Off(since, text) to since }
    is FeatureState.ReadOnly -> messages.notice.run { Notice.ReadOnly(since, text) to since }
    FeatureState.On, is FeatureState.Stopped -> null
}

private fun notice(incident: Incident, version: String): Notice = when (incident.kind) {
    IncidentKind.FOREIGN_RECORD -> foreign(incident, version)
    IncidentKind.DATABASE_DAMAGED -> Notice.BegunAnew
}

/** A damage that the person has not been told about; nothing where they have opened its notice. */
internal fun untold(view: AccountView, device: Device): Incident? =
    view.begunAnew?.takeIf { Duration.between(it.at, device.now()) < KEPT && device.settings[SEEN + rowOf(it.id.value)] == null }

/** The id of the row that tells of an incident. */
internal fun rowOf(incident: String) = "incident $incident"

/** What the clinic needs to find it: no more than the core says, which is nothing about the record. */
private fun foreign(incident: Incident, version: String) = Notice.Incident(
    number = incident.id.value.take(SPOKEN).uppercase(),
    report = "${incident.id.value} · ${incident.at} · ${incident.resourceType} · $version",
    at = incident.at,
)

/** As many letters of an id as one says on the telephone; the clinic finds it by its time. */
private const val SPOKEN = 4

/** Before the id of a notice in the settings, once it was opened. */
internal const val SEEN = "seen "

private val KEPT: Duration = Duration.ofDays(90)
