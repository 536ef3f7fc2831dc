package dev.pericard

import java.io.UnsupportedEncodingException
import java.net.URI
import java.net.URISyntaxException
import java.net.URLDecoder

/** What an address brings that the app was opened with. */
public sealed class RedirectResult {
    /** The answer to a sign-in: pass it to [SignIn.redirected], which looks whether it belongs to that one. */
    public data object OfSignIn : RedirectResult()

    /** The person comes back from one of the portal's own pages. */
    public data class OfPage(val page: PortalPage) : RedirectResult()

    /** It is none of Pericard's. */
    public data object Nothing : RedirectResult()
}

/**
 * The way back from the browser: what [PortalConfig.redirect] means for a system that has to catch it.
 *
 * Made by [Redirect.of].
 */
public class Redirect private constructor(
    /** How the system catches it. */
    public val kind: Kind,
    private val parts: Parts,
) {
    /** How the system catches a redirect. */
    public sealed class Kind {
        /** A private-use scheme, a domain name of the app's makers written backwards (RFC 8252 §7.1). */
        public data class Scheme(val scheme: String) : Kind()

        /** A claimed `https` link (RFC 8252 §7.2). */
        public data class Https(val host: String, val path: String) : Kind()

        /** A server of the app's own on this machine (RFC 8252 §7.3): for desktops, nothing that the system could catch. */
        public data object Loopback : Kind()
    }

    /**
     * What [address] brings. Whatever opened the app may have written it: that it looks right proves nothing, and only
     * [SignIn.redirected] says whether it is.
     */
    public fun arrival(address: String): RedirectResult {
        val came = Parts.of(address) ?: return RedirectResult.Nothing
        if (!came.leadsTo(parts, anyPort = kind is Kind.Loopback)) return RedirectResult.Nothing
        if ("state" in came.query && ("code" in came.query || "error" in came.query)) return RedirectResult.OfSignIn
        return when (came.query["page"]) {
            "password_reset" -> RedirectResult.OfPage(PortalPage.PASSWORD_RESET)
            "account" -> RedirectResult.OfPage(PortalPage.ACCOUNT)
            "sessions" -> RedirectResult.OfPage(PortalPage.SESSIONS)
            else -> RedirectResult.Nothing
        }
    }

    /** An address in the pieces that are compared. */
    private class Parts(
        val scheme: String,
        val host: String,
        val port: Int,
        val path: String,
        val query: Map<String, String>,
        val fragment: String?,
    ) {
        fun leadsTo(own: Parts, anyPort: Boolean): Boolean =
            scheme == own.scheme && host == own.host && (anyPort || port == own.port) && path == own.path

        companion object {
            fun of(address: String): Parts? {
                val uri = try {
                    URI(address)
                } catch (_: URISyntaxException) {
                    return null
                }
                // An opaque one, `scheme:path`, has its query inside.
                val rest = if (uri.isOpaque) uri.rawSchemeSpecificPart.split("?", limit = 2) else null
                val host = uri.host.orEmpty().lowercase()
                val path = rest?.first() ?: uri.rawPath.orEmpty()
                return Parts(
                    scheme = uri.scheme?.lowercase() ?: return null,
                    host = host,
                    port = uri.port,
                    // RFC 3986 §6.2.3: with a host, no path and the root are the same.
                    path = if (path.isEmpty() && host.isNotEmpty()) "/" else path,
                    query = query((rest?.getOrNull(1) ?: uri.rawQuery).orEmpty()) ?: return null,
                    fragment = uri.rawFragment,
                )
            }

            /** What is said twice is not believed at all. */
            private fun query(raw: String): Map<String, String>? = try {
                raw.split("&").filter(String::isNotEmpty)
                    .map { it.substringBefore("=") to it.substringAfter("=", "") }
                    .groupBy({ decoded(it.first) }, { decoded(it.second) })
                    .filterValues { it.size == 1 }
                    .mapValues { it.value.single() }
            } catch (_: IllegalArgumentException) {
                null
            } catch (_: UnsupportedEncodingException) {
                null
            }

            // By name: the variant with a charset is younger than the oldest Android that is supported.
            private fun decoded(text: String): String = URLDecoder.decode(text, "UTF-8")
        }
    }

    public companion object {
        private val LOOPBACK = setOf("127.0.0.1", "[::1]")

        /**
         * Nothing for an address that no sign-in can come back to: relative, plain `http` elsewhere than on this machine,
         * with a fragment, or a scheme without a dot, which other apps could claim as well.
         */
        public fun of(address: String): Redirect? {
            val parts = Parts.of(address)?.takeIf { it.fragment == null } ?: return null
            val kind = when {
                parts.scheme == "https" && parts.host.isNotEmpty() -> Kind.Https(parts.host, parts.path)
                parts.scheme == "http" && parts.host in LOOPBACK -> Kind.Loopback
                "." in parts.scheme -> Kind.Scheme(parts.scheme)
                else -> return null
            }
            return Redirect(kind, parts)
        }
    }
}
