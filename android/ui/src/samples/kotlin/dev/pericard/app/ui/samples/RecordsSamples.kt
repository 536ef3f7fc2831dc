package dev.pericard.app.ui.samples

import dev.pericard.app.ui.app.Screen
import dev.pericard.app.ui.app.Tab
import dev.pericard.app.ui.documents.Caution
import dev.pericard.app.ui.documents.DocumentBody
import dev.pericard.app.ui.documents.DocumentFormat
import dev.pericard.app.ui.documents.DocumentMark
import dev.pericard.app.ui.documents.DocumentRow
import dev.pericard.app.ui.documents.DocumentSort
import dev.pericard.app.ui.documents.DocumentState
import dev.pericard.app.ui.documents.DocumentsState
import dev.pericard.app.ui.documents.Saved
import dev.pericard.app.ui.documents.Sharing
import dev.pericard.app.ui.model.Owner
import dev.pericard.app.ui.model.Problem
import dev.pericard.app.ui.notices.ClosedReason
import dev.pericard.app.ui.records.KindLine
import dev.pericard.app.ui.records.KindRow
import dev.pericard.app.ui.records.RecordKind
import dev.pericard.app.ui.records.RecordsBanner
import dev.pericard.app.ui.records.RecordsBody
import dev.pericard.app.ui.records.RecordsState
import dev.pericard.app.ui.records.Shown
import dev.pericard.app.ui.records.ShutReason
import dev.pericard.app.ui.thread.FilePlace
import dev.pericard.app.ui.thread.FileProblem
import dev.pericard.app.ui.thread.FileRow
import java.time.Instant

private val SINCE: Instant = Instant.parse("2026-11-05T07:40:00Z")

internal fun People.records(
    body: RecordsBody = RecordsBody.Kinds(
        listOf(
            KindRow(RecordKind.Labs, KindLine.New(2, day("2026-11-02")), news = 2),
            KindRow(RecordKind.Documents, KindLine.Count(14)),
        ),
    ),
    banner: RecordsBanner? = null,
    owner: Owner = this.owner,
): Screen.Home = home(tab = Tab.Records, unread = 3, owner = owner).copy(records = RecordsState(owner, body, banner))

private fun People.quote() = say("We are moving our archive. Documents are back on Monday.", "ننقل أرشيفنا. تعود المستندات يوم الاثنين.")

private fun file(place: FilePlace, size: Long = 1_200_000, type: String = "application/pdf") = FileRow("file", "", type, size, place)

private fun People.documentRows(): List<DocumentRow> = listOf(
    DocumentRow("1", say("Letter to your family doctor", "رسالة إلى طبيب الأسرة"), say("Cardiology", "قسم القلب"), day("2026-11-03"), file = file(FilePlace.Stored)),
    DocumentRow("2", say("Lab report", "تقرير المختبر"), northlight.name, day("2026-11-02"), DocumentSort.Laboratory, file(FilePlace.Stored)),
    DocumentRow("3", say("Exercises for your shoulder", "تمارين للكتف"), javier, day("2026-10-28"), file = file(FilePlace.Remote())),
    DocumentRow("4", say("X-ray of your shoulder", "أشعة الكتف"), "", day("2026-10-20"), DocumentSort.Picture, file(FilePlace.Downloading(6_200_000, 8_000_000))),
    DocumentRow("5", say("Insurance form", "استمارة التأمين"), desk, day("2026-10-09"), file = file(FilePlace.Stored), marks = listOf(DocumentMark.Superseded)),
    DocumentRow("6", say("Visit summary", "ملخص الزيارة"), say("Endocrinology", "قسم الغدد"), day("2026-09-14"), file = file(FilePlace.Unavailable(FileProblem.Refused))),
)

private fun People.documents(change: DocumentsState.() -> DocumentsState = { this }) =
    shows(records(), Screen.Documents(DocumentsState(owner, Shown.Content(documentRows())).change()))

private fun People.letter(): List<String> = listOf(
    say("Linden Clinic, Cardiology", "عيادة ليندن، قسم القلب"),
    say("Dear Dr. Nowak,", "الزميل العزيز د. نواك،"),
    say(
        "I saw Ms Ferreira on 2 November. She feels well. Her blood pressure at home was 124 over 78 on average for two weeks.",
        "رأيت السيدة فيريرا في 2 نوفمبر. هي بخير. كان متوسط ضغط الدم في المنزل 124 على 78 خلال أسبوعين.",
    ),
    say(
        "We have lowered bisoprolol from 5 mg to 2.5 mg, once each morning. She knows to sit down and to call us if she feels dizzy.",
        "خفّضنا بيسوبرولول من 5 ملغ إلى 2.5 ملغ، مرة كل صباح. وهي تعرف أن تجلس وتتصل بنا إذا شعرت بدوار.",
    ),
    say("The next check-up is on 16 November.", "الفحص القادم في 16 نوفمبر."),
)

