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
private const val WARM_UP = 25
private const val SAMPLES = 60

/** A call is hardly longer than a look at the clock. */
private const val CALLS = 50

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

/** Samples of one round by name; the middle of them counts, so that what happens to be interrupted does not. */
private class Round {
    private val samples = mutableMapOf<String, MutableList<Double>>()

    inline fun micros(name: String, count: Int = 1, work: () -> Any?) {
        val began = System.nanoTime()
        repeat(count) { work() }
        val took = (System.nanoTime() - began) / 1_000.0 / count
        samples.getOrPut(name) { mutableListOf() }.add(took)
    }

    fun json(): String = samples.entries.joinToString(",", "{", "}") { (name, values) ->
        "\"$name\":${values.sorted()[values.size / 2]}"
    }
}

public fun main(): Unit = runBlocking {
    val world = TestWorld.start("""{"seed":11,"people":{"ana":{"threads":60,"messages":1200,"totp":false}}}""")
    val client = world.openClient(BenchKeystore())
    val signIn = client.portal(client.portals.single()).signIn(SignInMethod.NATIVE)
    signIn.password(world.user("ana"), world.password("ana", true))
    val account = signIn.finish()
    account.startSync().join()
    val inbox = account.messages(account.people.single { it.isSelf }.id)
    val first = inbox.threads(null, 50)
    check(first.threads.size == 50) { "the page is not full" }
    val bare = Bare(account.id, first)

    repeat(WARM_UP + ROUNDS) { number ->
        val round = Round()
        repeat(SAMPLES) {
            // What is compared is measured by turns.
            round.micros("call_us", CALLS) { account.id }
            round.micros("bare_call_us", CALLS) { bare.text() }
            round.micros("async_us") { inbox.outbox() }
            round.micros("bare_async_us") { bare.ready() }
            round.micros("page_us") { inbox.threads(null, 50) }
            round.micros("bare_page_us") { bare.page() }
        }
        if (number >= WARM_UP) println(round.json())
    }
    client.shutDown()
    client.close()
}
