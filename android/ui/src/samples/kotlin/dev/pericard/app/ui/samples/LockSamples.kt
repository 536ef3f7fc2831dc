package dev.pericard.app.ui.samples

import dev.pericard.app.ui.lock.BiometryTrouble
import dev.pericard.app.ui.lock.LockState
import dev.pericard.app.ui.lock.PinProblem

internal val lockSamples: List<Sample> = listOf(
    Sample("11-lock", "biometry") { locked(LockState.Locked(biometry = true, hasPin = true)) },
    Sample("11-lock", "notRecognized") { locked(LockState.Locked(biometry = true, hasPin = true, trouble = BiometryTrouble.NotRecognized)) },
    Sample("11-lock", "credential") { locked(LockState.Locked(biometry = false, hasPin = false)) },
    Sample("12-lock-pin", "asked") { locked(LockState.Pin(clinic = linden.name, biometry = true)) },
    Sample("12-lock-pin", "warning") { locked(LockState.Pin(6, 4, linden.name, biometry = true)) },
    Sample("12-lock-pin", "lost") { locked(LockState.Pin(clinic = linden.name, trouble = BiometryTrouble.Lost)) },
    Sample("12-lock-pin", "lockedOut") { locked(LockState.Pin(clinic = linden.name, trouble = BiometryTrouble.LockedOut)) },
    Sample("12-lock-pin", "unavailable") { locked(LockState.Pin(clinic = linden.name, trouble = BiometryTrouble.Unavailable)) },
    Sample("12-lock-pin", "choose") { locked(LockState.Choose()) },
    Sample("12-lock-pin", "again") { locked(LockState.Choose(1, again = true)) },
    Sample("12-lock-pin", "easy") { locked(LockState.Choose(2, problem = PinProblem.Easy)) },
    Sample("12-lock-pin", "forgotten") { locked(LockState.Forgot(linden.name)) },
    Sample("13-cover", "cover") { locked(LockState.Cover) },
)
