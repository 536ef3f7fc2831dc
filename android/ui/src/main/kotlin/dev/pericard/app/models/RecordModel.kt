package dev.pericard.app.models

import dev.pericard.ChangeSet
import dev.pericard.Feature
import dev.pericard.FeatureState
import dev.pericard.PericardException
import dev.pericard.PersonId
import dev.pericard.app.ui.model.Owner
import dev.pericard.app.ui.records.RecordKind
import dev.pericard.app.ui.records.ShutReason
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.flow.distinctUntilChanged
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.launch

/**
 * A screen over one kind of a person's records: read when it opens, and again when something of it changes or may be read again.
 * What may not be read now is out of sight at once.
 */
internal abstract class RecordModel<S>(
    above: CoroutineScope,
    protected val owner: Owner,
    val of: AccountModel,
    private val kind: RecordKind,
    first: S,
    /** It is gone, or the account can be read no more. */
    private val onClosed: () -> Unit,
) : Model<S>(above, first) {
    private val reads = Channel<Unit>(Channel.CONFLATED)
    protected val person get() = PersonId(owner.person.id)

    /** Where the account stands for this person. */
    protected val view: AccountView get() = of.state.value.seenBy(owner.person.id)

    /** Reads all that the screen shows, and shows it. */
    protected abstract suspend fun read()

    /** Takes everything out of sight and says why. */
    protected abstract fun shut(why: ShutReason)

    /** The account is another one: a sync runs, or the clinic was reached. */
    protected open fun look(view: AccountView) {}

    /** Follows the account; for the end of what is constructed. */
    protected fun follow() {
        scope.launch { for (once in reads) readAll() }
        scope.launch { of.changes.collect { if (it.concerns(kind)) reload() } }
        // A sync that brought nothing has changed since when that is known.
        scope.launch { of.state.map { it.sync == null }.distinctUntilChanged().collect { ended -> if (ended) reload() } }
        scope.launch {
            of.state.collect {
                val now = view
                if (now.gone || now.sessionCloses(of.account) != null) onClosed() else look(now)
            }
        }
        reload()
    }

    fun reload() {
        reads.trySend(Unit)
    }

    private suspend fun readAll() {
        try {
            read()
        } catch (error: PericardException) {
            failed(error)
        }
    }

    protected suspend fun failed(error: PericardException) {
        when (error) {
            is PericardException.NotFound -> onClosed()
            is PericardException.StepUpRequired -> shut(ShutReason.StepUp(view.offline))
            is PericardException.SwitchedOff -> {
                // Why it was switched off may not have been read yet.
                of.readFeatures()
                shut(switchedOff(view, kind))
            }
            // Its session says so, and takes the screen away.
            else -> if (error.closes) onClosed() else shut(ShutReason.Failed(error.asProblem()))
        }
    }
}

internal val RecordKind.feature: Feature get() = if (this == RecordKind.Labs) Feature.LABS else Feature.DOCUMENTS

private fun ChangeSet.concerns(kind: RecordKind): Boolean = session || features || people || records.any { it.feature == kind.feature }

private fun switchedOff(view: AccountView, kind: RecordKind): ShutReason {
    val notice = (view.state(kind.feature) as? FeatureState.Off)?.notice
    return ShutReason.Off(notice?.since, notice?.text, trying = view.sync?.asked == true)
}
