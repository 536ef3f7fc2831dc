#![allow(clippy::unwrap_used)]
use super::*;
use proptest::prelude::*;

const MESSAGE: &str = r##"{
    "resourceType": "Communication", "id": "m1",
    "meta": {"versionId": "2", "lastUpdated": "2026-03-05T10:20:30.123+01:00", "profile": ["x"]},
    "contained": [{"resourceType": "Practitioner", "id": "p", "name": [{"text": "Dr. Who"}]}],
    "identifier": [{"system": "urn:ietf:rfc:3986", "value": "urn:uuid:1", "use": "official"}],
    "partOf": [{"reference": "Communication/h1"}],
    "inResponseTo": [{"reference": "Communication/m0"}],
    "status": "completed",
    "category": [{"coding": [{"code": "notification", "display": "Notification"}]}],
    "subject": {"reference": "Patient/ana"},
    "topic": {"text": "Your results"},
    "sent": "2026-03-05T10:20:30+01:00", "received": "last week",
    "recipient": [{"reference": "Patient/ana", "display": "Ana"}, {"reference": "#p"}],
    "sender": {"reference": "Practitioner/7", "display": "Dr. Novak"},
    "payload": [
        {"contentString": "All is well — see \"attached\""},
        {"contentAttachment": {"contentType": "application/pdf", "url": "Binary/1", "size": 12, "title": "r.pdf"}},
        {"contentReference": {"reference": "DocumentReference/1"}},
        {"contentCodeableConcept": {"text": "of a later FHIR version"}}
    ],
    "note": [{"text": "not read"}]
}"##;

#[test]
fn a_message_is_read() {
    insta::assert_json_snapshot!(Communication::parse(MESSAGE).unwrap());
}

#[test]
fn a_message_prints_nothing() {
    let message = Communication::parse(MESSAGE).unwrap();
    assert_eq!(format!("{message:?}"), "Communication(..)");
    assert_eq!(format!("{:?}", message.attachments[0]), "Attachment(..)");
}

#[test]
fn a_subject_that_cannot_be_read_is_not_a_missing_subject() {
    for subject in [
        r#""Patient/ana""#,
        "7",
        r#"[{"reference":"Patient/ana"},{"reference":"Patient/ben"}]"#,
        r#"{"reference":7}"#,
    ] {
        let json = format!(r#"{{"resourceType":"Communication","id":"1","subject":{subject}}}"#);
        let read = Communication::parse(&json).unwrap();
        assert!(read.subject.is_some_and(|it| it.unreadable), "{subject}");
    }
    let array = r#"["Communication","m1",null,null,null,null,[],[],[],null,[],null,null,[],[],[]]"#;
    assert_eq!(Communication::parse(array), Err(FhirError::Unreadable));
    let twice = r#"{"resourceType":"Communication","id":"1",
        "subject":{"reference":"Patient/ben"},"subject":{"reference":"Patient/ana"}}"#;
    assert_eq!(Communication::parse(twice), Err(FhirError::Unreadable));
}

#[test]
fn a_member_of_a_wrong_type_costs_only_itself() {
    for odd in ["null", "7", "true", "\"x\"", "[]", "[null]", "[7]", "{}"] {
        for member in [
            "meta",
            "status",
            "sender",
            "recipient",
            "partOf",
            "inResponseTo",
            "topic",
            "category",
            "sent",
            "received",
            "identifier",
            "contained",
            "note",
            "text",
            "priority",
            "basedOn",
            "reasonCode",
            "reason",
            "about",
            "medium",
        ] {
            let json = format!(
                r#"{{"resourceType":"Communication","id":"1","subject":{{"reference":"Patient/ana"}},
                    "payload":[null,7,{{"contentString":7}},{{"contentString":"Hello"}}],"{member}":{odd}}}"#
            );
            let read = Communication::parse(&json).unwrap_or_else(|_| panic!("{member}: {odd}"));
            assert_eq!(read.texts, ["Hello"]);
            assert_eq!(read.subject, Some(Reference::literal("Patient/ana")));
        }
    }
}

