package dev.pericard

/**
 * The keystore of a Linux desktop: the default collection of the Secret Service (GNOME Keyring, KWallet, KeePassXC), by
 * the system's libsecret.
 *
 * On disk the collection is encrypted under the person's password. While it is unlocked, which is as a rule from signing
 * in at the desktop on, every program of the same person can read it: it protects a device that is off or was copied, and
 * not one that runs a malicious program.
 *
 * It shows no dialog. Where the collection is locked, or there is no Secret Service, no collection or no libsecret, calls
 * fail with [KeystoreException.Unavailable]; [unlock] asks the person. Other systems than Linux have none.
 *
 * [service] sets the items of one app apart from those of others; it is visible to all of them.
 */
public class SecretServiceKeystore(private val service: String = "dev.pericard") : Keystore {
    override fun load(name: String): ByteArray? = inCollection { collection ->
        val items = collection.find(attributes(name))
        try {
            when (items.size) {
                0 -> null
                1 -> items.single().secret() ?: throw KeystoreException.Unavailable()
                else -> throw KeystoreException.Doubled()
            }
        } finally {
            items.forEach { it.close() }
        }
    }

    override fun store(name: String, value: ByteArray): Unit = inCollection { collection ->
        collection.store(attributes(name), "Pericard", value)
    }

    override fun delete(name: String): Unit = inCollection { collection ->
        val items = collection.find(attributes(name))
        try {
            items.forEach { it.delete() }
        } finally {
            items.forEach { it.close() }
        }
    }

    /**
     * Asks the person to unlock the collection, in a dialog of the system, and waits for their answer: call it before
     * [Client.open], on a thread that may block. Whether the collection can be used now.
     */
    public fun unlock(): Boolean = Secrets.use { secrets ->
        secrets.collection()?.use { !it.isLocked || secrets.unlock(it) } ?: false
    }

    private fun attributes(name: String) =
        mapOf("xdg:schema" to "dev.pericard.Key", "service" to service, "name" to name)

    private fun <T> inCollection(work: (Secrets.Collection) -> T): T = Secrets.use { secrets ->
        val collection = secrets.collection() ?: throw KeystoreException.Unavailable()
        collection.use {
            if (it.isLocked) throw KeystoreException.Unavailable()
            work(it)
        }
    }
}
