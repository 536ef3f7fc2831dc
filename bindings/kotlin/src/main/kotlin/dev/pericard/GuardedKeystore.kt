package dev.pericard

/**
 * A keystore whose every failure is an answer.
 *
 * The bindings hand an [Exception] of a keystore on to the core, but an [Error] (a missing class, a
 * stack overflow, an `assert`) would end the thread it runs on. Here whatever is thrown becomes
 * [KeystoreException.Unexpected]; a [KeystoreException] stays what it is.
 */
public class GuardedKeystore(private val keystore: Keystore) : Keystore {
    override fun load(name: String): ByteArray? = guarded { keystore.load(name) }

    override fun store(name: String, value: ByteArray): Unit = guarded { keystore.store(name, value) }

    override fun delete(name: String): Unit = guarded { keystore.delete(name) }

    @Suppress("TooGenericExceptionCaught") // That is its purpose.
    private inline fun <T> guarded(ask: () -> T): T = try {
        ask()
    } catch (answer: KeystoreException) {
        throw answer
    } catch (_: Throwable) {
        throw KeystoreException.Unexpected()
    }
}

/**
 * Opens the client on a [GuardedKeystore] around [keystore]. This is the way in for apps; see [Client.open].
 */
public suspend fun openClient(config: Config, keystore: Keystore): Client =
    Client.open(config, keystore as? GuardedKeystore ?: GuardedKeystore(keystore))
