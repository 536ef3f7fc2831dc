package dev.pericard.app.ui.samples

import dev.pericard.app.ui.app.Screen
import dev.pericard.app.ui.model.Clinic
import dev.pericard.app.ui.notices.Notice
import dev.pericard.app.ui.notices.NoticeRow
import dev.pericard.app.ui.notices.NoticeState
import dev.pericard.app.ui.notices.NoticesState
import java.time.Instant

private val thisMorning = Instant.parse("2026-11-05T08:19:00Z")
private val incident = Notice.Incident("7F2K", "7f2k · 2026-11-05T08:12:00Z · Communication · 1.0", thisMorning)

private fun People.notice(notice: Notice, clinic: Clinic = linden) = shows(home(), Screen.OneNotice(NoticeState(clinic, notice)))

private fun People.off() = Notice.Off(
    Instant.parse("2026-11-05T07:40:00Z"),
    say("We are mending a fault. Some people could have seen messages that were not theirs.", "نصلح خللًا. ربما رأى بعض الناس رسائل ليست لهم."),
)

internal val noticeSamples: List<Sample> = listOf(
    Sample("33-notice-off", "off") { notice(off()) },
    Sample("33-notice-off", "nothingSaid") { notice(Notice.Off(), northlight) },
    Sample("34-notice-incident", "incident") { notice(incident) },
    Sample("34-notice-incident", "noPhone") { notice(incident, northlight) },
    Sample("35-notice-unmatched", "held") { notice(Notice.Held(3, canWrite = true)) },
    Sample("35-notice-unmatched", "heldOne") { notice(Notice.Held(1, canWrite = false)) },
    Sample("34-notice-incident", "begunAnew") { notice(Notice.BegunAnew) },
    Sample("36-notice-clock", "clinicTime") { notice(Notice.ClockWrong(Instant.parse("2026-11-03T08:24:00Z"), SAMPLE_NOW)) },
    Sample("36-notice-clock", "noClinicTime") { notice(Notice.ClockWrong(Instant.parse("2026-11-03T08:24:00Z"), null)) },
    Sample("37-notice-update", "required") { notice(Notice.Update("1.4", "1.2")) },
    Sample("37-notice-update", "newerStorage") { notice(Notice.Update(null, "1.2")) },
    Sample("54-you", "notices") {
        shows(
            home(),
            Screen.Notices(
                NoticesState(
                    listOf(
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
