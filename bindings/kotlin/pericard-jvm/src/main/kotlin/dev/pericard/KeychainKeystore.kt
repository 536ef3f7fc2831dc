package dev.pericard

/**
 * The keystore of a Mac: the data protection keychain, as the Swift package uses it.
 *
 * Items can be read after the first unlock, on this Mac alone: they are in no iCloud and in no backup that another one
 * could restore. Only this app can read them. It never prompts.
 *
 * The system gives this keychain to apps that are signed with a team's identity (the entitlement
 * `keychain-access-groups`), so to an app that was packaged and signed: in a plain `java` calls fail with
 * [KeystoreException.Refused]. On other systems they fail with [KeystoreException.Unavailable].
 *
 * [service] sets the items of one app apart from those of others.
 *
 * No Mac has run it so far. What the keychain's numbers mean is tested, the calls of macOS are not.
 */
public class KeychainKeystore(private val service: String = "dev.pericard") : Keystore {
    override fun load(name: String): ByteArray? = Keychain.use { it.read(service, name) }

    override fun store(name: String, value: ByteArray): Unit = Keychain.use { keychain ->
        var status = keychain.update(service, name, value)
        if (status == KeychainStatus.NOT_FOUND) status = keychain.add(service, name, value)
        // Another thread was faster.
        if (status == KeychainStatus.DUPLICATE) status = keychain.update(service, name, value)
        KeychainStatus.check(status)
    }

    override fun delete(name: String): Unit = Keychain.use { keychain ->
        val status = keychain.delete(service, name)
        if (status != KeychainStatus.NOT_FOUND) KeychainStatus.check(status)
    }
}

/** What the keychain answered, by its numbers in `SecBase.h`. */
internal object KeychainStatus {
    const val NOT_FOUND = -25_300
    const val DUPLICATE = -25_299

    /** Before the first unlock, or with no interface to ask in; no keychain; not yet decodable. */
    private val UNAVAILABLE = setOf(-25_308, -25_291, -25_307, -26_275)

    /** By the person, by the system, or for want of an entitlement. */
    private val REFUSED = setOf(-128, -25_293, -34_018, -25_243)

    fun check(status: Int) {
        when (status) {
            0 -> Unit
            DUPLICATE -> throw KeystoreException.Doubled()
            in UNAVAILABLE -> throw KeystoreException.Unavailable()
            in REFUSED -> throw KeystoreException.Refused()
            else -> throw KeystoreException.Unexpected("Keychain status $status")
        }
    }
}
