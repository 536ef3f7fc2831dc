package dev.pericard.bench

import dev.pericard.internal.ThreadPage
import dev.pericard.world.Bare
import java.io.File
import java.lang.management.ManagementFactory

private const val OBJECTS = 20_000
private const val PAGE_SIZE = 4_096

/**
 * What a handle takes: on the heap after a collection, and outside of it, where the heap was all there from the beginning
 * (`-XX:+AlwaysPreTouch`).
 */
private class Memory(val heap: Long, val outside: Long) {
    companion object {
        fun now(): Memory {
            repeat(3) {
                System.gc()
                Thread.sleep(50)
            }
            val resident = File("/proc/self/statm").readText().split(' ')[1].toLong() * PAGE_SIZE
            return Memory(ManagementFactory.getMemoryMXBean().heapMemoryUsage.used, resident)
        }
    }
}

/** Kept, so that later ones do not get their memory. */
private val held = ArrayList<Any>(2 * OBJECTS + 200)

private inline fun bytesOfEach(make: () -> Any): Double {
    // The first ones load classes.
    repeat(100) { held += make() }
    val before = Memory.now()
    repeat(OBJECTS) { held += make() }
    val after = Memory.now()
    return (after.heap - before.heap + maxOf(after.outside - before.outside, 0)).toDouble() / OBJECTS
}

internal suspend fun memory() {
    val stage = Stage.set()
    val person = stage.account.people.single { it.isSelf }.id
    val ours = bytesOfEach { stage.account.messages(person) }
    val empty = ThreadPage(emptyList(), null)
    val bare = bytesOfEach { Bare("", empty) }
    println("""{"object_bytes":$ours,"bare_object_bytes":$bare}""")
    stage.close()
}
