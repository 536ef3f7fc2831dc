#![allow(clippy::unwrap_used)]
use super::*;
use crate::fhir::communication::Communication;
use crate::limits::ENTRIES;
use proptest::prelude::*;

/// What a page says, with the ids of the records that can be read.
struct Told {
    ids: Vec<String>,
    unreadable: usize,
    next: Option<String>,
    incomplete: bool,
}

fn told(json: &[u8]) -> Result<Told, FhirError> {
    let body = Body::new(json);
    let bundle = Bundle::parse(&body)?;
    let read = bundle.records::<Communication>();
    Ok(Told {
        ids: read.records.into_iter().map(|it| it.id).collect(),
        unreadable: read.unreadable.len(),
        incomplete: bundle.is_incomplete(),
        next: bundle.next,
    })
}

#[test]
fn a_page_is_read_and_its_broken_entries_counted() {
    let json = br#"{
        "resourceType": "Bundle", "type": "searchset", "total": 3,
        "link": [
            {"relation": "self", "url": "https://portal.example/fhir/Communication?subject=Patient%2F1"},
            {"relation": "next", "url": "https://portal.example/fhir?_getpages=a"}
        ],
        "entry": [
            {"fullUrl": "x", "resource": {"resourceType": "Communication", "id": "1"}, "search": {"mode": "match"}},
            {"resource": {"id": "no type"}},
            {"fullUrl": "no resource"},
            "not an entry",
            {"resource": {"resourceType": "Patient", "id": "1"}, "search": {"mode": "include"}},
            {"resource": {"resourceType": "OperationOutcome",
                "issue": [{"severity": "warning", "code": "not-supported", "diagnostics": "canary"}]},
             "search": {"mode": "outcome"}},
            {"resource": {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "exception"}]}},
            {"resource": {"resourceType": "Communication", "id": "2"}}
        ]
    }"#;
    let body = Body::new(json);
    let bundle = Bundle::parse(&body).unwrap();
    assert_eq!(bundle.total, Some(3));
    assert_eq!(
        bundle.next.as_deref(),
        Some("https://portal.example/fhir?_getpages=a")
    );
    assert!(bundle.self_link.unwrap().ends_with("Patient%2F1"));
    assert_eq!(bundle.broken, 3);
    let seen: Vec<_> = bundle
        .entries
        .iter()
        .map(|entry| (&*entry.kind, entry.mode))
        .collect();
    assert_eq!(
        seen,
        [
            ("Communication", SearchMode::Match),
            ("Patient", SearchMode::Include),
            ("Communication", SearchMode::Match)
        ]
    );
    assert_eq!(bundle.outcomes.len(), 2);
    assert!(bundle.entries[0].resource.get().contains(r#""id": "1""#));
}

#[test]
fn a_page_that_is_none_says_why() {
    let error = |json: &[u8]| Bundle::parse(&Body::new(json)).unwrap_err();
    assert_eq!(error(b"<html>Sign in</html>"), FhirError::Unreadable);
    assert_eq!(error(b""), FhirError::Unreadable);
    assert_eq!(
        error(br#"{"resourceType":"Bundle","entry":[{"#),
        FhirError::Unreadable
    );
    assert_eq!(
        error(br#"{"resourceType":"Patient"}"#),
        FhirError::WrongResource
    );
    assert_eq!(error("[".repeat(100_000).as_bytes()), FhirError::TooDeep);
}

#[test]
fn entries_are_kept_up_to_the_cap() {
    let page = |entry: &str, n: usize| {
        let list = vec![entry; n].join(",");
        format!(r#"{{"resourceType":"Bundle","entry":[{list}]}}"#)
    };
    let empty = page("{}", 3 * ENTRIES);
    let body = Body::new(empty.as_bytes());
    let bundle = Bundle::parse(&body).unwrap();
    assert_eq!((bundle.entries.capacity(), bundle.broken), (0, 3 * ENTRIES));
    let full = page(r#"{"resource":{"resourceType":"A"}}"#, ENTRIES + 2);
    let body = Body::new(full.as_bytes());
    let bundle = Bundle::parse(&body).unwrap();
    assert_eq!((bundle.entries.len(), bundle.broken), (ENTRIES, 2));
    assert!(bundle.is_incomplete());
}

#[test]
fn a_page_says_what_is_missing() {
    let incomplete = |outcome: &str| {
        let json = format!(
            r#"{{"resourceType":"Bundle","entry":[{{"resource":{{"resourceType":"OperationOutcome","issue":[{outcome}]}}}}]}}"#
        );
        told(json.as_bytes()).unwrap().incomplete
    };
    assert!(incomplete(r#"{"severity":"error","code":"timeout"}"#));
    assert!(incomplete(r#"{"severity":"warning","code":"incomplete"}"#));
    assert!(!incomplete(
        r#"{"severity":"warning","code":"not-supported"}"#
    ));
    assert!(!incomplete(
        r#"{"severity":"information","code":"incomplete"}"#
    ));
    let clean = br#"{"resourceType":"Bundle","entry":null,"link":"x","total":0}"#;
    assert!(!told(clean).unwrap().incomplete);
}

#[test]
fn what_says_that_something_is_missing_is_heard_wherever_it_stands() {
    let error =
        r#"{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"timeout"}]}"#;
    let mild = r#"{"resourceType":"OperationOutcome","issue":[{"severity":"warning","code":"processing"}]}"#;
    let incomplete = |members: &str| {
        let json = format!(r#"{{"resourceType":"Bundle",{members}}}"#);
        told(json.as_bytes()).unwrap().incomplete
    };
    let record = r#""resource":{"resourceType":"Communication","id":"1"}"#;
    assert!(incomplete(&format!(
        r#""entry":[{{{record},"response":{{"status":"200","outcome":{error}}}}}]"#
    )));
    assert!(incomplete(&format!(r#""issues":{error}"#)));
    let many = vec![format!(r#"{{"resource":{mild}}}"#); 40].join(",");
    assert!(!incomplete(&format!(r#""entry":[{many}]"#)));
    assert!(incomplete(&format!(
        r#""entry":[{many},{{"resource":{error}}}]"#
    )));
    assert!(incomplete(
        r#""entry":[{"fullUrl":"https://p.example/Communication/1"}]"#
    ));
    assert!(incomplete(r#""entry":[{"resource":null}]"#));
    for fine in [
        r#""entry":[{"resource":{"resourceType":"OperationOutcome","issue":[]}}]"#,
        r#""issues":null"#,
        r#""entry":{"resource":{"resourceType":"Communication","id":"1"},"response":7}"#,
        r#""type":"history","entry":[{"resource":{"resourceType":"Communication","id":"1"}}]"#,
    ] {
        assert!(!incomplete(fine), "{fine}");
    }
}

#[test]
fn a_link_without_an_address_is_none() {
    let next = |link: &str| {
        told(format!(r#"{{"resourceType":"Bundle","link":{link}}}"#).as_bytes())
            .unwrap()
            .next
    };
    for none in [
        r#"[{"relation":"next","url":""}]"#,
        r#"[{"relation":"next","url":" "}]"#,
        r#"[{"relation":"next","url":null}]"#,
        r#"[{"relation":"next"}]"#,
        r#"[{"relation":"previous","url":"x"}]"#,
    ] {
        assert_eq!(next(none), None, "{none}");
    }
    assert_eq!(
        next(r#"[{"relation":"next"},{"relation":"next","url":"x"}]"#).as_deref(),
        Some("x")
    );
    assert_eq!(
        next(r#"{"relation":"next","url":"x"}"#).as_deref(),
        Some("x")
    );
}

/// A page of three records, the second of which has `odd` among its members.
fn page_with(odd: &str) -> Vec<u8> {
    let record = |id: &str, members: &str| {
        format!(
            r#"{{"fullUrl":"x","resource":{{"resourceType":"Communication","id":"{id}",
            "meta":{{"versionId":"4","lastUpdated":"2026-01-01T00:00:00Z"}}{members}}}}}"#
        )
    };
    let entries = [record("1", ""), record("2", odd), record("3", "")].join(",\n");
    format!(
        r#"{{"resourceType":"Bundle","entry":[{entries}],"link":[{{"relation":"next","url":"n"}}]}}"#
    )
    .into_bytes()
}

#[test]
fn what_can_be_mended_costs_at_most_its_member() {
    for odd in [
        r#","valueDecimal":NaN"#,
        r#","a":-Infinity,"b":undefined"#,
        ",\"payload\":[{\"contentString\":\"one\ttwo\nthree\u{1}\"}]",
        r#","recipient":[{"display":"a"},]"#,
        r#","a":"C:\temp \x41 it\'s""#,
        r#","a":"\ud83d","b":"\ude00\ud83d""#,
        r#",,"a":1,"#,
        r#","a":007"#,
    ] {
        let told = told(&page_with(odd)).unwrap();
        assert_eq!(told.ids, ["1", "2", "3"], "{odd}");
        assert_eq!((told.unreadable, told.incomplete), (0, false));
        assert_eq!(told.next.as_deref(), Some("n"));
    }
    let mut bytes = page_with(r#","a":"QZ""#);
    let at = bytes.windows(2).position(|it| it == b"QZ").unwrap();
    bytes.splice(at..at + 2, [0xf0, 0x9f]);
    bytes.splice(0..0, [0xef, 0xbb, 0xbf]);
    assert_eq!(told(&bytes).unwrap().ids, ["1", "2", "3"]);
}

#[test]
fn what_cannot_be_mended_costs_its_record() {
    let deep = format!(r#","a":{}1{}"#, "[".repeat(100_000), "]".repeat(100_000));
    for odd in [
        r#","a" 7"#,
        r#","a":"he said "no" to it""#,
        r#","a":}, "b":{"#,
        r#","a":2026-01-01T10:00:00Z"#,
        r#","a":1 2"#,
        r#","id":"2","id":"2""#,
        &deep,
    ] {
        let told = told(&page_with(odd)).unwrap();
        assert_eq!(told.ids, ["1", "3"], "{odd:.40}");
        assert_eq!((told.unreadable, told.incomplete), (1, false), "{odd:.40}");
        assert_eq!(told.next.as_deref(), Some("n"));
    }
    assert!(told(&page_with(r#","a":{"#)).is_err());
}

#[test]
fn a_page_of_nothing_but_brackets_costs_no_time() {
    for piece in ["{", "[", "{\"a\":", "\"", "\\", ",", "[,", "{}", "[],"] {
        let json = format!(
            r#"{{"resourceType":"Bundle","entry":[{}"#,
            piece.repeat(200_000)
        );
        let _ = told(json.as_bytes());
    }
}

#[test]
fn the_self_link_tells_what_was_ignored() {
    let asked =
        "https://p.example/fhir/Communication?subject=Patient%2F1&_sort=_lastUpdated&_count=5";
    let ignored = |link: &str| {
        let json =
            format!(r#"{{"resourceType":"Bundle","link":[{{"relation":"self","url":"{link}"}}]}}"#);
        let body = Body::new(json.as_bytes());
        let bundle = Bundle::parse(&body).unwrap();
        let names = bundle.ignored(&asked.parse().unwrap());
        names.into_iter().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(ignored(asked), "");
    assert_eq!(ignored("Communication?_count=5&subject:Patient=1"), "_sort");
    assert_eq!(
        ignored("https://p.example/fhir/Communication?_count=5"),
        "_sort subject"
    );
    assert_eq!(ignored("https://p.example/fhir/Communication"), "");
    assert_eq!(ignored("not an address: \\u0000"), "");
}

#[test]
fn a_total_may_be_a_text() {
    let bundle = Body::new(br#"{"resourceType":"Bundle","total":"30"}"#);
    assert_eq!(Bundle::parse(&bundle).unwrap().total, Some(30));
}

#[test]
fn an_unreadable_total_is_no_total() {
    for total in [
        "-1",
        "1e3",
        "\"many\"",
        "[]",
        "null",
        "99999999999999999999999",
    ] {
        let json = format!(r#"{{"resourceType":"Bundle","total":{total}}}"#);
        assert_eq!(
            Bundle::parse(&Body::new(json.as_bytes())).unwrap().total,
            None,
            "{total}"
        );
    }
}

proptest! {
    #[test]
    fn no_bytes_make_parsing_fail_loudly(json in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = Bundle::parse(&Body::new(&json));
    }

    #[test]
    fn a_page_cut_anywhere_is_unreadable(cut in 1_usize..90) {
        let json = br#"{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Communication","id":"1"}}]}"#;
        prop_assert!(told(&json[..json.len() - cut.min(json.len())]).is_err());
    }
}
