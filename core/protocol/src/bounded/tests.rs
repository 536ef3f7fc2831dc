#![allow(clippy::unwrap_used)]
use super::*;

#[derive(serde::Deserialize, Debug, PartialEq)]
struct Named {
    #[serde(default, deserialize_with = "text")]
    name: Option<String>,
}

#[derive(serde::Deserialize)]
struct Document {
    #[serde(default, deserialize_with = "object")]
    one: Option<Named>,
    #[serde(default, deserialize_with = "objects::<_, _, 2>")]
    few: Vec<Named>,
    #[serde(default, deserialize_with = "first_objects::<_, _, 2>")]
    shown: Vec<Named>,
    #[serde(default, deserialize_with = "first_texts::<_, 2>")]
    words: Vec<String>,
    #[serde(default, deserialize_with = "size")]
    size: Option<u64>,
    #[serde(default, deserialize_with = "flag")]
    on: bool,
}

fn read(json: &str) -> Result<Document, serde_json::Error> {
    serde_json::from_str(json)
}

#[test]
fn a_wrong_type_costs_its_member() {
    for odd in ["null", "7", "-7", "0.5", "true", "\"x\"", "[]", "[7,null]"] {
        let json = format!(
            r#"{{"one":{odd},"few":{odd},"shown":[{{"name":{odd}}}],"words":["a",{{}}],"size":12,"on":true}}"#
        );
        let document = read(&json).unwrap();
        assert_eq!(document.one, None, "{odd}");
        assert!(document.few.is_empty(), "{odd}");
        assert_eq!(document.words, ["a"], "{odd}");
        assert_eq!((document.size, document.on), (Some(12), true));
    }
    for odd in ["null", "-7", "0.5", "\"x\"", "[]", "{}"] {
        let document = read(&format!(r#"{{"size":{odd},"on":{odd},"words":{odd}}}"#)).unwrap();
        assert_eq!((document.size, document.on), (None, false), "{odd}");
    }
}

#[test]
fn a_single_value_is_a_list_of_one() {
    let document = read(r#"{"few":{"name":"a"},"words":"b"}"#).unwrap();
    assert_eq!(document.few[0].name.as_deref(), Some("a"));
    assert_eq!(document.words, ["b"]);
}

#[test]
fn a_list_over_its_cap_fails_or_is_cut() {
    let three = r#"[{"name":"1"},{"name":"2"},{"name":"3"}]"#;
    assert!(read(&format!(r#"{{"few":{three}}}"#)).is_err());
    assert_eq!(
        read(&format!(r#"{{"shown":{three}}}"#))
            .unwrap()
            .shown
            .len(),
        2
    );
    assert!(read(r#"{"few":[{"name":"1"},{"name":"2"},null]}"#).is_err());
}

#[test]
fn a_member_given_twice_is_an_error() {
    assert!(read(r#"{"one":{},"one":{}}"#).is_err());
}

#[test]
fn a_token_may_be_a_whole_number() {
    for (json, said) in [
        ("\"7\"", Some("7")),
        ("7", Some("7")),
        ("-7", Some("-7")),
        ("7.5", None),
        ("true", None),
        ("null", None),
        ("[7]", None),
        ("{\"a\":7}", None),
    ] {
        let token: Token = serde_json::from_str(json).unwrap();
        assert_eq!(token.0.as_deref(), said, "{json}");
    }
    let size = |json: &str| size(&mut serde_json::Deserializer::from_str(json)).unwrap();
    assert_eq!(
        (size("12"), size("\"12\""), size("\"12 kB\"")),
        (Some(12), Some(12), None)
    );
    assert_eq!((size("-1"), size("1e3"), size("null")), (None, None, None));
}
