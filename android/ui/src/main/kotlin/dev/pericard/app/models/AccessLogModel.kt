package dev.pericard.app.models

import dev.pericard.AccessAction
import dev.pericard.AccessEntry
import dev.pericard.PericardException
import dev.pericard.app.ui.privacy.AccessLogState
import dev.pericard.app.ui.privacy.CopyTrouble
import dev.pericard.app.ui.privacy.LogBody
import dev.pericard.app.ui.privacy.LogDeed
import dev.pericard.app.ui.privacy.LogRow
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Job
import kotlinx.coroutines.launch
import java.io.IOException
import java.time.Duration

/** Who opened what on this phone, page by page. */
class AccessLogModel(above: CoroutineScope, private val of: AccountModel, private val device: Device, private val onSaved: () -> Unit) :
    Model<AccessLogState>(above, AccessLogState(of.clinic, hasPin = of.hasPin)) {
    private var entries: List<AccessEntry> = emptyList()
    private var before: Long? = null
    private var reading: Job? = null

    init {
        scope.launch { of.changes.collect { if (it.session) read() } }
        read()
    }

    private fun read() {
        reading?.cancel()
        reading = scope.launch {
            try {
                val page = of.account.accessLog()
                entries = page.entries
                before = page.before
                show { it.copy(body = content()) }
            } catch (_: PericardException) {
                entries = emptyList()
                show { it.copy(body = LogBody.Closed) }
            }
            val standing = of.account.logStanding()
            show { it.copy(standing = standing, hasPin = of.hasPin) }
        }
    }

    private fun content(loading: Boolean = false) = LogBody.Content(rows(), more = before != null, loading = loading)

    fun earlier() {
        val from = before ?: return
        if (reading?.isActive == true) return
        show { it.copy(body = content(loading = true)) }
        reading = attempt({ read() }) {
            val page = of.account.accessLog(before = from)
            entries = entries + page.entries
            before = page.before
            show { it.copy(body = content()) }
        }
    }

    /** As comma-separated values, where the person says. */
    fun save() {
        if (state.value.saving) return
        show { it.copy(saving = true, trouble = null) }
        scope.launch {
            val trouble = try {
                written(of.account.exportAccessLog().toByteArray())
            } catch (error: PericardException) {
                error.asTrouble()
            }
            show { it.copy(saving = false, trouble = trouble) }
        }
    }

    private suspend fun written(list: ByteArray): CopyTrouble? {
        val document = try {
            device.createDocument(LIST_FILE, "text/csv") ?: return null
        } catch (_: IOException) {
            return CopyTrouble.NotWritten
        }
        return try {
            document.write(list)
            document.finish()
            onSaved()
            null
        } catch (error: IOException) {
            document.discard()
            error.asTrouble()
        }
    }

    /** PINs that were wrong one right after the other are one row. */
    private fun rows(): List<LogRow> {
        val names = of.state.value.people.associate { it.id to it.name }
        val rows = mutableListOf<LogRow>()
        for (entry in entries) {
            val deed = entry.action.deed
            val last = rows.lastOrNull()
            if (deed == LogDeed.WrongPin && last?.deed == deed && Duration.between(entry.at, last.at) < TOGETHER) {
                rows[rows.lastIndex] = last.copy(times = last.times + 1)
            } else {
                rows += LogRow(entry.number, entry.at, deed, entry.person?.let { names[it.value] }?.ifEmpty { null })
            }
        }
        return rows
    }

    private companion object {
        /** Says nothing about whose list it is. */
        const val LIST_FILE = "access-log.csv"
        val TOGETHER: Duration = Duration.ofMinutes(30)
    }
}

/** There is a lock on it. */
internal val AccountModel.hasPin: Boolean get() = lockState.let { it != null && it != dev.pericard.LockState.Off }

private val AccessAction.deed: LogDeed
    get() = when (this) {
        AccessAction.SIGNED_IN -> LogDeed.SignedIn
        AccessAction.UNLOCKED -> LogDeed.Unlocked
        AccessAction.UNLOCKED_WITH_KEY -> LogDeed.UnlockedWithKey
        AccessAction.WRONG_PIN -> LogDeed.WrongPin
        AccessAction.PIN_SET -> LogDeed.PinSet
        AccessAction.PIN_REMOVED -> LogDeed.PinRemoved
        AccessAction.DESTROYED -> LogDeed.Destroyed
        AccessAction.SEALED -> LogDeed.Sealed
        AccessAction.CONVERSATION_OPENED -> LogDeed.ConversationOpened
        AccessAction.SEARCHED -> LogDeed.Searched
        AccessAction.FILE_OPENED -> LogDeed.FileOpened
        AccessAction.LAB_RESULT_OPENED -> LogDeed.LabResultOpened
        AccessAction.DOCUMENT_OPENED -> LogDeed.DocumentOpened
        AccessAction.WRITTEN -> LogDeed.Written
        AccessAction.EXPORTED -> LogDeed.Copied
        AccessAction.POLICY_CHANGED -> LogDeed.PolicyChanged
        AccessAction.INCIDENT -> LogDeed.Refused
        AccessAction.PERSON_FORGOTTEN -> LogDeed.PersonForgotten
        AccessAction.ACCESS_ENDED -> LogDeed.AccessEnded
        AccessAction.OTHER -> LogDeed.Other
    }
