package dev.pericard

import kotlin.time.Duration
import kotlin.time.Duration.Companion.days
import kotlin.time.toJavaDuration
import kotlin.time.toKotlinDuration

// Counts are `Int` and sizes `Long` for an app, and unsigned in the core. What does not fit is the nearest that does: the
// core refuses it, if it has to, in its own words.

internal fun UByte.fromCore(): Int = toInt()

internal fun UShort.fromCore(): Int = toInt()

internal fun UInt.fromCore(): Int = coerceAtMost(Int.MAX_VALUE.toUInt()).toInt()

internal fun ULong.fromCore(): Long = coerceAtMost(Long.MAX_VALUE.toULong()).toLong()

internal fun Int.toCoreUByte(): UByte = coerceIn(0, UByte.MAX_VALUE.toInt()).toUByte()

internal fun Int.toCoreUShort(): UShort = coerceIn(0, UShort.MAX_VALUE.toInt()).toUShort()

internal fun Int.toCoreUInt(): UInt = coerceAtLeast(0).toUInt()

internal fun Long.toCoreULong(): ULong = coerceAtLeast(0).toULong()

internal fun java.time.Duration.fromCore(): Duration = toKotlinDuration()

/** A time to wait is not negative and has an end. */
internal fun Duration.toCore(): java.time.Duration = coerceIn(Duration.ZERO, LONGEST).toJavaDuration()

private val LONGEST = 36_500.days
