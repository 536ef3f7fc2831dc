package dev.pericard.app.models

/** A phone that recognizes whom it is told to, for tests, previews and a desktop. */
class FakeBiometricKeys(override var biometry: Biometry = Biometry.Ready) : BiometricKeys {
    /** What asking ends with in place of recognizing the person. */
    var answer: Recognition? = null

    /** How often the person was asked. */
    var asked = 0
        private set
    private var secret: ByteArray? = null

    override val isKept get() = secret != null

    override suspend fun keep(secret: ByteArray): Recognition {
        asked += 1
        return answer ?: Recognition.Known(secret).also { this.secret = secret.copyOf() }
    }

    override suspend fun ask(): Recognition {
        asked += 1
        return answer ?: secret?.let { Recognition.Known(it.copyOf()) } ?: Recognition.Lost
    }

    override fun forget() {
        secret = null
    }

    /** Another finger is known to the phone from here on. */
    fun enrolAnother() {
        secret = null
    }
}
