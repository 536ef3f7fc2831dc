package dev.pericard.bench

import dev.pericard.SyncRun
import dev.pericard.changes
import dev.pericard.fromCore
import dev.pericard.largestOutgoingFile
import dev.pericard.suspending
import dev.pericard.toCore
import dev.pericard.world.Bare
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking

// What crossing costs from Kotlin, beside the same calls that do nothing in Rust. `cargo xtask bench` runs it with what is
// to be measured; each line is a round, its times in microseconds.

private const val ROUNDS = 25
private const val WARM_UP = 25
private const val SAMPLES = 60

/** A call is hardly longer than a look at the clock. */
private const val CALLS = 50

public fun main(arguments: Array<String>) {
    when (val what = arguments.single()) {
        "calls" -> runBlocking { calls() }
        "first" -> println("""{"first_us":${micros { largestOutgoingFile }}}""")
        "first-empty" -> println("""{"bare_first_us":${micros { dev.pericard.empty.number() }}}""")
        "memory" -> runBlocking { memory() }
        else -> error("nothing called $what can be measured")
    }
}

private inline fun micros(work: () -> Any?): Double {
    val began = System.nanoTime()
    work()
    return (System.nanoTime() - began) / 1_000.0
}

/** Samples of one round by name; the middle of them counts, so that what happens to be interrupted does not. */
private class Round {
    private val samples = mutableMapOf<String, MutableList<Double>>()

    inline fun take(name: String, count: Int = 1, work: () -> Any?) {
        val took = micros { repeat(count) { work() } } / count
        samples.getOrPut(name) { mutableListOf() }.add(took)
    }

    fun json(): String = samples.entries.joinToString(",", "{", "}") { (name, values) ->
        "\"$name\":${values.sorted()[values.size / 2]}"
    }
}

private suspend fun calls() {
    val stage = Stage.set()
    val (account, inbox) = stage.account to stage.inbox
    val page = inbox.threads()
    check(page.threads.size == 50) { "the page is not full" }
    val thread = page.threads.last().id
    val corePage = page.toCore()
    val bare = Bare(account.id.value, corePage)
    val over = account.startSync().also { toItsEnd(it) }

    // Streams that are listened to on other threads, as an app does.
    val told = Channel<Unit>(Channel.UNLIMITED)
    val bareTold = Channel<Unit>(Channel.UNLIMITED)
    val listening = stage.scope.launch(Dispatchers.Default, CoroutineStart.UNDISPATCHED) {
        account.changes.collect { told.send(Unit) }
    }
    val bareListening = stage.scope.launch(Dispatchers.Default, CoroutineStart.UNDISPATCHED) {
        while (true) {
            bare.told()
            bareTold.send(Unit)
        }
    }

    repeat(WARM_UP + ROUNDS) { number ->
        val round = Round()
        repeat(SAMPLES) { sample ->
            // What is compared is measured by turns.
            round.take("call_us", CALLS) { account.id }
            round.take("bare_call_us", CALLS) { bare.text() }
            round.take("ready_us") { suspending { over.core.next() } }
            round.take("async_us") { inbox.outbox() }
            round.take("bare_async_us") { bare.ready() }
            round.take("page_us") { inbox.threads() }
            round.take("bare_page_us") { bare.page() }
            round.take("mapping_us") { corePage.fromCore() }
            round.take("change_us") {
                round.take("write_us") { if (sample % 2 == 0) inbox.archive(thread) else inbox.unarchive(thread) }
                told.receive()
            }
            round.take("bare_change_us") {
                bare.tell()
                bareTold.receive()
            }
        }
        if (number >= WARM_UP) println(round.json())
    }
    listening.cancel()
    bareListening.cancel()
    stage.close()
}

/** Follows a run as the core tells it, until it tells nothing more. */
private suspend fun toItsEnd(run: SyncRun) {
    do {
        val step = suspending { run.core.next() }
    } while (step != null)
}