#[test]
fn a_list_that_decides_is_never_cut() {
    let many = |member: &str, element: &str, n: usize| {
        let list = vec![element; n].join(",");
        let json = format!(r#"{{"resourceType":"Communication","id":"1","{member}":[{list}]}}"#);
        Communication::parse(&json).map(|it| it.lists())
    };
    use crate::limits::{CONTAINED, REFERENCES};
    for (member, element, most) in [
        ("recipient", r#"{"display":"a"}"#, REFERENCES),
        ("partOf", "{}", REFERENCES),
        ("inResponseTo", "{}", REFERENCES),
        ("payload", r#"{"contentString":"a"}"#, PARTS),
        ("identifier", "{}", IDENTIFIERS),
        ("contained", r#"{"resourceType":"A"}"#, CONTAINED),
    ] {
        assert!(many(member, element, most).is_ok(), "{member}");
        assert_eq!(
            many(member, element, most + 1),
            Err(FhirError::Unreadable),
            "{member}"
        );
    }
    for member in ["category", "basedOn", "reasonCode", "note"] {
        assert!(many(member, "{}", 100_000).is_ok(), "{member}");
    }
}

#[test]
fn what_is_named_is_collected_where_there_is_no_subject() {
    let named = |members: &str| {
        let json = format!(r#"{{"resourceType":"Communication","id":"1",{members}}}"#);
        Communication::parse(&json).unwrap().mentions.len()
    };
    let about = r#""about":[{"reference":"Patient/ben"}]"#;
    assert_eq!(named(about), 1);
    assert_eq!(named(&format!(r#""subject":null,{about}"#)), 1);
    assert_eq!(
        named(&format!(
            r#""subject":{{"reference":"Patient/ana"}},{about}"#
        )),
        0
    );
}

#[test]
fn an_id_is_needed_and_must_be_one() {
    for id in ["", r#""id":"","#, r#""id":"a/b","#, r#""id":"..","#] {
        let json = format!(r#"{{{id}"resourceType":"Communication"}}"#);
        assert_eq!(
            Communication::parse(&json),
            Err(FhirError::Invalid { field: "id" })
        );
    }
}

#[test]
fn an_identifier_counts_only_if_both_parts_are_equal() {
    let message = Communication::parse(MESSAGE).unwrap();
    assert!(message.has_identifier("urn:ietf:rfc:3986", "urn:uuid:1"));
    assert!(!message.has_identifier("urn:ietf:rfc:3986", "urn:uuid:2"));
    assert!(!message.has_identifier("", "urn:uuid:1"));
}

fn with(members: &str) -> Communication {
    Communication::parse(&format!(
        r#"{{"resourceType":"Communication","id":"1","subject":{{"reference":"Patient/ana"}},{members}}}"#
    ))
    .unwrap()
}

#[test]
fn what_is_said_is_found_wherever_it_stands() {
    for (members, texts) in [
        (
            r#""payload":[{"contentString":"One"},{"contentString":"Two"}]"#,
            &["One", "Two"][..],
        ),
        (r#""payload":{"contentString":"One"}"#, &["One"]),
        (
            r#""payload":[{"contentCodeableConcept":{"text":"Please call us"}}]"#,
            &["Please call us"],
        ),
        (
            r#""payload":[{"contentCodeableConcept":{"coding":[{"code":"call"},{"display":"Call"}]}}]"#,
            &["Call"],
        ),
        (
            r#""payload":[{"contentCodeableConcept":{"coding":[{"code":"call"}]}}]"#,
            &["call"],
        ),
        (
            r#""payload":[{"contentAttachment":{"contentType":"text/plain","data":"T25l"}},{"contentString":"Two"}]"#,
            &["One", "Two"],
        ),
        (
            r#""payload":[{"contentAttachment":{"contentType":"text/html","data":"PHA+T25lPC9wPlR3bw=="}}]"#,
            &["One\n\nTwo"],
        ),
        (
            r#""payload":[{"contentString":"<b>as</b> written"}]"#,
            &["<b>as</b> written"],
        ),
        (
            r#""payload":[{"contentString":"One\rTwo\r\nThree\u2028Four\u0085Five\u000bSix"}]"#,
            &["One\nTwo\nThree\nFour\nFive\nSix"],
        ),
        (
            r#""payload":[{"contentString":"half \ud83d an emoji"}]"#,
            &["half \u{fffd} an emoji"],
        ),
        (
            r#""payload":[{"contentString":" "}],"note":[{"text":"Come on Monday"}]"#,
            &["Come on Monday"],
        ),
        (
            r#""payload":[{}],"note":{"text":"Come"},"text":{"div":"<div>No</div>"}"#,
            &["Come"],
        ),
        (
            r#""payload":null,"note":[{"text":7},{"text":"A"},{"text":"B"}]"#,
            &["A", "B"],
        ),
        (
            r#""text":{"status":"additional","div":"<div><p>Come</p><p>on Monday</p></div>"}"#,
            &["Come\n\non Monday"],
        ),
        (
            r#""payload":[{"contentString":"One"}],"note":[{"text":"remark"}],"text":{"div":"<p>x</p>"}"#,
            &["One"],
        ),
        (
            r#""payload":[{"contentReference":{"reference":"Binary/1"}}],"note":[{"text":"Your letter"}]"#,
            &["Your letter"],
        ),
        (
            r#""payload":[{"contentAttachment":{"url":"Binary/1"}}],"text":{"div":"<p>Your letter</p>"}"#,
            &["Your letter"],
        ),
        (r#""payload":7,"note":"x","text":"y""#, &[]),
    ] {
        assert_eq!(with(members).texts, texts, "{members}");
    }
}

#[test]
fn only_what_its_parts_say_is_said_by_a_message_itself() {
    for silent in [
        r#""status":"completed""#,
        r#""payload":[]"#,
        r#""payload":[{}]"#,
        r#""payload":[null,7,{"contentString":" "},{"contentAttachment":{}},{"contentReference":{}}]"#,
        r#""payload":[{"contentAttachment":{"contentType":"text/plain","data":"ICA="}}]"#,
        r#""note":[{"text":"remark"}],"text":{"div":"<p>remark</p>"}"#,
    ] {
        assert!(with(silent).is_silent(), "{silent}");
    }
    for says in [
        r#""payload":[{"contentString":"x"}]"#,
        r#""payload":[{"contentAttachment":{"title":"Letter"}}]"#,
        r#""payload":[{"contentReference":{"display":"Letter"}}]"#,
        r#""payload":[{"contentReference":"Binary/1"}]"#,
        r#""payload":[{"contentCodeableConcept":{"text":"x"}}]"#,
    ] {
        assert!(!with(says).is_silent(), "{says}");
    }
}

#[test]
fn a_file_is_an_attachment() {
    let read = with(
        r#""payload":[
        {"contentAttachment":{"contentType":"application/pdf","url":"Binary/9","title":"Letter.pdf","size":"1234","hash":"x"}},
        {"contentAttachment":{"contentType":"text/plain","url":"Binary/8","size":12}},
        {"contentAttachment":{"contentType":"image/png","data":"AAAA","size":-1,"title":null}},
        {"contentString":"See attached","contentReference":{"display":"Letter of 3 March"}}]"#,
    );
    assert_eq!(read.texts, ["See attached"]);
    assert_eq!(
        read.references[0].display.as_deref(),
        Some("Letter of 3 March")
    );
    let files: Vec<_> = read
        .attachments
        .iter()
        .map(|it| (it.url.as_deref(), it.size, it.is_inline()))
        .collect();
    assert_eq!(
        files,
        [
            (Some("Binary/9"), Some(1234), false),
            (Some("Binary/8"), Some(12), false),
            (None, None, true)
        ]
    );
    assert_eq!(read.attachments[0].title.as_deref(), Some("Letter.pdf"));
    assert_eq!(read.attachments[2].content(), Some(vec![0, 0, 0]));
}

#[test]
fn what_ties_a_message_to_others_is_kept() {
    let read = with(
        r#""basedOn":[{"reference":"CommunicationRequest/1"},7],"partOf":[{"reference":"Task/2"}],
        "priority":"urgent","reasonCode":[{},{"text":"Follow-up"}],"reason":[{"concept":{"text":"No"}}]"#,
    );
    assert_eq!(
        read.based_on[0],
        Reference::literal("CommunicationRequest/1")
    );
    assert_eq!(read.part_of[0], Reference::literal("Task/2"));
    assert_eq!(read.priority, Some(Priority::Urgent));
    assert_eq!(
        (read.topic.as_deref(), read.heading()),
        (None, Some("Follow-up"))
    );
    let read = with(
        r#""topic":{"text":"Results"},"reason":[{"concept":{"text":"Follow-up"}}],"priority":"soon""#,
    );
    assert_eq!(
        (read.heading(), read.reason.as_deref()),
        (Some("Results"), Some("Follow-up"))
    );
    assert_eq!(read.priority, None);
    let read = with(r#""topic":{"text":" ","coding":[{"display":""},{"display":"Results"}]}"#);
    assert_eq!(read.heading(), Some("Results"));
}

#[test]
fn somebody_without_a_display_is_named_by_what_is_contained() {
    let read = with(
        r##""sender":{"reference":"#p"},"recipient":[{"reference":"#p","display":"Dr. D"},{"reference":"#x","display":" "}],
        "contained":[{"resourceType":"Practitioner","id":"p","name":[{"text":"Dr. Contained"}]}]"##,
    );
    assert_eq!(
        read.name_of(read.sender.as_ref().unwrap()),
        Some("Dr. Contained")
    );
    let names: Vec<_> = read.recipients.iter().map(|it| read.name_of(it)).collect();
    assert_eq!(names, [Some("Dr. D"), None]);
}

#[test]
fn a_number_may_stand_where_a_token_belongs() {
    let read = with(r#""meta":{"versionId":3},"identifier":[{"system":"urn:x","value":12345}]"#);
    assert_eq!(read.version_id.as_deref(), Some("3"));
    assert!(read.has_identifier("urn:x", "12345"));
    let numbered = r#"{"resourceType":"Communication","id":17}"#;
    assert_eq!(Communication::parse(numbered).unwrap().id, "17");
}

#[test]
fn a_status_is_known_in_every_spelling() {
    for (said, status) in [
        (r#""entered-in-error""#, Status::EnteredInError),
        (r#""Entered-In-Error""#, Status::EnteredInError),
        (r#""ENTERED_IN_ERROR ""#, Status::EnteredInError),
        (r#"["entered-in-error"]"#, Status::EnteredInError),
        (r#""aborted""#, Status::Stopped),
        (r#""sent""#, Status::Unknown),
        ("7", Status::Unknown),
    ] {
        assert_eq!(
            with(&format!(r#""status":{said}"#)).status,
            status,
            "{said}"
        );
    }
}

proptest! {
    #[test]
    fn no_damage_makes_parsing_fail_loudly(at in 0_usize..MESSAGE.len(), with in ".{0,4}") {
        let mut json: Vec<char> = MESSAGE.chars().collect();
        let at = at.min(json.len());
        json.splice(at..(at + 2).min(json.len()), with.chars());
        let _ = Communication::parse(&json.into_iter().collect::<String>());
    }
}
