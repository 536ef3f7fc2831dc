package dev.pericard.testing

import dev.pericard.internal.AccountLock
import dev.pericard.internal.InputProblem
import dev.pericard.internal.KeystoreException
import dev.pericard.internal.LockState
import dev.pericard.internal.NoHandle
import dev.pericard.internal.PericardException
import dev.pericard.internal.SealReason
import dev.pericard.internal.SessionState
import dev.pericard.internal.SignInReason
import java.time.Duration

/** The lock of a [FakeAccount]: it counts and closes as the core's does, and costs nothing. */
internal class ScriptedLock(private val account: ScriptedAccount) : AccountLock(NoHandle) {
    private var pin: String? = null
    private var key: ByteArray? = null
    private var wrong = 0
    private var isOpen = true
    private var isDestroyed = false
    private var after = Duration.ZERO

    override fun state(): LockState = synchronized(this) {
        when {
            isDestroyed -> LockState.Destroyed
            pin == null -> LockState.Off
            isOpen -> LockState.Unlocked
            else -> LockState.Locked((TRIES - wrong).toUInt(), hasKey = key != null)
        }
    }

    override suspend fun lock() {
        synchronized(this) {
            if (pin == null) throw wrongState("lock")
            isOpen = false
        }
        account.sessionState = SessionState.Locked
    }

    override suspend fun unlock(pin: ByteArray) {
        prove(pin, "pin")
        open()
    }

    override suspend fun unlockWithKey(key: ByteArray) {
        synchronized(this) {
            if (pin == null) throw wrongState("lock")
            if (!key.contentEquals(this.key)) throw PericardException.Keystore(KeystoreException.Refused())
        }
        open()
    }

    override suspend fun setPin(current: ByteArray?, pin: ByteArray) {
        val digits = digits(pin, "pin")
        if (isSimple(digits)) throw PericardException.InvalidInput("pin", InputProblem.TOO_SIMPLE)
        if ((current == null) != (this.pin == null)) throw wrongState("current")
        if (current != null) prove(current, "current")
        synchronized(this) { this.pin = digits }
    }

    override suspend fun removePin(current: ByteArray) {
        prove(current, "current")
        synchronized(this) {
            pin = null
            key = null
        }
    }

    override suspend fun addKey(current: ByteArray): ByteArray {
        prove(current, "current")
        // Whoever has it wipes it, as the core's.
        return ByteArray(32) { it.toByte() }.also { synchronized(this) { key = it.copyOf() } }
    }

    override suspend fun removeKey(): Unit = synchronized(this) { key = null }

    override fun autoLock(): Duration = synchronized(this) { after }

    override suspend fun setAutoLock(after: Duration): Unit = synchronized(this) { this.after = after }

    override fun close() {}

    private fun open() {
        synchronized(this) {
            isOpen = true
            wrong = 0
        }
        if (account.sessionState == SessionState.Locked) account.sessionState = SessionState.Active
    }

    private fun prove(typed: ByteArray, field: String) {
        val digits = digits(typed, field)
        val left = synchronized(this) {
            val right = pin ?: throw wrongState("lock")
            if (isDestroyed) throw PericardException.SignInRequired(SignInReason.DESTROYED)
            wrong = if (digits == right) 0 else wrong + 1
            isDestroyed = wrong == TRIES
            if (wrong == 0) return
            TRIES - wrong
        }
        if (left > 0) throw PericardException.WrongPin(left.toUInt())
        account.sessionState = SessionState.Sealed(SealReason.DESTROYED)
        throw PericardException.SignInRequired(SignInReason.DESTROYED)
    }

    private fun digits(typed: ByteArray, field: String): String {
        val digits = typed.decodeToString().filterNot { it.isWhitespace() || it == '-' }
        val problem = when {
            digits.isEmpty() -> InputProblem.EMPTY
            !digits.all(Char::isDigit) -> InputProblem.NOT_DIGITS
            digits.length < 6 -> InputProblem.TOO_SHORT
            digits.length > 12 -> InputProblem.TOO_LONG
            else -> return digits
        }
        throw PericardException.InvalidInput(field, problem)
    }

    /** One digit over and over, or digits that count up or down. */
    private fun isSimple(digits: String): Boolean {
        val steps = digits.zipWithNext { one, next -> (next - one).mod(10) }.toSet()
        return steps.size == 1 && steps.single() in setOf(0, 1, 9)
    }

    private fun wrongState(field: String) = PericardException.InvalidInput(field, InputProblem.WRONG_STATE)

    private companion object {
        const val TRIES = 10
    }
}
