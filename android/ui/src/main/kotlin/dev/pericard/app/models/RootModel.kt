package dev.pericard.app.models

import dev.pericard.KeystoreException
import dev.pericard.PericardException
import dev.pericard.StorageKind
import dev.pericard.app.ui.notices.CannotOpen
import dev.pericard.app.ui.notices.CannotOpenEvents
import dev.pericard.app.ui.notices.CannotOpenState
import dev.pericard.app.ui.words.Language
import kotlin.time.Duration
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.launch
import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.sync.withLock

/** What the app keeps on this device. */
interface Storage {
    /** Opens it; works offline. */
    suspend fun open(): Core

    /** Removes it, where it cannot be opened any more. The clinics keep the originals. */
    suspend fun erase()
}

/** How far the app has come. */
sealed interface Root {
    /** What is here is being opened. It takes an instant, for which nothing is shown. */
    data object Opening : Root

    class CannotOpen(val state: CannotOpenState) : Root

    class Open(val app: AppModel, val events: ModelEvents) : Root
}

/** The app from its start in a process to its end: opens what is here once, however many windows come and go. */
class RootModel(
    private val scope: CoroutineScope,
    private val storage: Storage,
    private val device: Device,
    private val configuration: Configuration,
    private val systemLanguage: () -> Language,
) : CannotOpenEvents {
    private val shown = MutableStateFlow<Root>(Root.Opening)
    private val opening = Mutex()

    /** Where the person was when the system ended the app, until they are back there; nothing before the first window says it. */
    private var leftAt: List<String>? = null

    val state: StateFlow<Root> = shown

    private val open get() = shown.value as? Root.Open

    /** The language that the person has chosen, or the phone's. */
    val language: Language get() = chosenLanguage(device.settings) ?: systemLanguage()

    /**
     * A window is there. The first one says with [places] where the person was when the system ended the app (see
     * [AppModel.places]); they come back there also where work in the background has opened it before.
     */
    fun start(places: List<String> = emptyList()) {
        if (leftAt == null) leftAt = places
        scope.launch { opened()?.comeBack(left()) }
    }

    private fun left(): List<String> = leftAt.orEmpty().also { if (leftAt != null) leftAt = emptyList() }

    private suspend fun opened(): AppModel? = opening.withLock { open?.app ?: openNow() }

    private suspend fun openNow(): AppModel? =
        try {
            val app = AppModel(scope, storage.open(), device, configuration, systemLanguage)
            app.begin(left())
            shown.value = Root.Open(app, ModelEvents(app))
            app
        } catch (error: PericardException) {
            shown.value = Root.CannotOpen(CannotOpenState(error.why))
            null
        }

    override fun tryAgain() = start()

    override fun beginAnew() {
        scope.launch {
            opening.withLock {
                // It was asked for twice, or could be opened after all: what can be opened is not removed.
                if (open != null) return@launch
                try {
                    storage.erase()
                    openNow()
                } catch (error: PericardException) {
                    shown.value = Root.CannotOpen(CannotOpenState(error.why))
                }
            }
        }
    }

    /** A window of the app is in front. */
    fun toFront() {
        open?.app?.toFront() ?: start()
    }

    /**
     * A window is not in front any more, and where [away], no other is: what was typed is kept before the system ends the process,
     * and the lock begins to count. Returns whether something waits to be sent.
     */
    suspend fun toBackground(away: Boolean): Boolean {
        open?.app?.keep()
        val waits = hasUnsent()
        if (away) open?.app?.left()
        return waits
    }

    /** A clinic's address came from outside, as from a code that the phone's camera read. */
    fun offer(address: String) {
        scope.launch { shown.first { it is Root.Open }.let { (it as Root.Open).app.offer(address) } }
    }

    /** Something waits to be sent. */
    suspend fun hasUnsent(): Boolean = open?.app?.let { it.accounts.waiting() > 0 } ?: false

    /** Fetches what is new within [budget], and sends what waits, while no window is there. */
    suspend fun syncInBackground(budget: Duration): News = opened()?.syncInBackground(budget) ?: News()
}

private val PericardException.why: CannotOpen
    get() = when (this) {
        is PericardException.Storage -> when (kind) {
            StorageKind.WRONG_KEY -> CannotOpen.KeyLost
            StorageKind.DAMAGED -> CannotOpen.Damaged
            StorageKind.FULL -> CannotOpen.StorageFull
            else -> CannotOpen.Unavailable
        }
        is PericardException.Keystore -> if (kind is KeystoreException.Lost) CannotOpen.KeyLost else CannotOpen.Unavailable
        else -> CannotOpen.Unavailable
    }
