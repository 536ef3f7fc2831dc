package dev.pericard.app.ui.samples

import dev.pericard.app.ui.app.Screen
import dev.pericard.app.ui.app.Tab
import dev.pericard.app.ui.inbox.HitRow
import dev.pericard.app.ui.inbox.InboxBanner
import dev.pericard.app.ui.inbox.InboxBody
import dev.pericard.app.ui.inbox.InboxState
import dev.pericard.app.ui.inbox.Piece
import dev.pericard.app.ui.inbox.Progress
import dev.pericard.app.ui.inbox.RowMark
import dev.pericard.app.ui.inbox.ThreadRow
import dev.pericard.app.ui.model.Owner
import dev.pericard.app.ui.model.Problem
import dev.pericard.app.ui.notices.ClosedReason
import dev.pericard.app.ui.you.PeopleState
import java.time.Instant

internal fun People.home(
    body: InboxBody = InboxBody.Content(rows()),
    banner: InboxBanner? = null,
    tab: Tab = Tab.Messages,
    unread: Int = (body as? InboxBody.Content)?.rows?.sumOf { it.unread } ?: 0,
    newNotices: Int = 0,
    people: PeopleState? = null,
    canWrite: Boolean = true,
    owner: Owner = this.owner,
) = Screen.Home(tab, InboxState(owner, body, banner, canWrite = canWrite), you(newNotices), unread, people)

internal fun People.rows(): List<ThreadRow> = listOf(
    ThreadRow(
        "1",
        nadia,
        subject = say("Change of your medication", "تغيير في دوائك"),
        preview = say("From tomorrow, take the new tablets in place of the old ones.", "ابتداءً من الغد، تناولي الأقراص الجديدة بدلًا من القديمة."),
        at = at("2026-11-05T08:12:00Z"),
        unread = 2,
    ),
    ThreadRow(
        "2",
        tom,
        subject = say("Your blood sugar diary", "دفتر قياسات السكر"),
        preview = say("Thank you, I will bring it along.", "شكرًا، سأحضره معي."),
        at = at("2026-11-04T16:03:00Z"),
        mark = RowMark.Sent,
    ),
    ThreadRow(
        "3",
        desk,
        team = true,
        subject = say("Your visit on 16 November", "موعدك يوم 16 نوفمبر"),
        preview = say("Please come ten minutes early and bring your insurance card.", "يُرجى الحضور قبل الموعد بعشر دقائق ومعك بطاقة التأمين."),
        at = at("2026-11-03T10:40:00Z"),
        unread = 1,
    ),
    ThreadRow(
        "4",
        helena,
        subject = say("Your blood test and what it means", "نتيجة تحليل الدم وما تعنيه"),
        preview = say("Good news: it is below your target.", "خبر جيد: النتيجة أقل من الهدف."),
        at = at("2026-11-02T15:20:00Z"),
    ),
    ThreadRow(
        "5",
        amara,
        subject = say("Your food diary", "دفتر الطعام"),
        preview = say("Thank you for the breakfast photos.", "شكرًا على الصور. لدي فكرتان للفطور."),
        at = day("2026-10-30"),
    ),
    ThreadRow(
        "6",
        javier,
        subject = say("Exercises for your shoulder", "تمارين للكتف"),
        preview = say("Three sheets, ten minutes each day", "ثلاث صفحات، عشر دقائق كل يوم"),
        at = at("2026-10-28T09:00:00Z"),
        mark = RowMark.File,
    ),
    ThreadRow(
        "7",
        desk,
        team = true,
        subject = say("Flu vaccination from October", "لقاح الإنفلونزا من أكتوبر"),
        preview = say("You can book a time in this app.", "يمكنك حجز موعد في هذا التطبيق."),
        at = day("2026-10-12"),
    ),
    ThreadRow(
        "8",
        helena,
        subject = "",
        preview = say("See you in spring.", "نراك في الربيع."),
        at = at("2025-12-18T09:00:00Z"),
    ),
)

/** Everything that waits on top, with the state that it is in. */
internal fun People.waiting(): List<ThreadRow> = listOf(
    rows()[1].copy(id = "w", preview = say("Can I come at ten?", "هل يمكنني الحضور في العاشرة؟"), mark = RowMark.Waiting, at = at("2026-11-05T08:20:00Z")),
    rows()[3].copy(id = "f", preview = say("Here are all my old letters.", "هذه كل رسائلي القديمة."), mark = RowMark.Failed, at = at("2026-11-05T08:02:00Z")),
    rows()[4].copy(id = "u", preview = say("Please send my prescription.", "يُرجى إرسال وصفتي."), mark = RowMark.Unsure, at = at("2026-11-05T07:58:00Z")),
    rows()[2].copy(id = "d", unread = 0, preview = say("Good morning, could I", "صباح الخير، هل"), mark = RowMark.Draft),
)

