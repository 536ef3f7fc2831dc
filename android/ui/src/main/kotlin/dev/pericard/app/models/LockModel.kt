package dev.pericard.app.models

import dev.pericard.InputProblem
import dev.pericard.LockState as AccountState
import dev.pericard.PericardException
import dev.pericard.app.ui.lock.LockState
import dev.pericard.app.ui.lock.PinProblem
import kotlin.time.Duration
import kotlin.time.Duration.Companion.minutes
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.launch

/** The lock over the whole app: one PIN, which every account on this phone has. */
internal class LockModel(private val scope: CoroutineScope, private val accounts: Accounts) {
    /** What a PIN is asked for. */
    private sealed interface Asked {
        /** To read again. */
        data object Unlock : Asked

        /** To choose another one. */
        data object Change : Asked

        /** To lock an account that has come since with it. */
        class Cover(val account: AccountModel) : Asked
    }

    private val shown = MutableStateFlow<LockState?>(null)
    private var asked: Asked = Asked.Unlock
    private var current: String? = null
    private var first: String? = null

    val state: StateFlow<LockState?> = shown

    private val locked get() = accounts.all.filter { it.lockState is AccountState.Locked }
    private val covered get() = accounts.all.filter { it.lockState.let { lock -> lock != null && lock != AccountState.Off } }

    val hasPin: Boolean get() = covered.isNotEmpty()

    /** How long the person may be away. */
    val minutes: Int get() = covered.firstOrNull()?.account?.lock?.autoLock()?.inWholeMinutes?.toInt() ?: 0

    /** Something was locked or unlocked, or has gone: what lies over the screens follows it. */
    fun look() {
        val over = shown.value
        if (locked.isNotEmpty()) {
            if (over == null || asked != Asked.Unlock) ask(Asked.Unlock)
        } else if (over != null && asked == Asked.Unlock) {
            leave()
        }
    }

    /** The person wants a PIN, or another one. */
    fun change() = if (hasPin) ask(Asked.Change) else choose()

    /** An account has come to a phone that has a PIN. */
    fun cover(account: AccountModel) {
        if (hasPin && account.lockState == AccountState.Off) ask(Asked.Cover(account))
    }

    fun lockAfter(minutes: Int) {
        scope.launch { covered.forEach { quietly { it.account.lock.setAutoLock(minutes.minutes) } } }
    }

    /** Six digits. */
    fun pin(digits: String) {
        when (val over = shown.value) {
            is LockState.Pin -> if (!over.checking) scope.launch { check(over, digits) }
            is LockState.Choose -> scope.launch { chosen(over, digits) }
            else -> {}
        }
    }

    fun forgotPin() {
        val over = shown.value as? LockState.Pin ?: return
        shown.value = LockState.Forgot(over.clinic)
    }

    /** Removes what is locked from this phone; the clinics keep the originals. */
    fun forget() {
        val over = shown.value as? LockState.Forgot ?: return
        if (over.going) return
        shown.value = over.copy(going = true)
        scope.launch {
            locked.forEach { quietly { it.account.forget() } }
            look()
        }
    }

    /** The person leaves it as it was. */
    fun cancel() {
        if (shown.value is LockState.Forgot && locked.isNotEmpty()) ask(Asked.Unlock) else leave()
    }

    private fun ask(what: Asked) {
        wipe()
        asked = what
        shown.value = LockState.Pin(clinic = clinic, optional = what == Asked.Change)
    }

    private fun choose() {
        first = null
        asked = Asked.Change
        shown.value = LockState.Choose()
    }

    private fun leave() {
        wipe()
        asked = Asked.Unlock
        shown.value = null
    }

    private fun wipe() {
        current = null
        first = null
    }

    private val clinic: String get() = (locked.firstOrNull() ?: accounts.all.firstOrNull())?.clinic?.name.orEmpty()

    /** Tries what was typed with every account that it is for: each counts for itself. */
    private suspend fun check(over: LockState.Pin, digits: String) {
        shown.value = over.copy(checking = true)
        val tried = if (asked == Asked.Unlock) locked else covered
        var left: Int? = null
        var isRight = tried.isNotEmpty()
        for (model in tried) {
            try {
                model.account.lock.unlock(digits)
            } catch (error: PericardException) {
                isRight = false
                if (error is PericardException.WrongPin) left = minOf(left ?: Int.MAX_VALUE, error.attemptsLeft)
            }
        }
        // Ten wrong ones, or a seal, may have taken away what was to be opened.
        if (shown.value !is LockState.Pin) return
        if (!isRight) {
            shown.value = over.copy(attempt = over.attempt + 1, attemptsLeft = left, checking = false)
            look()
            return
        }
        when (val what = asked) {
            Asked.Unlock -> {
                leave()
                accounts.all.forEach { it.sync() }
            }
            Asked.Change -> {
                current = digits
                choose()
            }
            is Asked.Cover -> {
                quietly { what.account.account.lock.setPin(null, digits) }
                leave()
            }
        }
    }

    private suspend fun chosen(over: LockState.Choose, digits: String) {
        val before = first
        if (before == null) {
            first = digits
            shown.value = LockState.Choose(over.attempt + 1, again = true)
            return
        }
        first = null
        if (before != digits) {
            shown.value = LockState.Choose(over.attempt + 1, problem = PinProblem.Differ)
            return
        }
        val problem = set(digits)
        if (problem == null) leave() else shown.value = LockState.Choose(over.attempt + 1, problem = problem)
    }

    private suspend fun set(digits: String): PinProblem? = try {
        accounts.all.forEach { model ->
            val lock = model.account.lock
            lock.setPin(current.takeIf { lock.state() != AccountState.Off }, digits)
        }
        null
    } catch (error: PericardException) {
        val isEasy = error is PericardException.InvalidInput && error.problem == InputProblem.TOO_SIMPLE
        if (isEasy) PinProblem.Easy else PinProblem.Failed
    }

    private suspend fun quietly(work: suspend () -> Unit) = try {
        work()
    } catch (_: PericardException) {
        // It says so where it is looked at.
    }
}

/** Where the lock of an account stands; nothing for one that cannot be used. */
internal val AccountModel.lockState: AccountState?
    get() = try {
        account.lock.state()
    } catch (_: PericardException) {
        null
    }
