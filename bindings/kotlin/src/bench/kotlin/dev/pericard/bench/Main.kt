package dev.pericard.bench

import dev.pericard.Keystore
import dev.pericard.SignInMethod
import dev.pericard.join
import dev.pericard.world.Bare
import dev.pericard.world.TestWorld
import java.util.concurrent.ConcurrentHashMap
import kotlinx.coroutines.runBlocking

// What crossing costs from Kotlin on a warm JVM: one call, and a page of 50 threads, beside the same calls that do
// nothing in Rust. `cargo xtask bench` runs it; each line is a round, its times in microseconds.

private const val ROUNDS = 25
private const val WARM_UP = 15
private const val CALLS = 2_000
private const val ASYNC_CALLS = 400
private const val PAGES = 100

private class BenchKeystore : Keystore {
    private val values = ConcurrentHashMap<String, ByteArray>()

    override fun load(name: String): ByteArray? = values[name]?.copyOf()

    override fun store(name: String, value: ByteArray) {
        values[name] = value.copyOf()
    }

    override fun delete(name: String) {
        values.remove(name)
    }
}

/** Microseconds that one of [count] runs of [work] took. */
private inline fun micros(count: Int, work: () -> Any?): Double {
    val began = System.nanoTime()
    repeat(count) { work() }
    return (System.nanoTime() - began) / 1_000.0 / count
}

public fun main(): Unit = runBlocking {
    val world = TestWorld.start("""{"seed":11,"people":{"ana":{"threads":60,"messages":1200,"totp":false}}}""")
    val client = world.open(BenchKeystore())
    val signIn = client.portal(client.portals().single()).signIn(SignInMethod.NATIVE)
    signIn.password(world.user("ana"), world.password("ana", true))
    val account = signIn.finish()
    account.startSync(null).join()
    val inbox = account.messages(account.people().single { it.isSelf }.id)
    val first = inbox.threads(null, 50u)
    check(first.threads.size == 50) { "the page is not full" }
    val bare = Bare(account.id(), first)

    repeat(WARM_UP + ROUNDS) { round ->
        val call = micros(CALLS) { account.id() }
        val bareCall = micros(CALLS) { bare.text() }
        val async = micros(ASYNC_CALLS) { inbox.outbox() }
        val bareAsync = micros(ASYNC_CALLS) { bare.ready() }
        val page = micros(PAGES) { inbox.threads(null, 50u) }
        val barePage = micros(PAGES) { bare.page() }
        if (round >= WARM_UP) {
            println(
                """{"call_us":$call,"bare_call_us":$bareCall,"async_us":$async,"bare_async_us":$bareAsync,""" +
                    """"page_us":$page,"bare_page_us":$barePage}""",
            )
        }
    }
    client.shutDown()
    client.close()
}
