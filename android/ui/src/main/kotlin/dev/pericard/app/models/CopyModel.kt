package dev.pericard.app.models

import dev.pericard.Export
import dev.pericard.ExportFormat
import dev.pericard.PericardException
import dev.pericard.PersonId
import dev.pericard.app.ui.model.Person
import dev.pericard.app.ui.privacy.CopyKind
import dev.pericard.app.ui.privacy.CopyState
import dev.pericard.app.ui.privacy.CopyStep
import dev.pericard.app.ui.privacy.CopyTrouble
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Job
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.withContext
import java.io.IOException

/**
 * A copy of one person's messages, written piece by piece where they say: nothing of it is a file of the app.
 *
 * With a PIN the place is chosen first, since choosing it is another app, over which this one may lock; without one the sign-in
 * is looked at first, which may have to be a fresh one.
 */
internal class CopyModel(
    above: CoroutineScope,
    private val of: AccountModel,
    private val person: Person,
    private val device: Device,
    private val lock: LockModel,
    private val stepUp: () -> Unit,
) : Model<CopyState>(above, CopyState(of.clinic, person, of.hasPin)) {
    private var making: Job? = null

    private val kind get() = state.value.kind
    private val name get() = if (kind == CopyKind.Page) "copy.html" else "copy.json"
    private val type get() = if (kind == CopyKind.Page) "text/html" else "application/fhir+json"

    fun choose(kind: CopyKind) = show { it.copy(kind = kind) }

    fun begin() {
        if (making?.isActive == true) return
        show { it.copy(hasPin = of.hasPin, step = CopyStep.Choosing()) }
        making = attempt(::failed) { if (of.hasPin) withPin() else withSignIn() }
    }

    private fun failed(error: PericardException) =
        at(if (error is PericardException.StepUpRequired) CopyStep.StepUp else CopyStep.Choosing(error.asProblem()))

    private fun at(step: CopyStep) = show { it.copy(step = step) }

    fun signInAgain() = stepUp()

    /** It goes on after the sign-in. */
    fun steppedUp() {
        if (state.value.step == CopyStep.StepUp) begin()
    }

    private suspend fun export(pin: String?): Export =
        of.account.export(PersonId(person.id), if (kind == CopyKind.Page) ExportFormat.HTML else ExportFormat.FHIR, pin)

    private suspend fun withPin() {
        val document = document() ?: return
        var export: Export? = null
        var begun = false
        try {
            lock.prove(of) { pin -> export = export(pin) }
            val copy = export ?: return
            begun = true
            write(copy, document)
        } finally {
            if (!begun) withContext(NonCancellable) { document.discard() }
        }
    }

    private suspend fun withSignIn() {
        val copy = export(null)
        document()?.let { write(copy, it) }
    }

    private suspend fun document(): NewDocument? = try {
        device.createDocument(name, type)
    } catch (error: IOException) {
        at(CopyStep.Unfinished(error.asTrouble()))
        null
    }

    private suspend fun write(copy: Export, document: NewDocument) {
        val name = name
        var bytes = 0L
        at(CopyStep.Writing(bytes))
        try {
            while (true) {
                val piece = copy.read()
                if (piece.isEmpty()) break
                document.write(piece)
                bytes += piece.size
                at(CopyStep.Writing(bytes))
            }
            document.finish()
            at(CopyStep.Done(name, bytes))
        } catch (error: PericardException) {
            unfinished(document, name, error.asTrouble())
        } catch (error: IOException) {
            unfinished(document, name, error.asTrouble())
        } catch (error: CancellationException) {
            unfinished(document, name, null)
            throw error
        }
    }

    /** What is not whole is removed, or said to be there. */
    private suspend fun unfinished(document: NewDocument, name: String, trouble: CopyTrouble?) {
        val isGone = withContext(NonCancellable) { document.discard() }
        at(CopyStep.Unfinished(trouble, left = name.takeUnless { isGone }))
    }

    fun stop() {
        making?.cancel()
    }

    fun again() = at(CopyStep.Choosing())

    /** One step back inside the screen; false where it is left. */
    fun stepBack(): Boolean {
        when (state.value.step) {
            is CopyStep.Writing -> stop()
            CopyStep.StepUp -> again()
            is CopyStep.Choosing, is CopyStep.Done, is CopyStep.Unfinished -> return false
        }
        return true
    }

    /** What is being written is removed before the screen is gone. */
    suspend fun leave() {
        making?.cancelAndJoin()
        close()
    }
}

internal fun PericardException.asTrouble(): CopyTrouble = if (closes) CopyTrouble.Locked else CopyTrouble.Other(asProblem())

internal fun IOException.asTrouble(): CopyTrouble = if (isFull) CopyTrouble.Full else CopyTrouble.NotWritten
