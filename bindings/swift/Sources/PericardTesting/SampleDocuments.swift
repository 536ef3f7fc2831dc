public import Foundation
import Pericard

extension FakeDocuments {
  /// Documents as a patient has them: a letter as HTML, a discharge letter as PDF, and a summary as a CDA document that
  /// is kept offline. `now` is when they are looked at.
  public static func sample(now: Date = Date()) -> FakeDocuments {
    func ago(_ days: Int) -> Date { now.addingTimeInterval(-Double(days) * 86_400) }
    let letter = """
      <!doctype html><html><body><h1>Your visit</h1><p>You are doing well. We meet again in three months.</p></body></html>
      """
    let narrative = "<h1>Summary of your record</h1><h2>Medicines</h2><p>Ramipril 5 mg, once a day</p>"
    let cda = """
      <?xml version="1.0"?><ClinicalDocument xmlns="urn:hl7-org:v3"><title>Summary of your record</title><component>\
      <structuredBody><component><section><title>Medicines</title><text><paragraph>Ramipril 5 mg, once a day</paragraph>\
      </text></section></component></structuredBody></component></ClinicalDocument>
      """
    return FakeDocuments([
      document(
        "letter", "Letter about your visit", .visit, ago(3), "Dr. Petra Kos", ("letter.html", "text/html"),
        FakeContent(
          bytes: Data(letter.utf8),
          view: .page(html: letter, text: "Your visit\n\nYou are doing well. We meet again in three months."))),
      document(
        "discharge", "Discharge letter, cardiology", .discharge, ago(90), "Dr. Hiba Mansour",
        ("discharge.pdf", "application/pdf"),
        FakeContent(bytes: pdf("Discharge letter, cardiology"), view: .pdf(activeContent: [], hiddenParts: false))),
      document(
        "summary", "Summary of your record", .summary, ago(200), "Linden Clinic", ("summary.xml", "application/xml"),
        FakeContent(
          bytes: Data(cda.utf8),
          view: .page(
            html: "<!doctype html><html><body>\(narrative)</body></html>",
            text: "Summary of your record\n\nMedicines\n\nRamipril 5 mg, once a day")),
        keptOffline: true),
    ])
  }

  private static func document(
    _ id: String, _ title: String, _ kind: DocumentKind, _ at: Date, _ author: String,
    _ file: (name: String, type: String), _ content: FakeContent, keptOffline: Bool = false
  ) -> FakeDocument {
    let one = DocumentFile(
      id: FileID(rawValue: "fake-file-\(id)"), name: title, fileName: file.name, contentType: file.type, format: "",
      size: content.bytes.count, state: keptOffline ? .stored : .remote(received: 0))
    let document = Document(
      id: DocumentID(rawValue: "fake-document-\(id)"), title: title, kind: kind, typeName: title,
      category: "Clinical note", at: at, precision: .day, author: author, custodian: "Linden Clinic",
      restricted: false, preliminary: false, superseded: false, replacedBy: nil, keptOffline: keptOffline, files: [one])
    return FakeDocument(document, contents: [content])
  }

  /// A PDF of one page with one line.
  private static func pdf(_ line: String) -> Data {
    let words = "BT /F1 18 Tf 72 770 Td (\(line)) Tj ET"
    let objects = [
      "<</Type/Catalog/Pages 2 0 R>>",
      "<</Type/Pages/Kids[3 0 R]/Count 1>>",
      "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
      "<</Length \(words.utf8.count)>>stream\n\(words)\nendstream",
      "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    var text = "%PDF-1.4\n"
    var places: [Int] = []
    for (index, content) in objects.enumerated() {
      places.append(text.utf8.count)
      text += "\(index + 1) 0 obj\n\(content)\nendobj\n"
    }
    let table = text.utf8.count
    text += "xref\n0 \(places.count + 1)\n0000000000 65535 f \n"
    for place in places {
      let digits = String(place)
      text += String(repeating: "0", count: 10 - digits.count) + digits + " 00000 n \n"
    }
    text += "trailer<</Size \(places.count + 1)/Root 1 0 R>>\nstartxref\n\(table)\n%%EOF\n"
    return Data(text.utf8)
  }
}
