#![allow(clippy::unwrap_used)]
use super::super::measured::Value;
use super::*;

fn read(members: &str) -> Observation {
    let json = format!(r#"{{"resourceType":"Observation","id":"o",{members}}}"#);
    Observation::of_body(json.as_bytes()).unwrap()
}

fn value(members: &str) -> Value {
    read(members).measured.value
}

#[test]
fn a_value_is_of_its_kind() {
    let quantity = value(r#""valueQuantity":{"value":5.40,"comparator":"<","unit":"mmol/L"}"#);
    let Value::Quantity(quantity) = quantity else {
        panic!("another kind");
    };
    assert_eq!(quantity.value.as_deref(), Some("5.40"));
    assert_eq!(quantity.comparator.as_deref(), Some("<"));
    assert!(value(r#""valueString":"5.4 mmol/L""#) == Value::Text("5.4 mmol/L".into()));
    assert!(value(r#""valueBoolean":false"#) == Value::Boolean(false));
    assert!(value(r#""valueInteger":-3"#) == Value::Integer(-3));
    assert!(value(r#""valueTime":"10:20:00""#) == Value::Time("10:20:00".into()));
    assert!(value(r#""valueSampledData":{"origin":{"value":0}}"#) == Value::Unsupported);
    assert!(value(r#""status":"final""#) == Value::None);
}

#[test]
fn an_odd_member_costs_only_itself() {
    let read = read(
        r#""status":7,"code":"x","category":[null,7,{"text":"Laboratory"}],"valueQuantity":"5",
           "valueString":null,"valueBoolean":"yes","interpretation":{"coding":[{"code":"H"}]},
           "referenceRange":["x",{"low":7,"text":"up to 5"}],"effectiveDateTime":"03/05/2026",
           "effectivePeriod":{"start":"2026-03"},"issued":"soon","component":[7,{"valueInteger":1}],
           "subject":{"reference":"Patient/ana"},"note":{"text":"fasting"}"#,
    );
    assert_eq!(read.status, ResultStatus::Unknown);
    assert_eq!(read.categories.len(), 1);
    assert!(read.measured.value == Value::None);
    assert_eq!(read.measured.interpretations.len(), 1);
    assert_eq!(read.measured.ranges[0].text.as_deref(), Some("up to 5"));
    assert_eq!(read.effective.unwrap().text, "2026-03");
    assert_eq!((read.issued, read.components.len()), (None, 1));
    assert_eq!(read.notes, ["fasting"]);
}

/// A subject that cannot be read is not nobody.
#[test]
fn who_is_meant_is_never_lost() {
    assert!(
        read(r#""subject":"Patient/ben""#)
            .subject
            .unwrap()
            .unreadable
    );
    let silent = read(r#""performer":[{"reference":"Patient/ben"}]"#);
    assert_eq!(silent.subject, None);
    assert!(!silent.mentions.is_empty());
}

#[test]
fn a_number_beyond_all_numbers_is_kept_as_it_was_written() {
    let Value::Quantity(huge) = value(r#""valueQuantity":{"value":1e400}"#) else {
        panic!("another kind");
    };
    assert_eq!(huge.value.as_deref(), Some("1e400"));
}

#[test]
fn the_narrative_speaks_where_nothing_is_coded() {
    let div = r#""text":{"div":"<div><p>No growth</p></div>"}"#;
    assert_eq!(read(div).notes, ["No growth"]);
    assert!(read(&format!(r#"{div},"valueInteger":1"#)).notes.is_empty());
}

#[test]
fn without_an_id_there_is_no_record() {
    let none = br#"{"resourceType":"Observation","id":"../x"}"#;
    assert!(Observation::of_body(none).is_err());
    let twice = br#"{"resourceType":"Observation","id":"a","code":{},"code":{}}"#;
    assert!(Observation::of_body(twice).is_err());
}