private fun People.hits(): List<HitRow> = listOf(
    HitRow(
        "h1", "3", rows()[2].subject, desk, at("2026-11-03T10:40:00Z"),
        listOf(Piece(say("…We have moved your ", "…نقلنا ")), Piece(say("appoint", "موعد"), true), Piece(say("ment to 9:05. The room is 2.14, on the second floor…", "ك إلى 9:05. الغرفة 2.14 في الطابق الثاني…"))),
    ),
    HitRow(
        "h5", "5", say("Your appointment with the dietician", "موعدك مع أخصائية التغذية"), desk, at("2026-10-12T10:40:00Z"),
        listOf(Piece(say("Dear Ana, please bring the diary that you kept in the last two weeks…", "عزيزتي آنا، أحضري معك مفكرة الأسبوعين الماضيين…"))),
    ),
    HitRow(
        "h2", "1", rows()[0].subject, nadia, at("2026-09-29T10:00:00Z"),
        listOf(Piece(say("…if you feel dizzy for more than a day, call us. You do not need an ", "…لا تحتاجين إلى ")), Piece(say("appoint", "موعد"), true), Piece(say("ment for that…", " لذلك…"))),
    ),
    HitRow(
        "h3", "2", rows()[1].subject, tom, at("2026-09-11T10:00:00Z"),
        listOf(Piece(say("…can I bring my mother to the ", "…هل أحضر أمي إلى ال")), Piece(say("appoint", "موعد"), true), Piece(say("ment? She has some questions too…", "؟ لديها أسئلة أيضًا…"))),
    ),
    HitRow(
        "h4", "6", rows()[5].subject, javier, at("2026-07-02T10:00:00Z"),
        listOf(Piece(say("…please wear loose clothes for your first ", "…ملابس مريحة في أول ")), Piece(say("appoint", "موعد"), true), Piece(say("ment…", "…"))),
    ),
)

private val synced = Instant.parse("2026-11-05T07:52:00Z")

internal val inboxSamples: List<Sample> = listOf(
    Sample("14-inbox-first-sync", "firstSync") { shows(home(InboxBody.FirstSync(Progress(412, 640), rows().map { it.copy(unread = 0) }))) },
    Sample("14-inbox-first-sync", "noTotal") { shows(home(InboxBody.FirstSync(Progress(1412, null), rows().take(2).map { it.copy(unread = 0) }))) },
    Sample("15-inbox", "content") { shows(home()) },
    Sample("15-inbox", "waiting") { shows(home(InboxBody.Content(waiting() + rows().takeLast(4)))) },
    Sample("16-inbox-search", "searching") { shows(home(InboxBody.Searching(say("appoint", "موعد"), hits()))) },
    Sample("16-inbox-search", "noHits") { shows(home(InboxBody.Searching(say("xylophone", "كمان"), emptyList()))) },
    Sample("17-inbox-empty", "empty") { shows(home(InboxBody.Empty)) },
    Sample("18-inbox-offline", "offline") {
        shows(home(InboxBody.Content(waiting().take(1) + rows().take(1) + waiting().drop(3) + rows().drop(3)), InboxBanner.Offline(synced)))
    },
    Sample("19-inbox-off", "off") { shows(home(InboxBody.Content(waiting().take(1) + rows().take(1) + rows().drop(2)), InboxBanner.Off, newNotices = 1)) },
    Sample("19-inbox-off", "readOnly") { shows(home(banner = InboxBanner.ReadOnly, newNotices = 1)) },
    Sample("19-inbox-off", "updateRequired") { shows(home(banner = InboxBanner.UpdateRequired("1.4"), newNotices = 1)) },
    Sample("19-inbox-off", "notOffered") { shows(home(InboxBody.Empty, banner = InboxBanner.NotOffered, canWrite = false)) },
    Sample("19-inbox-off", "stopped") { shows(home(banner = InboxBanner.Stopped("7F2K"), newNotices = 1)) },
    Sample("19-inbox-off", "stepUp") { shows(home(banner = InboxBanner.StepUp)) },
    Sample("19-inbox-off", "signIn") { shows(home(banner = InboxBanner.SignIn)) },
    Sample("19-inbox-off", "held") { shows(home(banner = InboxBanner.Held(3), newNotices = 1)) },
    Sample("19-inbox-off", "begunAnew") { shows(home(banner = InboxBanner.BegunAnew("7F2K"), newNotices = 1)) },
    Sample("19-inbox-off", "incomplete") { shows(home(banner = InboxBanner.Incomplete(synced))) },
    Sample("19-inbox-off", "rateLimited") { shows(home(banner = InboxBanner.RateLimited(Instant.parse("2026-11-05T08:38:00Z")))) },
    Sample("19-inbox-off", "clockWrong") { shows(home(banner = InboxBanner.ClockWrong)) },
    Sample("19-inbox-off", "storageFull") { shows(home(banner = InboxBanner.Failed(Problem.StorageFull))) },
    Sample("19-inbox-off", "failing") { shows(home(banner = InboxBanner.Failed(Problem.Failing))) },
    Sample("19-inbox-off", "internal") { shows(home(banner = InboxBanner.Failed(Problem.Internal("outbox-2")))) },
    Sample("24-inbox-wide", "thread", wide = true) { shows(home(InboxBody.Content(rows())), thread()) },
    Sample("24-inbox-wide", "nothingOpen", wide = true) { shows(home()) },
    Sample("31-notice-signed-out", "sealed") { shows(home(InboxBody.Closed(ClosedReason.Refused))) },
    Sample("31-notice-signed-out", "identityChanged") { shows(home(InboxBody.Closed(ClosedReason.IdentityChanged))) },
    Sample("31-notice-signed-out", "destroyed") { shows(home(InboxBody.Closed(ClosedReason.Destroyed))) },
    Sample("31-notice-signed-out", "keyLost") { shows(home(InboxBody.Closed(ClosedReason.KeyLost))) },
    Sample("31-notice-signed-out", "damaged") { shows(home(InboxBody.Closed(ClosedReason.Damaged))) },
    Sample("31-notice-signed-out", "unavailable") { shows(home(InboxBody.Closed(ClosedReason.Unavailable))) },
    Sample("31-notice-signed-out", "configuration") { shows(home(InboxBody.Closed(ClosedReason.Configuration))) },
    Sample("32-notice-lease", "lease") { shows(home(InboxBody.Closed(ClosedReason.Lease(14)))) },
    Sample("32-notice-lease", "trying") { shows(home(InboxBody.Closed(ClosedReason.Lease(14, trying = true)))) },
)
