package dev.pericard

import com.sun.jna.Library
import com.sun.jna.Memory
import com.sun.jna.Native
import com.sun.jna.NativeLibrary
import com.sun.jna.Pointer
import com.sun.jna.ptr.PointerByReference

/** The functions of libsecret that are called, as its headers have them. */
@Suppress("FunctionName")
private interface Libsecret : Library {
    fun secret_service_get_sync(flags: Int, cancellable: Pointer?, error: PointerByReference): Pointer?
    fun secret_service_unlock_sync(
        service: Pointer,
        objects: Pointer,
        cancellable: Pointer?,
        unlocked: PointerByReference?,
        error: PointerByReference,
    ): Int
    fun secret_collection_for_alias_sync(
        service: Pointer,
        alias: String,
        flags: Int,
        cancellable: Pointer?,
        error: PointerByReference,
    ): Pointer?
    fun secret_collection_get_locked(collection: Pointer): Int
    fun secret_collection_search_sync(
        collection: Pointer,
        schema: Pointer?,
        attributes: Pointer,
        flags: Int,
        cancellable: Pointer?,
        error: PointerByReference,
    ): Pointer?
    fun secret_item_create_sync(
        collection: Pointer,
        schema: Pointer?,
        attributes: Pointer,
        label: String,
        value: Pointer,
        flags: Int,
        cancellable: Pointer?,
        error: PointerByReference,
    ): Pointer?
    fun secret_item_get_secret(item: Pointer): Pointer?
    fun secret_item_delete_sync(item: Pointer, cancellable: Pointer?, error: PointerByReference): Int
    fun secret_value_new(secret: Pointer, length: Long, contentType: String): Pointer
    fun secret_value_get(value: Pointer, length: PointerByReference): Pointer
    fun secret_value_unref(value: Pointer)
    fun secret_error_get_quark(): Int
}

/** The same of GLib and GObject, on which it is built. */
@Suppress("FunctionName")
private interface GLib : Library {
    fun g_hash_table_new(hash: Pointer, equal: Pointer): Pointer
    fun g_hash_table_insert(table: Pointer, key: Pointer, value: Pointer): Int
    fun g_hash_table_unref(table: Pointer)
    fun g_list_append(list: Pointer?, data: Pointer): Pointer
    fun g_list_free(list: Pointer?)
    fun g_error_free(error: Pointer)
}

@Suppress("FunctionName")
private interface GObject : Library {
    fun g_object_unref(instance: Pointer)
}

/** The Secret Service of this session. */
internal class Secrets private constructor(private val service: Pointer) {
    /** The collection that new items go to; nothing where there is none. Read anew each time: it may be locked meanwhile. */
    fun collection(): Collection? =
        checked { secret.secret_collection_for_alias_sync(service, "default", 0, null, it) }?.let(::Collection)

    /** Shows the system's dialog; whether the collection is unlocked afterwards. */
    fun unlock(collection: Collection): Boolean {
        val list = glib.g_list_append(null, collection.pointer)
        try {
            return checked { secret.secret_service_unlock_sync(service, list, null, null, it) } > 0
        } finally {
            glib.g_list_free(list)
        }
    }

    /** A collection of items. */
    class Collection(val pointer: Pointer) : AutoCloseable {
        val isLocked: Boolean get() = secret.secret_collection_get_locked(pointer) != 0

        fun find(attributes: Map<String, String>): List<Item> = withTable(attributes) { table ->
            val found = checked {
                secret.secret_collection_search_sync(pointer, null, table, SEARCH_ALL or SEARCH_LOAD_SECRETS, null, it)
            }
            // A GList: data, next, previous.
            val items = generateSequence(found) { it.getPointer(Native.POINTER_SIZE.toLong()) }.map { Item(it.getPointer(0)) }
            items.toList().also { glib.g_list_free(found) }
        }

