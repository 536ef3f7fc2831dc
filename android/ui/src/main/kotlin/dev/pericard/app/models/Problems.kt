package dev.pericard.app.models

import dev.pericard.InputProblem
import dev.pericard.KeystoreException
import dev.pericard.PericardException
import dev.pericard.PortalProblem
import dev.pericard.SignInReason
import dev.pericard.StorageKind
import dev.pericard.app.ui.model.Problem

/** An error as one line under what the person did. */
internal fun PericardException.asProblem(): Problem = when (this) {
    is PericardException.Offline, is PericardException.LeaseEnded -> Problem.Offline
    is PericardException.SignInRequired -> when (reason) {
        SignInReason.EXPIRED -> Problem.Expired
        SignInReason.ANOTHER_PERSON -> Problem.AnotherPerson
        else -> Problem.Refused
    }
    is PericardException.StepUpRequired -> Problem.StepUp
    is PericardException.SwitchedOff -> Problem.SwitchedOff
    is PericardException.UpdateRequired -> Problem.UpdateRequired
    is PericardException.Cancelled -> Problem.Refused
    is PericardException.RateLimited, is PericardException.ClockWrong -> Problem.Failing
    is PericardException.Portal -> problem.asProblem()
    is PericardException.Storage -> if (kind == StorageKind.FULL) Problem.StorageFull else Problem.Internal(code)
    is PericardException.Keystore -> if (kind is KeystoreException.Unavailable) Problem.Failing else Problem.Internal(code)
    is PericardException.Internal -> Problem.Internal(id)
    is PericardException.Locked,
    is PericardException.WrongPin,
    is PericardException.WrongPassword,
    is PericardException.WrongCode,
    is PericardException.InvalidInput,
    is PericardException.NotFound,
    is PericardException.InUse,
    is PericardException.Closed,
    is PericardException.Integrity,
    -> Problem.Internal(code)
}

/** What the person wrote is longer than what is taken. */
internal val PericardException.isTooLong: Boolean get() = this is PericardException.InvalidInput && problem == InputProblem.TOO_LONG

private fun PortalProblem.asProblem(): Problem = when (this) {
    PortalProblem.CERTIFICATE, PortalProblem.WRONG_ISSUER, PortalProblem.INSECURE, PortalProblem.UNTRUSTED_IDENTITY -> Problem.NotSecure
    PortalProblem.UNSUPPORTED -> Problem.NotOffered
    PortalProblem.REFUSED, PortalProblem.NOT_FRESH -> Problem.Refused
    PortalProblem.FAILING -> Problem.Failing
    PortalProblem.NOT_A_PORTAL,
    PortalProblem.INVALID_ANSWER,
    PortalProblem.TOO_LARGE,
    PortalProblem.MISMATCH,
    PortalProblem.FOREIGN_LINK,
    -> Problem.NotUsable
}
