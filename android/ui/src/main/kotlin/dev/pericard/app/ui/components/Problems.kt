package dev.pericard.app.ui.components

import dev.pericard.app.ui.compose.FileRefusal
import dev.pericard.app.ui.model.Problem
import dev.pericard.app.ui.words.Formats
import dev.pericard.app.ui.words.Words

/** A problem in words. [clinic] is the name of the one that was asked. */
fun Words.of(problem: Problem, clinic: String): String = when (problem) {
    Problem.Offline -> problemOffline
    Problem.Expired -> problemExpired
    Problem.AnotherPerson -> problemAnotherPerson
    Problem.NotSecure -> problemNotSecure(clinic)
    Problem.NotUsable -> problemNotUsable(clinic)
    Problem.NotOffered -> problemNotOffered(clinic)
    Problem.Refused -> problemRefused(clinic)
    Problem.Failing -> portalFailing(clinic)
    Problem.StorageFull -> storageFull
    Problem.SwitchedOff -> offTitle
    Problem.StepUp -> inboxStepUp(clinic)
    Problem.UpdateRequired -> updateTitle
    is Problem.Internal -> internal(problem.id)
}

/** Why a file was not added, in words. */
fun Words.of(refusal: FileRefusal, clinic: String, formats: Formats): String = when (refusal) {
    is FileRefusal.TooLarge -> newTooLarge(clinic, formats.megabytes(refusal.mostBytes))
    FileRefusal.TooMany -> newTooMany
}
