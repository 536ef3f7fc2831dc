package dev.pericard.app.ui.samples

import dev.pericard.app.ui.app.Screen
import dev.pericard.app.ui.compose.ComposeState
import dev.pericard.app.ui.compose.FileRefusal
import dev.pericard.app.ui.compose.Missing
import dev.pericard.app.ui.compose.RecipientKind
import dev.pericard.app.ui.compose.RecipientRow
import dev.pericard.app.ui.compose.RecipientsState
import dev.pericard.app.ui.thread.Bubble
import dev.pericard.app.ui.thread.Delivery
import dev.pericard.app.ui.thread.DraftText
import dev.pericard.app.ui.thread.FilePlace
import dev.pericard.app.ui.thread.FileProblem
import dev.pericard.app.ui.thread.FileRow
import dev.pericard.app.ui.thread.NewFileRow
import dev.pericard.app.ui.thread.ThreadState

private fun People.plan(place: FilePlace) = FileRow("plan", say("Your tablet plan.pdf", "خطة الأقراص.pdf"), "application/pdf", 240_000, place)

private fun People.boxes(place: FilePlace) = FileRow("boxes", say("Both boxes.jpg", "العلبتان.jpg"), "image/jpeg", 4_200_000, place)

internal fun People.thread(plan: FilePlace = FilePlace.Stored, boxes: FilePlace = FilePlace.Downloading(3_100_000, 4_200_000)) = Screen.Thread(
    ThreadState(
        "1",
        owner,
        rows()[0].subject,
        listOf(nadia),
        listOf(
            Bubble(
                "m3",
                nadia,
                false,
                say(
                    "From tomorrow, take the new tablets in place of the old ones. This is what the two boxes look like.",
                    "ابتداءً من الغد، تناولي الأقراص الجديدة بدلًا من القديمة. هكذا تبدو العلبتان.",
                ),
                at("2026-11-05T08:12:00Z"),
                Delivery.Received,
                listOf(boxes(boxes)),
            ),
            Bubble("m2", "", true, say("Thank you. Do I stop the old tablets right away?", "شكرًا. هل أوقف الأقراص القديمة فورًا؟"), at("2026-11-03T12:40:00Z"), Delivery.Sent),
            Bubble(
                "m1",
                nadia,
                false,
                say(
                    "Good morning Ana, your readings look good. I would like to lower your bisoprolol from 5 mg to 2.5 mg, once each morning.",
                    "صباح الخير آنا، قراءاتك جيدة. أود خفض البيزوبرولول من 5 ملغ إلى 2.5 ملغ، مرة كل صباح.",
                ),
                at("2026-11-03T08:22:00Z"),
                Delivery.Received,
                listOf(plan(plan)),
            ),
        ),
    ),
)

private fun People.states(deciding: Boolean = false): Screen.Thread {
    val unsure = Bubble(
        "s4", "", true, say("Please send my prescription to Harbour Street Pharmacy.", "يُرجى إرسال وصفتي إلى صيدلية شارع الميناء."),
        at("2026-11-05T08:10:00Z"), Delivery.Unknown,
    )
    return Screen.Thread(
        ThreadState(
            "2",
            owner,
            rows()[1].subject,
            listOf(tom),
            listOf(
                Bubble("s5", "", true, say("Can I come on Friday at ten?", "هل يمكنني الحضور يوم الجمعة في العاشرة؟"), at("2026-11-05T08:20:00Z"), Delivery.Queued),
                unsure,
                Bubble("s3", "", true, say("Here are all my old letters.", "هذه كل رسائلي القديمة."), at("2026-11-05T08:08:00Z"), Delivery.Failed),
                Bubble("s2", "", true, say("This morning it was 6.4 before breakfast.", "كان هذا الصباح 6.4 قبل الفطور."), at("2026-11-05T08:04:00Z"), Delivery.Sending),
                Bubble("s1", "", true, say("I have filled in the last two weeks.", "ملأت الأسبوعين الأخيرين."), at("2026-11-05T08:02:00Z"), Delivery.Sent),
            ),
            draft = DraftText(say("Also, should I eat before the", "وهل آكل قبل"), kept = true),
            deciding = unsure.takeIf { deciding },
        ),
    )
}

