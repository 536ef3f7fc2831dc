package dev.pericard.testing

import dev.pericard.DatePrecision
import dev.pericard.Document
import dev.pericard.DocumentFile
import dev.pericard.DocumentId
import dev.pericard.DocumentKind
import dev.pericard.DocumentView
import dev.pericard.FileId
import dev.pericard.FileState
import java.time.Duration
import java.time.Instant

/**
 * Documents as a patient has them: a letter as HTML, a discharge letter as PDF, and a summary as a CDA document that is kept
 * offline. [now] is when they are looked at.
 */
public fun sampleDocuments(now: Instant = Instant.now()): FakeDocuments {
    fun ago(days: Long) = now - Duration.ofDays(days)
    val letter = "<!doctype html><html><body><h1>Your visit</h1><p>You are doing well. We meet again in three months.</p></body></html>"
    val narrative = "<h1>Summary of your record</h1><h2>Medicines</h2><p>Ramipril 5 mg, once a day</p>"
    val cda = """<?xml version="1.0"?><ClinicalDocument xmlns="urn:hl7-org:v3"><title>Summary of your record</title><component><structuredBody>""" +
        "<component><section><title>Medicines</title><text><paragraph>Ramipril 5 mg, once a day</paragraph></text></section></component>" +
        "</structuredBody></component></ClinicalDocument>"
    return FakeDocuments(
        listOf(
            document(
                "letter", "Letter about your visit", DocumentKind.VISIT, ago(3), "Dr. Petra Kos", "letter.html", "text/html", letter.toByteArray(),
                DocumentView.Page(letter, "Your visit\n\nYou are doing well. We meet again in three months."),
            ),
            document(
                "discharge", "Discharge letter, cardiology", DocumentKind.DISCHARGE, ago(90), "Dr. Hiba Mansour", "discharge.pdf", "application/pdf",
                pdf("Discharge letter, cardiology"), DocumentView.Pdf(emptyList(), hiddenParts = false),
            ),
            document(
                "summary", "Summary of your record", DocumentKind.SUMMARY, ago(200), "Linden Clinic", "summary.xml", "application/xml", cda.toByteArray(),
                DocumentView.Page("<!doctype html><html><body>$narrative</body></html>", "Summary of your record\n\nMedicines\n\nRamipril 5 mg, once a day"),
                keptOffline = true,
            ),
        ),
    )
}

private fun document(
    id: String,
    title: String,
    kind: DocumentKind,
    at: Instant,
    author: String,
    file: String,
    type: String,
    bytes: ByteArray,
    view: DocumentView,
    keptOffline: Boolean = false,
) = FakeDocument(
    Document(
        DocumentId("fake-document-$id"),
        title,
        kind,
        typeName = title,
        category = "Clinical note",
        at = at,
        precision = DatePrecision.DAY,
        author = author,
        custodian = "Linden Clinic",
        restricted = false,
        preliminary = false,
        superseded = false,
        replacedBy = null,
        keptOffline = keptOffline,
        files = listOf(
            DocumentFile(
                FileId("fake-file-$id"), title, file, type, format = "", size = bytes.size.toLong(),
                state = if (keptOffline) FileState.Stored else FileState.Remote(0),
            ),
        ),
    ),
    listOf(FakeContent(bytes, view)),
)

/** A PDF of one page with one line. */
private fun pdf(line: String): ByteArray {
    val words = "BT /F1 18 Tf 72 770 Td ($line) Tj ET"
    val objects = listOf(
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        "<</Length ${words.length}>>stream\n$words\nendstream",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    )
    val text = StringBuilder("%PDF-1.4\n")
    val places = objects.mapIndexed { index, content ->
        text.length.also { text.append("${index + 1} 0 obj\n$content\nendobj\n") }
    }
    val table = text.length
    text.append("xref\n0 ${places.size + 1}\n0000000000 65535 f \n")
    places.forEach { text.append("$it".padStart(10, '0')).append(" 00000 n \n") }
    text.append("trailer<</Size ${places.size + 1}/Root 1 0 R>>\nstartxref\n$table\n%%EOF\n")
    return text.toString().toByteArray(Charsets.US_ASCII)
}
