package dev.pericard.app.models

import dev.pericard.InputProblem
import dev.pericard.KeystoreException
import dev.pericard.LockState as AccountState
import dev.pericard.PericardException
import dev.pericard.SessionState
import dev.pericard.app.ui.lock.BiometryTrouble
import dev.pericard.app.ui.lock.LockState
import dev.pericard.app.ui.lock.PinProblem
import dev.pericard.app.ui.you.BiometrySetting
import kotlin.time.Duration
import kotlin.time.Duration.Companion.minutes
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Job
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.launch

/** The lock over the whole app: one PIN, which every account on this phone has, and beside it the person's finger or face. */
internal class LockModel(private val scope: CoroutineScope, private val accounts: Accounts, private val device: Device) {
    /** What a PIN is asked for. */
    private sealed interface Asked {
        /** To read again. */
        data object Unlock : Asked

        /** To choose another one. */
        data object Change : Asked

        /** To lock an account that has come since with it. */
        class Cover(val account: AccountModel) : Asked

        /** To open with a finger or face from here on. */
        data object Key : Asked

        /** For something that wants to know who is there, of one account. */
        class Proof(val account: AccountModel, val prove: suspend (String) -> Unit) : Asked {
            /** Whether it was done; the person may leave it. */
            val done = CompletableDeferred<Boolean>()
        }
    }

    private val shown = MutableStateFlow<LockState?>(null)
    private var asked: Asked = Asked.Unlock
    private var current: String? = null
    private var first: String? = null
    private var turn = 0
    private var askedAt = 0
    private var looking: Job? = null

    /** Why opening with a finger or face is off; that it is lost outlives the app. */
    private var trouble: BiometryTrouble? = null
    private val keys get() = device.biometricKeys
    private val changed = MutableStateFlow(0)

    /** Something that the settings say has changed. */
    val changes: Flow<Int> = changed

    val state: StateFlow<LockState?> = shown

    private val locked get() = accounts.all.filter { it.lockState is AccountState.Locked }
    private val covered get() = accounts.all.filter { it.lockState.let { lock -> lock != null && lock != AccountState.Off } }

    /** Some of what is locked opens with a finger or face. */
    private val hasKey get() = accounts.all.any { it.hasKey }

    val hasPin: Boolean get() = covered.isNotEmpty()