private fun People.unusual() = Screen.Thread(
    ThreadState(
        "3",
        owner,
        "",
        listOf(helena, tom),
        listOf(
            Bubble("u3", "", false, say("A message whose writer the clinic does not name.", "رسالة لا تذكر العيادة كاتبها."), at("2026-11-05T07:00:00Z"), Delivery.Received),
            Bubble("u2", helena, false, say("Your next visit is on 9 November, not on 16 November.", "موعدك القادم يوم 9 نوفمبر وليس 16 نوفمبر."), day("2026-10-30"), Delivery.Received, edited = true, urgent = true),
            Bubble(
                "u1", tom, false, "", day("2026-10-30"), Delivery.Received,
                listOf(
                    plan(FilePlace.Remote()),
                    boxes(FilePlace.Unavailable(FileProblem.NotFound)),
                    FileRow("n", "", "", null, FilePlace.Unavailable(FileProblem.Foreign)),
                ),
            ),
        ),
        hasOlder = true,
        canWrite = false,
    ),
)

private fun People.recipients() = listOf(
    RecipientRow("family", say("Family doctors", "أطباء الأسرة")),
    RecipientRow("desk", desk, say("Visits, letters, bills", "المواعيد والرسائل والفواتير"), RecipientKind.Organization),
    RecipientRow("physio", say("Physiotherapy", "العلاج الطبيعي")),
    RecipientRow("vaccination", say("Vaccination", "التطعيم")),
)

private fun People.choosing(search: String = "") = RecipientsState(
    before = if (search.isEmpty()) {
        listOf(
            RecipientRow("nadia", nadia, say("Cardiology", "طب القلب"), RecipientKind.Person),
            RecipientRow("tom", tom, say("Diabetes team", "فريق السكري"), RecipientKind.Person),
        )
    } else {
        emptyList()
    },
    all = if (search.isEmpty()) recipients() else emptyList(),
    chosen = setOf("family"),
    search = search,
)

private fun People.compose(change: ComposeState.() -> ComposeState = { this }) = Screen.Compose(
    ComposeState(
        owner,
        canChangePerson = true,
        to = recipients().take(1),
        subject = say("Flu vaccination", "لقاح الإنفلونزا"),
        text = say(
            "I had a cold last week and took these until Sunday. Can I have the flu vaccination on Friday?",
            "أصبت بالزكام الأسبوع الماضي وتناولت هذه حتى الأحد. هل يمكنني أخذ اللقاح يوم الجمعة؟",
        ),
        files = listOf(NewFileRow("p", say("Packet.jpg", "العلبة.jpg"), "image/jpeg", 2_100_000)),
        mostBytes = 20_000_000,
    ).change(),
)

internal val threadSamples: List<Sample> = listOf(
    Sample("25-thread", "files") { shows(home(), thread()) },
    Sample("25-thread", "unusual") { shows(home(), unusual()) },
    Sample("26-thread-states", "everyState") { shows(home(), states()) },
    Sample("28-please-check", "deciding") { shows(home(), states(deciding = true)) },
    Sample("29-new-message", "written") { shows(home(), compose()) },
    Sample("29-new-message", "fresh") {
        shows(home(), compose { copy(canChangePerson = false, to = emptyList(), subject = "", text = "", files = emptyList(), mayOmitRecipient = true) })
    },
    Sample("29-new-message", "missing") {
        shows(home(), compose { copy(to = emptyList(), missing = Missing.Recipient) })
    },
    Sample("29-new-message", "tooLarge") { shows(home(), compose { copy(refused = FileRefusal.TooLarge(20_000_000)) }) },
    Sample("30-recipients", "choosing") { shows(home(), compose { copy(choosing = choosing()) }) },
    Sample("30-recipients", "none") { shows(home(), compose { copy(choosing = choosing("xylophone")) }) },
)
