#![allow(clippy::unwrap_used)]
use super::*;
use proptest::prelude::*;

fn member<K: Kind>(raw: &str) -> Member<K> {
    #[derive(Deserialize)]
    #[serde(bound = "")]
    struct Document<K: Kind> {
        #[serde(default)]
        a: Member<K>,
    }
    let body = format!(r#"{{"b":[1],"a":{raw},"c":{{}}}}"#);
    read::<Document<K>>(body.as_bytes()).unwrap().a
}

#[test]
fn a_body_is_an_object_with_or_without_a_byte_order_mark() {
    for fine in ["{}", "\u{feff}{}", " \n{}", "\u{feff} {\"a\":1}"] {
        assert!(text(fine.as_bytes()).is_ok(), "{fine}");
    }
    for bad in [
        &b""[..],
        b"[]",
        b"null",
        b"\"{}\"",
        b"<html>",
        b"\xff\xfe{}",
        b"{\"a\":\"\xff\"}",
        b"\xef\xbb\xbf\xef\xbb\xbf{}",
    ] {
        assert_eq!(text(bad), Err(Unreadable::NotAnObject));
    }
    assert!(read::<Value>(b"{\"a\":").is_err());
    let deep = format!(r#"{{"a":{}"#, "[".repeat(1000));
    assert_eq!(text(deep.as_bytes()), Err(Unreadable::TooDeep));
}

#[test]
fn null_and_empty_texts_say_nothing() {
    let mut wrong = Vec::new();
    for raw in ["null", "\"\""] {
        assert_eq!(member::<Text>(raw).take("a", &mut wrong), None);
        assert_eq!(member::<Hidden>(raw).take("a", &mut wrong), None);
        assert_eq!(member::<Flag>(raw).take("a", &mut wrong), None);
        assert_eq!(member::<Number>(raw).take("a", &mut wrong), None);
        assert_eq!(member::<Words>(raw).take("a", &mut wrong), None);
        assert_eq!(member::<Anything>(raw).take("a", &mut wrong), None);
    }
    assert!(wrong.is_empty());
    assert_eq!(Member::<Text>::default().get(), None);
}

#[test]
fn a_wrong_type_costs_its_member_and_is_noted() {
    let mut wrong = Vec::new();
    for raw in ["7", "{}", "[1]", "true", "\"\\ud83d\"", "{\"a\":[null]}"] {
        assert_eq!(member::<Text>(raw).take("text", &mut wrong), None, "{raw}");
    }
    assert_eq!(wrong, ["text"; 6]);
    for raw in ["7", "\"yes\"", "[true]", "0"] {
        assert!(member::<Flag>(raw).is_wrong(), "{raw}");
    }
    for raw in [
        "-1",
        "\"soon\"",
        "\"inf\"",
        "[]",
        "true",
        "\"1e9\"",
        "\"1.2.3\"",
    ] {
        assert!(member::<Number>(raw).is_wrong(), "{raw}");
    }
    for raw in ["7", "{}", "true"] {
        assert!(member::<Words>(raw).is_wrong(), "{raw}");
    }
}

#[test]
fn what_was_plainly_meant_is_understood() {
    assert_eq!(member::<Flag>("\"True\"").get(), Some(true));
    assert_eq!(member::<Flag>("\"false\"").get(), Some(false));
    assert_eq!(member::<Number>("\"3599.9\"").get(), Some(3599.9));
    assert_eq!(member::<Count>("\"7\"").get(), Some(7));
    assert_eq!(member::<Count>("7.0").get(), Some(7));
    assert!(member::<Count>("7.5").is_wrong() && member::<Count>("4294967296").is_wrong());
    assert_eq!(member::<Number>("300").get(), Some(300.0));
    assert_eq!(member::<Words>("\"a  b\"").get().unwrap(), ["a", "b"]);
    assert_eq!(member::<Words>("[\"a\",\"\"]").get().unwrap(), ["a"]);
    assert_eq!(member::<Texts>("\"a b\"").get().unwrap().len(), 1);
    let mut wrong = Vec::new();
    let words = member::<Words>("[\"a\",7,null,\"b\"]").take("words", &mut wrong);
    assert_eq!(words.unwrap(), ["a", "b"]);
    assert_eq!(wrong, ["words"]);
}

proptest! {
    #[test]
    fn no_value_makes_reading_fail_loudly(raw in "(\\[|\\]|null|true|-?1e?9?|\"[a-z ]{0,3}\"|,){0,6}") {
        if serde_json::from_str::<Value>(&raw).is_ok() {
            let _ = (member::<Text>(&raw), member::<Hidden>(&raw), member::<Flag>(&raw), member::<Number>(&raw));
            let _ = (member::<Words>(&raw), member::<Texts>(&raw), member::<Objects<Value>>(&raw));
        }
    }
}
