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
    assert_eq!(format!("{:?}", message.payload[0]), "Payload(..)");
}

#[test]
fn a_subject_that_cannot_be_read_is_not_a_missing_subject() {
    for subject in [
        r#""Patient/ana""#,
        "7",
        r#"[{"reference":"Patient/ana"}]"#,
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
            "priority",
        ] {
            let json = format!(
                r#"{{"resourceType":"Communication","id":"1","subject":{{"reference":"Patient/ana"}},
                    "payload":[null,7,{{"contentString":7}},{{"contentString":"Hello"}}],"{member}":{odd}}}"#
            );
            let read = Communication::parse(&json).unwrap_or_else(|_| panic!("{member}: {odd}"));
            assert_eq!(read.payload, [Payload::ContentString("Hello".into())]);
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
    assert!(many("category", "{}", 100_000).is_ok());
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

proptest! {
    #[test]
    fn no_damage_makes_parsing_fail_loudly(at in 0_usize..MESSAGE.len(), with in ".{0,4}") {
        let mut json: Vec<char> = MESSAGE.chars().collect();
        let at = at.min(json.len());
        json.splice(at..(at + 2).min(json.len()), with.chars());
        let _ = Communication::parse(&json.into_iter().collect::<String>());
    }
}
