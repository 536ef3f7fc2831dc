package dev.pericard

import java.io.File

/**
 * The keystore of a Windows desktop: files in [folder], encrypted under a key that Windows' data protection (DPAPI)
 * encrypts for the person who is signed in.
 *
 * Nobody else can read a copy of the files, and nobody at all on another computer, but where a domain lets its people
 * take their profile along. Every program of the same person can have them decrypted: it protects a device that is off or
 * was copied, and not one that runs a malicious program. Where an administrator has set a new password without the old
 * one, the values are [KeystoreException.Lost].
 *
 * It shows no dialog. [folder] is the app's own, beside the client's directory and not in it; have one object for each.
 * On other systems calls fail with [KeystoreException.Unavailable].
 *
 * No Windows has run it so far. Its files are tested, the calls of Windows are not.
 */
public class DpapiKeystore(folder: File) : Keystore {
    private val files = SealedFiles(folder, ProtectedKey(File(folder, "key.dpapi"), Dpapi::protect, Dpapi::unprotect)::get)

    override fun load(name: String): ByteArray? = files.load(name)

    override fun store(name: String, value: ByteArray): Unit = files.store(name, value)

    override fun delete(name: String): Unit = files.delete(name)
}