    val biometry: BiometrySetting?
        get() = when {
            !hasPin || keys.biometry == Biometry.None -> null
            keys.biometry == Biometry.NotEnrolled -> BiometrySetting.NotEnrolled
            keys.isKept -> BiometrySetting.On
            else -> BiometrySetting.Off(if (device.settings[LOST] == null) trouble else BiometryTrouble.Lost)
        }

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
        if (accounts.all.isEmpty() && keys.isKept) keys.forget()
    }

    /** The lock is before the person's eyes: the phone asks once by itself. */
    fun appeared() {
        val over = shown.value as? LockState.Locked ?: return
        if (over.turn == askedAt) return
        askedAt = over.turn
        unlock()
    }

    /** The person has gone; when they come back the phone asks by itself again. */
    fun left() {
        val over = shown.value as? LockState.Locked ?: return
        shown.value = over.copy(turn = ++turn, trouble = null)
    }

    /** Lets the phone look who is there. */
    fun unlock() {
        if (asked != Asked.Unlock || shown.value == null || looking?.isActive == true) return
        looking = scope.launch { recognized(keys.ask()) }
    }

    fun usePin() {
        if (shown.value is LockState.Locked) shown.value = pin()
    }

    /** The person wants to open with a finger or face, or not any more. */
    fun biometry(on: Boolean) {
        if (on) ask(Asked.Key) else scope.launch { forgetKeys() }
    }

    /** The person wants a PIN, or another one. */
    fun change() = if (hasPin) ask(Asked.Change) else choose()

    /** An account has come to a phone that has a PIN. */
    fun cover(account: AccountModel) {
        if (hasPin && account.lockState == AccountState.Off) ask(Asked.Cover(account))
    }

    /**
     * Asks for the PIN and does with it what wants one; false when the person left it. A wrong one is asked for again, anything
     * else that fails is for the caller.
     */
    suspend fun prove(account: AccountModel, work: suspend (String) -> Unit): Boolean {
        // Whoever chose a place for a file was in another app meanwhile: what is locked is opened first.
        account.state.first { it.session != SessionState.Locked }
        val asks = Asked.Proof(account, work)
        ask(asks)
        return try {
            asks.done.await()
        } finally {
            if (asked == asks) leave()
        }
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
        turnTo(what)
        when (what) {
            Asked.Unlock -> askToUnlock()
            is Asked.Proof -> shown.value = LockState.Pin(clinic = what.account.clinic.name, optional = true)
            Asked.Change, Asked.Key -> shown.value = LockState.Pin(clinic = clinic, optional = true)
            is Asked.Cover -> shown.value = LockState.Pin(clinic = clinic)
        }
    }

    private fun askToUnlock() {
        turn += 1
        when {
            !hasKey || keys.biometry == Biometry.None -> shown.value = pin()
            keys.biometry == Biometry.Ready && keys.isKept -> shown.value = LockState.Locked(biometry = true, hasPin = true, turn = turn)
            // Without the fingers or faces of before, what was kept for them is gone.
            else -> lost()
        }
    }

    private fun pin(trouble: BiometryTrouble? = null) = LockState.Pin(
        clinic = clinic,
        biometry = trouble == null && hasKey && keys.isKept && keys.biometry == Biometry.Ready,
        trouble = trouble,
    )

    private suspend fun recognized(recognition: Recognition) {
        val over = shown.value
        // The PIN may have been faster, or what was locked has gone.
        if (asked != Asked.Unlock || over == null || locked.isEmpty()) return
        when (recognition) {
            is Recognition.Known -> open(recognition.secret)
            Recognition.Cancelled -> {}
            Recognition.NotRecognized -> if (over is LockState.Locked) shown.value = over.copy(trouble = BiometryTrouble.NotRecognized)
            Recognition.LockedOut -> shown.value = pin(BiometryTrouble.LockedOut)
            Recognition.Unavailable -> shown.value = pin(BiometryTrouble.Unavailable)
            Recognition.Lost -> lost()
        }
    }

    /** What has no key, as an account that came since, is asked for by its PIN. */
    private suspend fun open(secret: ByteArray) {
        val bundle = KeyBundle.unpack(secret)
        val question = turn
        var isRefused = false
        for (model in locked.filter { it.hasKey }) {
            try {
                val key = bundle[model.account.id.value] ?: throw PericardException.Keystore(KeystoreException.Refused())
                model.account.lock.unlockWithKey(key)
            } catch (error: PericardException) {
                // Anything else says so where it is looked at.
                if (error is PericardException.Keystore && error.kind is KeystoreException.Refused) isRefused = true
            }
        }
        (bundle.values + secret).forEach { it.fill(0) }
        when {
            isRefused -> lost()
            // It was opened and locked again meanwhile: that is another question.
            question != turn -> {}
            locked.isNotEmpty() -> shown.value = LockState.Pin(clinic = clinic)
            else -> {
                leave()
                accounts.all.forEach { it.sync() }
            }
        }
    }

    private fun lost() {
        device.settings[LOST] = "1"
        keys.forget()
        shown.value = pin(BiometryTrouble.Lost)
        scope.launch { removeKeys() }
    }

    private suspend fun forgetKeys() {
        trouble = null
        device.settings[LOST] = null
        keys.forget()
        removeKeys()
        changed.value += 1
    }

    private suspend fun removeKeys() = covered.forEach { quietly { it.account.lock.removeKey() } }

    /** Keeps a new key for each account, which its right PIN has made. */
    private suspend fun keep(made: Map<String, ByteArray>) {
        val secret = KeyBundle.pack(made)
        val recognition = keys.keep(secret)
        (made.values + secret).forEach { it.fill(0) }
        if (recognition is Recognition.Known) {
            trouble = null
            device.settings[LOST] = null
            return
        }
        // The keys of before are replaced already.
        forgetKeys()
        trouble = when (recognition) {
            is Recognition.Known, Recognition.Cancelled -> null
            Recognition.NotRecognized -> BiometryTrouble.NotRecognized
            Recognition.LockedOut -> BiometryTrouble.LockedOut
            Recognition.Lost, Recognition.Unavailable -> BiometryTrouble.Unavailable
        }
    }

    /** What was asked before is left. */
    private fun turnTo(what: Asked) {
        val before = asked
        asked = what
        (before as? Asked.Proof)?.done?.complete(false)
    }

    private fun choose() {
        first = null
        turnTo(Asked.Change)
        shown.value = LockState.Choose()
    }

    private fun leave() {
        wipe()
        turnTo(Asked.Unlock)
        shown.value = null
        changed.value += 1
    }

    private fun wipe() {
        current = null
        first = null
    }

    private val clinic: String get() = (locked.firstOrNull() ?: accounts.all.firstOrNull())?.clinic?.name.orEmpty()

    /** Tries what was typed with every account that it is for: each counts for itself. */
    private suspend fun check(over: LockState.Pin, digits: String) {
        shown.value = over.copy(checking = true)
        val what = asked
        if (what is Asked.Proof) return prove(over, what, digits)
        val tried = if (what == Asked.Unlock) locked else covered
        var left: Int? = null
        var isRight = tried.isNotEmpty()
        val made = mutableMapOf<String, ByteArray>()
        for (model in tried) {
            try {
                // Making a key proves who is there as well.
                if (asked == Asked.Key) made[model.account.id.value] = model.account.lock.addKey(digits) else model.account.lock.unlock(digits)
            } catch (error: PericardException) {
                isRight = false
                if (error is PericardException.WrongPin) left = minOf(left ?: Int.MAX_VALUE, error.attemptsLeft)
            }
        }
        // Ten wrong ones, or a seal, may have taken away what was to be opened.
        if (shown.value !is LockState.Pin) return
        if (!isRight) {
            // One account may have made a key that is kept nowhere.
            if (asked == Asked.Key) removeKeys()
            shown.value = over.copy(attempt = over.attempt + 1, attemptsLeft = left, checking = false, trouble = null)
            look()
            return
        }
        when (what) {
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
                if (keys.isKept) keep(newKeys(digits))
                leave()
            }
            Asked.Key -> {
                keep(made)
                leave()
            }
            is Asked.Proof -> {}
        }
    }

    private suspend fun prove(over: LockState.Pin, what: Asked.Proof, digits: String) {
        try {
            what.prove(digits)
            what.done.complete(true)
        } catch (error: PericardException.WrongPin) {
            // The last one leaves nothing that could be asked for.
            if (asked == what && error.attemptsLeft > 0) {
                shown.value = over.copy(attempt = over.attempt + 1, attemptsLeft = error.attemptsLeft, checking = false, trouble = null)
                return
            }
        } catch (error: PericardException) {
            what.done.completeExceptionally(error)
        }
        if (asked == what) leave()
    }

    /** Also of the account that has come since. */
    private suspend fun newKeys(digits: String): Map<String, ByteArray> = buildMap {
        covered.forEach { model -> quietly { put(model.account.id.value, model.account.lock.addKey(digits)) } }
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

    private companion object {
        /** The setting that opening with a finger or face is off since those have changed. */
        const val LOST = "biometry lost"
    }
}

private val AccountModel.hasKey: Boolean get() = (lockState as? AccountState.Locked)?.hasKey == true

/** Where the lock of an account stands; nothing for one that cannot be used. */
internal val AccountModel.lockState: AccountState?
    get() = try {
        account.lock.state()
    } catch (_: PericardException) {
        null
    }