private fun People.document(body: DocumentBody, change: DocumentState.() -> DocumentState = { this }) = shows(
    records(),
    Screen.OneDocument(
        DocumentState(
            "1",
            owner,
            say("Letter to your family doctor", "رسالة إلى طبيب الأسرة"),
            say("Cardiology", "قسم القلب"),
            day("2026-11-03"),
            shown = Shown.Content(body),
        ).change(),
    ),
)

private fun People.letterText() = DocumentBody.Text(letter(), cleaned = true)

private fun off(quote: String?) = ShutReason.Off(SINCE, quote)

internal val recordsSamples: List<Sample> = listOf(
    Sample("40-records", "news") { shows(records()) },
    Sample("40-records", "nothingNew") {
        shows(records(RecordsBody.Kinds(listOf(KindRow(RecordKind.Labs, KindLine.Newest(day("2026-11-02"))), KindRow(RecordKind.Documents, KindLine.Nothing)))))
    },
    Sample("40-records", "off") {
        val rows = listOf(KindRow(RecordKind.Labs, KindLine.Off(closed = true)), KindRow(RecordKind.Documents, KindLine.Off(closed = false)))
        shows(records(RecordsBody.Kinds(rows)))
    },
    Sample("40-records", "stepUp") {
        shows(records(RecordsBody.Kinds(listOf(KindRow(RecordKind.Labs, KindLine.Coming), KindRow(RecordKind.Documents, KindLine.StepUp)))))
    },
    Sample("40-records", "offline") { shows(records(banner = RecordsBanner.Offline(SINCE))) },
    Sample("40-records", "child") { shows(records(owner = Owner(leo, linden))) },
    Sample("40-records", "none") { shows(records(RecordsBody.None)) },
    Sample("40-records", "notYet") { shows(records(RecordsBody.NotYet, RecordsBanner.Offline(null))) },
    Sample("40-records", "sealed") { shows(records(RecordsBody.Closed(ClosedReason.Refused))) },
    Sample("41-documents", "content") { documents() },
    Sample("41-documents", "child") { documents { copy(owner = Owner(leo, linden)) } },
    Sample("41-documents", "offline") { documents { copy(banner = RecordsBanner.Offline(SINCE)) } },
    Sample("41-documents", "off") { documents { copy(banner = RecordsBanner.Off(SINCE, quote())) } },
    Sample("41-documents", "held") { documents { copy(banner = RecordsBanner.Held(1)) } },
    Sample("41-documents", "empty") { documents { copy(shown = Shown.Content(emptyList())) } },
    Sample("41-documents", "closed") { documents { copy(shown = Shown.Shut(off(quote()))) } },
    Sample("42-step-up", "documents") { documents { copy(shown = Shown.Shut(ShutReason.StepUp())) } },
    Sample("42-step-up", "documentsOffline") { documents { copy(shown = Shown.Shut(ShutReason.StepUp(Problem.Offline))) } },
    Sample("43-document", "text") { document(letterText()) },
    Sample("43-document", "page") { document(DocumentBody.Pages(0, 2, paper(this))) },
    Sample("43-document", "caution") { document(DocumentBody.Pages(0, 1, paper(this), Caution.Active)) },
    Sample("43-document", "getting") { document(DocumentBody.Getting(2_400_000, 8_000_000)) },
    Sample("43-document", "notHere") { document(DocumentBody.NotHere(Problem.Offline)) },
    Sample("43-document", "refused") { document(DocumentBody.Unavailable(FileProblem.Foreign)) },
    Sample("43-document", "cannotShow") { document(DocumentBody.CannotShow) },
    Sample("43-document", "anotherType") { document(DocumentBody.AnotherType("PDF", "HTML")) },
    Sample("43-document", "formats") {
        document(letterText()) {
            copy(
                marks = listOf(DocumentMark.Superseded, DocumentMark.Restricted),
                formats = listOf(DocumentFormat("a", "HTML", chosen = true), DocumentFormat("b", "PDF", chosen = false)),
            )
        }
    },
    Sample("43-document", "sharing") { document(DocumentBody.Pages(0, 2, paper(this))) { copy(sharing = Sharing(active = true)) } },
    Sample("43-document", "saved") { document(letterText()) { copy(saved = Saved.Done) } },
    Sample("43-document", "notSaved") { document(letterText()) { copy(saved = Saved.NotWhole) } },
)
