package dev.pericard

import com.sun.jna.Library
import com.sun.jna.Native
import com.sun.jna.NativeLibrary
import com.sun.jna.Pointer
import com.sun.jna.ptr.PointerByReference

/** The functions of `SecItem.h`. */
@Suppress("FunctionName")
private interface Security : Library {
    fun SecItemCopyMatching(query: Pointer, result: PointerByReference): Int
    fun SecItemAdd(attributes: Pointer, result: PointerByReference?): Int
    fun SecItemUpdate(query: Pointer, change: Pointer): Int
    fun SecItemDelete(query: Pointer): Int
}

/** Those of Core Foundation that make and read what the others take. A `CFIndex` is a long. */
@Suppress("FunctionName", "LongParameterList")
private interface CoreFoundation : Library {
    fun CFStringCreateWithBytes(allocator: Pointer?, bytes: ByteArray, count: Long, encoding: Int, external: Byte): Pointer?
    fun CFDataCreate(allocator: Pointer?, bytes: ByteArray, count: Long): Pointer?
    fun CFDataGetBytePtr(data: Pointer): Pointer?
    fun CFDataGetLength(data: Pointer): Long
    fun CFDictionaryCreate(
        allocator: Pointer?,
        keys: Array<Pointer>,
        values: Array<Pointer>,
        count: Long,
        keyCallbacks: Pointer,
        valueCallbacks: Pointer,
    ): Pointer?
    fun CFRelease(instance: Pointer)
}

/** Generic passwords of the data protection keychain. Beside what is read, calls answer with a status. */
internal class Keychain private constructor() {
    private val security = Native.load("Security", Security::class.java)
    private val foundation = Native.load("CoreFoundation", CoreFoundation::class.java)
    private val securityNames = NativeLibrary.getInstance("Security")
    private val foundationNames = NativeLibrary.getInstance("CoreFoundation")

    private val yes = constant(foundationNames, "kCFBooleanTrue")
    private val no = constant(foundationNames, "kCFBooleanFalse")

    /** The value of an item; nothing where there is none. */
    fun read(service: String, name: String): ByteArray? = released { made ->
        val query = item(made, service, name) +
            mapOf("kSecReturnData" to yes, "kSecMatchLimit" to name("kSecMatchLimitOne"))
        val found = PointerByReference()
        val status = security.SecItemCopyMatching(dictionary(made, query), found)
        if (status == KeychainStatus.NOT_FOUND) return@released null
        KeychainStatus.check(status)
        val data = found.value ?: throw KeystoreException.Unavailable()
        made += data
        val size = foundation.CFDataGetLength(data).toInt()
        foundation.CFDataGetBytePtr(data)?.getByteArray(0, size) ?: ByteArray(0)
    }

    fun add(service: String, name: String, value: ByteArray): Int = released { made ->
        security.SecItemAdd(dictionary(made, item(made, service, name) + content(made, value)), null)
    }

    fun update(service: String, name: String, value: ByteArray): Int = released { made ->
        security.SecItemUpdate(dictionary(made, item(made, service, name)), dictionary(made, content(made, value)))
    }

    fun delete(service: String, name: String): Int = released { made ->
        security.SecItemDelete(dictionary(made, item(made, service, name)))
    }

    private fun item(made: MutableList<Pointer>, service: String, name: String) = mapOf(
        "kSecClass" to name("kSecClassGenericPassword"),
        "kSecAttrService" to text(made, service),
        "kSecAttrAccount" to text(made, name),
        "kSecAttrSynchronizable" to no,
        "kSecUseDataProtectionKeychain" to yes,
    )

    private fun content(made: MutableList<Pointer>, value: ByteArray) = mapOf(
        "kSecValueData" to kept(made, foundation.CFDataCreate(null, value, value.size.toLong())),
        "kSecAttrAccessible" to name("kSecAttrAccessibleAfterFirstUnlockThisDeviceOnly"),
    )

    private fun text(made: MutableList<Pointer>, text: String): Pointer {
        val bytes = text.toByteArray()
        return kept(made, foundation.CFStringCreateWithBytes(null, bytes, bytes.size.toLong(), UTF_8, 0))
    }

    private fun dictionary(made: MutableList<Pointer>, fields: Map<String, Pointer>): Pointer {
        val keys = fields.keys.map(::name).toTypedArray()
        val dictionary = foundation.CFDictionaryCreate(
            null,
            keys,
            fields.values.toTypedArray(),
            keys.size.toLong(),
            foundationNames.getGlobalVariableAddress("kCFTypeDictionaryKeyCallBacks"),
            foundationNames.getGlobalVariableAddress("kCFTypeDictionaryValueCallBacks"),
        )
        return kept(made, dictionary)
    }

    private fun name(name: String) = constant(securityNames, name)

    private fun constant(library: NativeLibrary, name: String) = library.getGlobalVariableAddress(name).getPointer(0)

    /** What a function whose name has `Create` or `Copy` in it returned is the caller's to release. */
    private fun kept(made: MutableList<Pointer>, instance: Pointer?): Pointer =
        (instance ?: throw KeystoreException.Unavailable()).also { made += it }

    private fun <T> released(work: (MutableList<Pointer>) -> T): T {
        val made = mutableListOf<Pointer>()
        try {
            return work(made)
        } finally {
            made.asReversed().forEach(foundation::CFRelease)
        }
    }

    companion object {
        /** `kCFStringEncodingUTF8` */
        private const val UTF_8 = 0x08000100

        private val keychain by lazy { Keychain() }

        /** Does [work]; [KeystoreException.Unavailable] where there is no such library. */
        fun <T> use(work: (Keychain) -> T): T {
            val keychain = try {
                keychain
            } catch (_: UnsatisfiedLinkError) {
                throw KeystoreException.Unavailable()
            }
            return work(keychain)
        }
    }
}
