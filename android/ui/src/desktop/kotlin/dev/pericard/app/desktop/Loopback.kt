package dev.pericard.app.desktop

import com.sun.net.httpserver.HttpExchange
import com.sun.net.httpserver.HttpServer
import kotlinx.coroutines.CompletableDeferred
import java.net.InetAddress
import java.net.InetSocketAddress

/** Where the browser comes back to on this machine, at a port that was free (RFC 8252 §7.3). */
internal class Loopback : AutoCloseable {
    private val server = HttpServer.create(InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0)

    @Volatile
    private var waiting: CompletableDeferred<String?>? = null

    val redirect = "http://127.0.0.1:${server.address.port}$PATH"

    init {
        server.createContext(PATH, ::cameBack)
        server.start()
    }

    private fun cameBack(exchange: HttpExchange) = exchange.use {
        val page = PAGE.toByteArray()
        it.responseHeaders["Content-Type"] = "text/html; charset=utf-8"
        it.sendResponseHeaders(OK, page.size.toLong())
        it.responseBody.write(page)
        waiting?.complete("$redirect?${it.requestURI.rawQuery.orEmpty()}")
        Unit
    }

    /** Opens the browser by [open] and gives the address that it comes back with; nothing when another visit begins. */
    suspend fun visit(open: () -> Unit): String? {
        val came = CompletableDeferred<String?>()
        waiting?.complete(null)
        waiting = came
        open()
        return came.await()
    }

    override fun close() = server.stop(0)

    private companion object {
        const val PATH = "/callback"
        const val OK = 200
        const val PAGE = "<!doctype html><title>Pericard</title><p>You can close this page and go back to the app."
    }
}
