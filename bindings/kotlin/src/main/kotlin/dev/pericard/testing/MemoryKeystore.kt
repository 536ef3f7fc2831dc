package dev.pericard.testing

import dev.pericard.Keystore
import java.util.concurrent.ConcurrentHashMap

/**
 * A keystore in memory, for tests: what it opens is lost with it. It protects nothing. `clear` is a device that lost its keys.
 */
public open class MemoryKeystore : Keystore {
    private val values = ConcurrentHashMap<String, ByteArray>()

    /** The names of what is kept. */
    public val names: Set<String> get() = values.keys.toSet()

    override fun load(name: String): ByteArray? = values[name]?.copyOf()

    override fun store(name: String, value: ByteArray) {
        values[name] = value.copyOf()
    }

    override fun delete(name: String) {
        values.remove(name)?.fill(0)
    }

    /** Forgets everything. */
    public fun clear() {
        values.keys.toList().forEach(::delete)
    }
}
