//! What an answer becomes in memory, counted: never more than eight times its bytes, whatever it repeats.
//!
//! A few kilobytes of gzip are megabytes of the same few bytes, and a list of empty objects grows fifty- to a
//! hundredfold where it is read naively. Allocations are counted by the allocator of this test, so that the figures
//! are the same on every machine.

#![allow(clippy::unwrap_used)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use pericard_protocol::fhir::body::Body;
use pericard_protocol::fhir::bundle::Bundle;
use pericard_protocol::fhir::capability::CapabilityStatement;
use pericard_protocol::fhir::communication::Communication;
use pericard_protocol::fhir::patient::Patient;

/// Bytes of an answer; large enough that what every answer takes does not matter.
const BODY: usize = 512 * 1024;
/// How many bytes of memory an answer may become for each of its own, itself included.
const TIMES: usize = 8;

struct Counting;

static NOW: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

impl Counting {
    fn more(bytes: usize) {
        let now = NOW.fetch_add(bytes, Relaxed) + bytes;
        MOST.fetch_max(now, Relaxed);
    }
}

// SAFETY: everything is left to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        Self::more(layout.size());
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        NOW.fetch_sub(layout.size(), Relaxed);
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(at, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn repeated(front: &str, element: &str, back: &str, bytes: usize) -> String {
    let room = bytes.saturating_sub(front.len() + back.len());
    let elements = vec![element; room / (element.len() + 1)];
    format!("{front}{}{back}", elements.join(","))
}

/// Reads `body` and says how often its size was in memory at most, the body itself included.
#[track_caller]
fn stays_within<T>(what: &str, body: impl AsRef<[u8]>, read: impl FnOnce(&[u8]) -> T) {
    let body = body.as_ref();
    let before = NOW.load(Relaxed);
    MOST.store(before, Relaxed);
    let result = read(body);
    let most = MOST.load(Relaxed) - before + body.len();
    drop(result);
    assert!(
        most <= TIMES * body.len(),
        "{what}: {} bytes for {}",
        most,
        body.len()
    );
}

fn page(body: &[u8]) -> Option<Vec<Communication>> {
    let body = Body::new(body);
    let bundle = Bundle::parse(&body).ok()?;
    drop(bundle.names());
    drop(bundle.versions("Communication"));
    Some(bundle.records::<Communication>().records)
}

const HEAD: &str = r#"{"resourceType":"Communication","id":"x","meta":{"versionId":"1","lastUpdated":"2024-01-01T00:00:00Z"},"status":"completed""#;
const BUNDLE: &str = r#"{"resourceType":"Bundle","type":"searchset""#;

// One test, so that nobody else allocates meanwhile.
#[test]
fn no_answer_becomes_more_than_eight_times_its_bytes() {
    let smallest = ["{}", "[]", "null", "0", r#""""#, r#""a""#];
    let members = [
        "about",
        "basedOn",
        "reasonCode",
        "reason",
        "text",
        "category",
        "contained",
        "extension",
        "identifier",
        "inResponseTo",
        "note",
        "partOf",
        "payload",
        "reasonReference",
        "recipient",
        "sender",
        "subject",
        "topic",
    ];
    let elements = [
        r#"{"display":"a"}"#,
        r#"{"reference":"A/1"}"#,
        r#"{"resourceType":"A","id":"1"}"#,
        r#"{"contentString":""}"#,
        r#"{"value":"a"}"#,
        r#"{"coding":[{}]}"#,
        r#"{"contentString":"a"}"#,
        r#"{"contentCodeableConcept":{"text":"a"}}"#,
        r#"{"contentAttachment":{"url":"a"}}"#,
        r#"{"contentAttachment":{"data":"gICAgA"}}"#,
        r#"{"contentAttachment":{"contentType":"text/plain","data":"gICAgA"}}"#,
        r#"{"contentReference":{"display":"a"}}"#,
        r#"{"text":"a"}"#,
        r#"{"resourceType":"Device","id":"1","name":"a"}"#,
    ];
    for member in members {
        for element in smallest.iter().chain(&elements) {
            for subject in ["", r#","subject":{"reference":"Patient/ana"}"#] {
                if member == "subject" && !subject.is_empty() {
                    continue;
                }
                let front =
                    format!(r#"{BUNDLE},"entry":[{{"resource":{HEAD}{subject},"{member}":["#);
                let body = repeated(&front, element, "]}}]}", BODY);
                stays_within(&format!("{member} of {element}"), &body, page);
            }
        }
    }
    // Many records, each with a list just below what is taken.
    for (member, element, most) in [
        ("recipient", "{}", 1024),
        ("recipient", r#"{"type":"A"}"#, 1024),
        ("payload", r#"{"contentString":""}"#, 1024),
        ("identifier", "{}", 64),
        ("contained", r#"{"id":"1","resourceType":""}"#, 256),
        ("about", "{}", 1024),
    ] {
        let list = vec![element; most].join(",");
        let record = format!(r#"{{"resource":{HEAD},"{member}":[{list}]}}}}"#);
        let body = repeated(&format!(r#"{BUNDLE},"entry":["#), &record, "]}", BODY);
        stays_within(&format!("records with {most} of {member}"), &body, page);
    }
    for element in [
        "{}",
        "null",
        r#"{"resource":{}}"#,
        r#"{"resource":{"resourceType":"Communication","id":"1"}}"#,
        r#"{"resource":{"resourceType":"Communication"}}"#,
        r#"{"resource":{"resourceType":"A"}}"#,
        r#"{"resource":{"resourceType":"OperationOutcome","issue":[{}]}}"#,
        r#"{"resource":{"resourceType":"Device","id":"1","name":"a"}}"#,
        "{x}",
        r#"{"resource":{"resourceType":"Communication","id":"1" 2}}"#,
        r#"{"resource":NaN}"#,
        "\"\t\"",
        "\"\\ud800\"",
    ] {
        let body = repeated(&format!(r#"{BUNDLE},"entry":["#), element, "]}", BODY);
        stays_within(&format!("entries like {element}"), &body, page);
    }
    for member in ["link", "signature", "total"] {
        let body = repeated(&format!(r#"{BUNDLE},"{member}":["#), "{}", "]}", BODY);
        stays_within(&format!("{member} of a page"), &body, page);
    }
    let outcome =
        format!(r#"{BUNDLE},"entry":[{{"resource":{{"resourceType":"OperationOutcome","issue":["#);
    stays_within("issues", repeated(&outcome, "{}", "]}}]}", BODY), page);

    // What has to be mended or decoded before it is read.
    for bytes in [
        &b"\x01"[..],
        b"\xff",
        b"\xffa",
        b"\\ud800",
        b"\\x",
        b"\\u0000",
        "\u{1}a".as_bytes(),
    ] {
        let text = bytes.repeat(BODY / bytes.len());
        let front =
            format!(r#"{BUNDLE},"entry":[{{"resource":{HEAD},"payload":[{{"contentString":""#);
        let body = [front.as_bytes(), &text, b"\"}]}}]}"].concat();
        stays_within(&format!("a text of {bytes:?}"), &body, page);
    }
    let smallest = r#"{"resource":{"resourceType":"Communication","id":"1"}}"#;
    for odd in ["NaN", "\"\t\"", "{x}", "\"\\ud800\""] {
        let front = format!(r#"{BUNDLE},"entry":[{odd},"#);
        let body = repeated(&front, smallest, "]}", BODY);
        stays_within(&format!("records after {odd}"), &body, page);
    }
    for (kind, bytes) in [
        ("text/plain;charset=windows-1252", &b"\x80"[..]),
        ("text/plain;charset=utf-16le", b"\xac\x20"),
        ("text/plain", b"\r"),
        ("text/plain", b"a\0"),
        ("text/html", b"<p>a"),
        ("text/html", b"<li>"),
        ("text/html", b"&lt;"),
        ("text/html", b"<td>a"),
    ] {
        let data = data_encoding::BASE64.encode(&bytes.repeat(BODY * 3 / 4 / bytes.len()));
        let body = format!(
            r#"{BUNDLE},"entry":[{{"resource":{HEAD},"payload":[{{"contentAttachment":{{"contentType":"{kind}","data":"{data}"}}}}]}}}}]}}"#
        );
        stays_within(&format!("{kind} of {bytes:?}"), &body, page);
    }

    for member in ["name", "link", "identifier", "telecom"] {
        for element in ["{}", r#"{"given":[""]}"#, r#"{"text":"a"}"#] {
            let front = format!(r#"{{"resourceType":"Patient","id":"ana","{member}":["#);
            let body = repeated(&front, element, "]}", BODY);
            stays_within(&format!("{member} of a patient"), &body, |body| {
                Patient::parse(std::str::from_utf8(body).unwrap())
            });
        }
    }
    for (front, back) in [
        (r#""rest":["#, "]}"),
        (r#""rest":[{"resource":["#, "]}]}"),
        (
            r#""rest":[{"resource":[{"type":"A","searchParam":["#,
            "]}]}]}",
        ),
        (
            r#""rest":[{"resource":[{"type":"A","interaction":["#,
            "]}]}]}",
        ),
        (r#""software":["#, "]}"),
    ] {
        for element in [
            "{}",
            r#"{"name":"a"}"#,
            r#"{"type":"A"}"#,
            r#"{"type":"A","searchParam":[{"name":""}]}"#,
        ] {
            let front =
                format!(r#"{{"resourceType":"CapabilityStatement","fhirVersion":"4.0.1",{front}"#);
            let body = repeated(&front, element, back, BODY);
            stays_within(
                &format!("{front}{element}"),
                &body,
                CapabilityStatement::parse,
            );
        }
    }
}
