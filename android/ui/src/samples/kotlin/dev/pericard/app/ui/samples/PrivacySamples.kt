package dev.pericard.app.ui.samples

import dev.pericard.app.ui.app.AppState
import dev.pericard.app.ui.app.Screen
import dev.pericard.app.ui.app.Tab
import dev.pericard.app.ui.model.Problem
import dev.pericard.app.ui.privacy.AccessLogState
import dev.pericard.app.ui.privacy.CopyState
import dev.pericard.app.ui.privacy.CopyStep
import dev.pericard.app.ui.privacy.CopyTrouble
import dev.pericard.app.ui.privacy.LeavingState
import dev.pericard.app.ui.privacy.LeavingWay
import dev.pericard.app.ui.privacy.LogBody
import dev.pericard.app.ui.privacy.LogDeed
import dev.pericard.app.ui.privacy.LogRow
import dev.pericard.app.ui.privacy.LogStanding
import dev.pericard.app.ui.privacy.PrivacyState
import dev.pericard.app.ui.privacy.Waiting
import dev.pericard.app.ui.you.SecondStepDeed
import dev.pericard.app.ui.you.SecondStepPageState
import dev.pericard.app.ui.you.SecondStepState
import java.time.Instant

private fun People.privacy(change: PrivacyState.() -> PrivacyState = { this }): AppState {
    val state = PrivacyState(linden, LogStanding.Whole(214), sessionsPage = true, accountPage = true)
    return shows(home(tab = Tab.You), Screen.Privacy(state.change()))
}

private fun row(number: Long, at: String, deed: LogDeed, about: String? = null, times: Int = 1) = LogRow(number, Instant.parse(at), deed, about, times)

private fun People.logRows(): List<LogRow> = listOf(
    row(214, "2026-11-05T08:20:00Z", LogDeed.FileOpened, ana.name),
    row(213, "2026-11-05T08:12:00Z", LogDeed.ConversationOpened, ana.name),
    row(212, "2026-11-05T08:11:00Z", LogDeed.UnlockedWithKey),
    row(210, "2026-11-05T07:31:00Z", LogDeed.WrongPin, times = 2),
    row(209, "2026-11-04T18:46:00Z", LogDeed.Written, leo.name),
    row(208, "2026-11-04T18:44:00Z", LogDeed.ConversationOpened, leo.name),
    row(207, "2026-11-04T18:40:00Z", LogDeed.Unlocked),
    row(206, "2026-11-02T09:03:00Z", LogDeed.PolicyChanged),
    row(205, "2026-11-02T09:01:00Z", LogDeed.SignedIn),
)

/** Every kind of entry once. */
private fun People.everyDeed(): List<LogRow> = LogDeed.entries.mapIndexed { at, deed ->
    row(99L - at, "2026-11-05T08:%02d:00Z".format(20 - at), deed, ana.name.takeIf { deed > LogDeed.Sealed && deed < LogDeed.PolicyChanged })
}

private fun People.log(change: AccessLogState.() -> AccessLogState = { this }): AppState {
    val state = AccessLogState(linden, LogStanding.Whole(214), LogBody.Content(logRows(), more = true), hasPin = true)
    return shows(home(tab = Tab.You), Screen.AccessLog(state.change()))
}

private fun People.copy(step: CopyStep, hasPin: Boolean = true) = shows(home(tab = Tab.You), Screen.Copy(CopyState(linden, ana, hasPin, step = step)))

private fun People.leaving(way: LeavingWay = LeavingWay.Forget, change: LeavingState.() -> LeavingState = { this }): AppState {
    val state = LeavingState(linden, way, others = listOf(say("Leo", "ليو"), say("Teresa", "تيريزا")), waiting = Waiting.Counted(2, 1))
    return shows(home(tab = Tab.You), Screen.Leaving(state.change()))
}

private fun People.second(change: SecondStepPageState.() -> SecondStepPageState = { this }) =
    shows(home(tab = Tab.You), Screen.SecondStep(SecondStepPageState(linden, SecondStepState(on = true, codesLeft = 2)).change()))

