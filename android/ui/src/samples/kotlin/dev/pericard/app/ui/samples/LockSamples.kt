package dev.pericard.app.ui.samples

import dev.pericard.app.ui.lock.LockState

internal val lockSamples: List<Sample> = listOf(
    Sample("11-lock", "biometry") { locked(LockState.Locked(biometry = true, hasPin = true)) },
    Sample("11-lock", "credential") { locked(LockState.Locked(biometry = false, hasPin = false)) },
    Sample("12-lock-pin", "asked") { locked(LockState.Pin(clinic = linden.name, biometry = true)) },
    Sample("12-lock-pin", "warning") { locked(LockState.Pin(6, 4, linden.name, biometry = true)) },
    Sample("13-cover", "cover") { locked(LockState.Cover) },
)
