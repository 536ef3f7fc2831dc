package dev.pericard.app.ui.samples

import dev.pericard.app.ui.app.AppState
import dev.pericard.app.ui.app.Screen
import dev.pericard.app.ui.lock.LockState
import dev.pericard.app.ui.words.Formats
import dev.pericard.app.ui.words.Language
import java.time.Instant
import java.time.ZoneId

/** A screen in one of its states, with data of [People] in each language. */
class Sample(
    /** The number and name of its mock-up. */
    val screen: String,
    val state: String,
    /** Large enough for list and detail. */
    val wide: Boolean = false,
    /** What is typed into its first field before the picture is taken. */
    val typed: String? = null,
    val app: People.() -> AppState,
) {
    val name: String get() = "$screen.$state"
}

internal fun shows(vararg stack: Screen) = AppState(stack.toList())

internal fun locked(lock: LockState) = AppState(emptyList(), lock)

/** When the samples are looked at: a Thursday morning. */
val SAMPLE_NOW: Instant = Instant.parse("2026-11-05T08:24:00Z")

fun sampleFormats(language: Language) = Formats(language, ZoneId.of("Europe/London"), SAMPLE_NOW)

/** Every sample, in the order of the mock-ups. */
val SAMPLES: List<Sample> =
    signInSamples + lockSamples + inboxSamples + threadSamples + noticeSamples + recordsSamples + labSamples + youSamples + privacySamples