        /** Stores a value in place of the one with the same attributes. */
        fun store(attributes: Map<String, String>, label: String, value: ByteArray): Unit = withTable(attributes) { table ->
            // An area of no bytes cannot be had.
            Memory(maxOf(value.size, 1).toLong()).use { bytes ->
                bytes.write(0, value, 0, value.size)
                val secretValue = secret.secret_value_new(bytes, value.size.toLong(), "application/octet-stream")
                bytes.clear()
                try {
                    val item = checked {
                        secret.secret_item_create_sync(pointer, null, table, label, secretValue, CREATE_REPLACE, null, it)
                    }
                    item?.let(gobject::g_object_unref)
                } finally {
                    secret.secret_value_unref(secretValue)
                }
            }
        }

        override fun close() = gobject.g_object_unref(pointer)
    }

    /** An item that was found. */
    class Item(private val pointer: Pointer) : AutoCloseable {
        /** Its value; nothing while it is locked. */
        fun secret(): ByteArray? {
            val value = secret.secret_item_get_secret(pointer) ?: return null
            try {
                val length = PointerByReference()
                val bytes = secret.secret_value_get(value, length)
                return bytes.getByteArray(0, Pointer.nativeValue(length.value).toInt())
            } finally {
                secret.secret_value_unref(value)
            }
        }

        fun delete() {
            checked { secret.secret_item_delete_sync(pointer, null, it) }
        }

        override fun close() = gobject.g_object_unref(pointer)
    }

    companion object {
        private const val OPEN_SESSION = 1 shl 1
        private const val SEARCH_ALL = 1 shl 1
        private const val SEARCH_LOAD_SECRETS = 1 shl 3
        private const val CREATE_REPLACE = 1 shl 1

        /** `SECRET_ERROR_IS_LOCKED` */
        private const val IS_LOCKED = 2

        private val secret: Libsecret by lazy { Native.load("libsecret-1.so.0", Libsecret::class.java) }
        private val glib: GLib by lazy { Native.load("libglib-2.0.so.0", GLib::class.java) }
        private val gobject: GObject by lazy { Native.load("libgobject-2.0.so.0", GObject::class.java) }

        /** Does [work] with the service; [KeystoreException.Unavailable] where there is none or no libsecret. */
        fun <T> use(work: (Secrets) -> T): T {
            val service = try {
                checked { secret.secret_service_get_sync(OPEN_SESSION, null, it) }
            } catch (_: UnsatisfiedLinkError) {
                null
            }
            service ?: throw KeystoreException.Unavailable()
            try {
                return work(Secrets(service))
            } finally {
                gobject.g_object_unref(service)
            }
        }

        /** Calls, and throws what the call has told as a `GError`: its domain, its code, its text. */
        private inline fun <T> checked(call: (PointerByReference) -> T): T {
            val told = PointerByReference()
            val result = call(told)
            val error = told.value ?: return result
            val isOfSecrets = error.getInt(0) == secret.secret_error_get_quark()
            val code = error.getInt(Int.SIZE_BYTES.toLong())
            glib.g_error_free(error)
            // Of the bus and of the service all mean the same: not now. The texts may say anything and stay here.
            if (isOfSecrets && code != IS_LOCKED) throw KeystoreException.Unexpected("Secret Service error $code")
            throw KeystoreException.Unavailable()
        }

        private fun <T> withTable(attributes: Map<String, String>, work: (Pointer) -> T): T {
            val functions = NativeLibrary.getInstance("libglib-2.0.so.0")
            val table = glib.g_hash_table_new(functions.getFunction("g_str_hash"), functions.getFunction("g_str_equal"))
            // The table refers to the texts, so they stay as long as it does.
            val texts = attributes.map { (name, value) -> text(name) to text(value) }
            try {
                for ((name, value) in texts) glib.g_hash_table_insert(table, name, value)
                return work(table)
            } finally {
                glib.g_hash_table_unref(table)
                texts.forEach { (name, value) ->
                    name.close()
                    value.close()
                }
            }
        }

        private fun text(text: String): Memory {
            val bytes = text.toByteArray()
            return Memory(bytes.size + 1L).apply {
                write(0, bytes, 0, bytes.size)
                setByte(bytes.size.toLong(), 0)
            }
        }
    }
}
