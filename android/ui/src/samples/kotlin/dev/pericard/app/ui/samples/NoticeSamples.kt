package dev.pericard.app.ui.samples

import dev.pericard.app.ui.app.Screen
import dev.pericard.app.ui.compose.ComposeState
import dev.pericard.app.ui.inbox.InboxBody
import dev.pericard.app.ui.model.Clinic
import dev.pericard.app.ui.model.Problem
import dev.pericard.app.ui.notices.ClosedReason
import dev.pericard.app.ui.notices.Notice
import dev.pericard.app.ui.notices.NoticeRow
import dev.pericard.app.ui.notices.NoticeState
import dev.pericard.app.ui.notices.NoticesState
import java.time.Instant

private val thisMorning = Instant.parse("2026-11-05T08:19:00Z")
private val incident = Notice.Incident("7F2K", "7f2k · 2026-11-05T08:12:00Z · Communication · 1.0", thisMorning)

private fun People.notice(notice: Notice, clinic: Clinic = linden) = shows(home(), Screen.OneNotice(NoticeState(clinic, notice)))

private val switched = Instant.parse("2026-11-05T07:40:00Z")

private fun People.mending() =
    say("We are mending a fault. Some people could have seen messages that were not theirs.", "نصلح خللًا. ربما رأى بعض الناس رسائل ليست لهم.")

private fun People.readOnly() =
    Notice.ReadOnly(switched, say("Our front desk is moving. We read your messages again on Monday.", "ينتقل مكتب الاستقبال. نقرأ رسائلك من جديد يوم الاثنين."))

private fun People.stepUp() = Screen.Thread(thread().state.copy(messages = emptyList(), stepUp = true))

private fun People.closed(reason: ClosedReason) = shows(home(InboxBody.Closed(reason)))

internal val noticeSamples: List<Sample> = listOf(
    Sample("33-notice-off", "off") { notice(Notice.Off(switched, mending())) },
    Sample("33-notice-off", "nothingSaid") { notice(Notice.Off(), northlight) },
    Sample("33-notice-off", "readOnly") { notice(readOnly()) },
    Sample("33-notice-off", "closed") { closed(ClosedReason.Off(switched, mending())) },
    Sample("33-notice-off", "trying") { closed(ClosedReason.Off(switched, trying = true)) },
    Sample("33-notice-off", "decisionLost") { closed(ClosedReason.Off()) },
    Sample("34-notice-incident", "incident") { notice(incident) },
    Sample("34-notice-incident", "noPhone") { notice(incident, northlight) },
    Sample("35-notice-unmatched", "held") { notice(Notice.Held(3, canWrite = true)) },
    Sample("35-notice-unmatched", "heldOne") { notice(Notice.Held(1, canWrite = false)) },
    Sample("34-notice-incident", "begunAnew") { notice(Notice.BegunAnew) },
    Sample("36-notice-clock", "clinicTime") { notice(Notice.ClockWrong(Instant.parse("2026-11-03T08:24:00Z"), SAMPLE_NOW)) },
    Sample("36-notice-clock", "noClinicTime") { notice(Notice.ClockWrong(Instant.parse("2026-11-03T08:24:00Z"), null)) },
    Sample("37-notice-update", "required") { notice(Notice.Update("1.4", "1.2")) },
    Sample("37-notice-update", "newerStorage") { notice(Notice.Update(null, "1.2")) },
    Sample("42-step-up", "inbox") { closed(ClosedReason.StepUp()) },
    Sample("42-step-up", "offline") { closed(ClosedReason.StepUp(Problem.Offline)) },
    Sample("42-step-up", "thread") { shows(home(), stepUp()) },
    Sample("42-step-up", "beside", wide = true) { shows(home(InboxBody.Closed(ClosedReason.StepUp())), stepUp()) },
    Sample("42-step-up", "newMessage") { shows(home(), Screen.Compose(ComposeState(owner, stepUp = true))) },
    Sample("54-you", "notices") {
        shows(
            home(),
            Screen.Notices(
                NoticesState(
                    listOf(
                        NoticeRow("0", Notice.Off(switched, mending()), linden, switched, isNew = true),
                        NoticeRow("1", incident, linden, thisMorning, isNew = true),
                        NoticeRow("2", Notice.Held(3, true), linden, Instant.parse("2026-11-04T17:00:00Z"), isNew = false),
                        NoticeRow("3", Notice.Update("1.4", "1.2"), harbour, Instant.parse("2026-10-20T17:00:00Z"), isNew = false),
                    ),
                ),
            ),
        )
    },
    Sample("54-you", "noNotices") { shows(home(), Screen.Notices(NoticesState(emptyList()))) },
)