internal val privacySamples: List<Sample> = listOf(
    Sample("55-privacy", "privacy") { privacy() },
    Sample("55-privacy", "broken") { privacy { copy(log = LogStanding.Broken, sessionsPage = false) } },
    Sample("55-privacy", "closed") { privacy { copy(log = LogStanding.Closed, readable = false, sessionsPage = false, accountPage = false) } },
    Sample("55-privacy", "child") { privacy { copy(actsFor = leo.called) } },
    Sample("55-privacy", "looking") { privacy { copy(log = null) } },
    Sample("55-privacy", "offline") { privacy { copy(problem = Problem.Offline) } },
    Sample("56-access-log", "whole") { log() },
    Sample("56-access-log", "broken") { log { copy(standing = LogStanding.Broken) } },
    Sample("56-access-log", "unchecked") { log { copy(standing = LogStanding.Unchecked, body = LogBody.Content(logRows().take(3), more = true, loading = true)) } },
    Sample("56-access-log", "everything") { log { copy(body = LogBody.Content(everyDeed())) } },
    Sample("56-access-log", "empty") { log { copy(standing = LogStanding.Whole(0), body = LogBody.Content(emptyList())) } },
    Sample("56-access-log", "looking") { log { copy(standing = null, body = LogBody.Loading) } },
    Sample("56-access-log", "closed") { log { copy(standing = LogStanding.Closed, body = LogBody.Closed) } },
    Sample("56-access-log", "notSaved") { log { copy(trouble = CopyTrouble.NotWritten) } },
    Sample("55b-copy", "choosing") { copy(CopyStep.Choosing()) },
    Sample("55b-copy", "offline") { copy(CopyStep.Choosing(Problem.Offline), hasPin = false) },
    Sample("55b-copy", "stepUp") { copy(CopyStep.StepUp, hasPin = false) },
    Sample("55b-copy", "writing") { copy(CopyStep.Writing(2_400_000)) },
    Sample("55b-copy", "done") { copy(CopyStep.Done("copy.html", 5_120_000)) },
    Sample("55b-copy", "stopped") { copy(CopyStep.Unfinished()) },
    Sample("55b-copy", "full") { copy(CopyStep.Unfinished(CopyTrouble.Full, left = "copy.html")) },
    Sample("55b-copy", "locked") { copy(CopyStep.Unfinished(CopyTrouble.Locked)) },
    Sample("57b-second-step", "on") { second() },
    Sample("57b-second-step", "off") { second { copy(step = SecondStepState(false, null)) } },
    Sample("57b-second-step", "stepUp") { second { copy(step = SecondStepState(true, 8), asking = SecondStepDeed.NewCodes) } },
    Sample("57b-second-step", "turningOff") { second { copy(turningOff = true) } },
    Sample("57b-second-step", "offline") { second { copy(step = null, problem = Problem.Offline) } },
    Sample("57b-second-step", "looking") { second { copy(step = null) } },
    Sample("58-forget", "unsent") { leaving() },
    Sample("58-forget", "nothingWaits") { leaving { copy(others = emptyList(), waiting = Waiting.Counted(0, 0)) } },
    Sample("58-forget", "sending") { leaving { copy(sending = true) } },
    Sample("58-forget", "stuck") { leaving { copy(waiting = Waiting.Counted(1, 0), stuck = 1) } },
    Sample("58-forget", "closed") { leaving { copy(others = emptyList(), waiting = Waiting.Unknown) } },
    Sample("58-forget", "person") { leaving { copy(person = leo, waiting = Waiting.Counted(1, 0)) } },
    Sample("58-sign-out", "signOut") { leaving(LeavingWay.SignOut) { copy(waiting = Waiting.Counted(0, 0)) } },
    Sample("58-sign-out", "offline") { leaving(LeavingWay.SignOut) { copy(offline = true, problem = Problem.Offline) } },
)
