//! Attachments: one-page PDF files, as clinics send them.

use data_encoding::BASE64;
use serde_json::{Value, json};
use sha1::{Digest, Sha1};

use super::store::Attachment;
use crate::clock::{self, Millis};
use crate::instance::State;

pub(super) const PDF: &str = "application/pdf";

/// A PDF (1.4, one page, one font) with these lines. Its text is ASCII: the standard fonts have no more.
pub(super) fn pdf(lines: &[String]) -> Vec<u8> {
    let mut content = String::from("BT /F1 12 Tf 72 760 Td 18 TL");
    for line in lines {
        let plain: String = line
            .chars()
            .map(|c| {
                if c.is_ascii() && !c.is_control() {
                    c
                } else {
                    '?'
                }
            })
            .collect();
        let plain = plain
            .replace('\\', "\\\\")
            .replace('(', "\\(")
            .replace(')', "\\)");
        content.push_str(&format!(" ({plain}) Tj T*"));
    }
    content.push_str(" ET");
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>".to_owned(),
        format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
    ];
    let mut file = String::from("%PDF-1.4\n");
    let mut offsets = Vec::new();
    for (index, object) in objects.iter().enumerate() {
        offsets.push(file.len());
        file.push_str(&format!("{} 0 obj\n{object}\nendobj\n", index + 1));
    }
    let start = file.len();
    file.push_str("xref\n0 6\n0000000000 65535 f \n");
    for offset in offsets {
        file.push_str(&format!("{offset:010} 00000 n \n"));
    }
    file.push_str(&format!(
        "trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n"
    ));
    file.into_bytes()
}

/// A file of so many bytes, the same for the same number and seed. It begins like a PDF.
pub(super) fn filler(bytes: usize, seed: u8) -> Vec<u8> {
    const HEAD: &[u8] = b"%PDF-1.4\n";
    let mut data: Vec<u8> = (0..bytes)
        .map(|n| (n.wrapping_mul(31).wrapping_add(n / 253) as u8) ^ seed)
        .collect();
    let head = HEAD.len().min(bytes);
    data[..head].copy_from_slice(&HEAD[..head]);
    data
}

/// Puts files in the place of the texts in a report's `presentedForm`.
pub(crate) fn with_files(
    state: &mut State,
    person: usize,
    mut report: Value,
    now: Millis,
) -> Value {
    let forms = report
        .get_mut("presentedForm")
        .and_then(Value::as_array_mut);
    for form in forms.into_iter().flatten() {
        let Some(text) = form["text"].as_str() else {
            continue;
        };
        let file = Attachment {
            person,
            content_type: form["contentType"].as_str().unwrap_or(PDF).to_owned(),
            data: text.as_bytes().to_vec(),
            reads: 0,
        };
        let title = form["title"].as_str().unwrap_or("report.pdf").to_owned();
        let binary = state.entropy.id();
        *form = reference(&binary, &title, &file, now);
        state.store.attachments.insert(binary, file);
    }
    report
}

/// The FHIR `Attachment` that points to a Binary. `hash` is SHA-1 in base64 (R4 §2.24.0.4).
pub(crate) fn reference(id: &str, title: &str, attachment: &Attachment, at: Millis) -> Value {
    json!({
        "contentType": attachment.content_type,
        "url": format!("Binary/{id}"),
        "size": attachment.data.len(),
        "hash": BASE64.encode(&Sha1::digest(&attachment.data)),
        "title": title,
        "creation": clock::instant(at),
    })
}
