#![allow(clippy::unwrap_used)]

use super::*;
use crate::platform::Platform;
use crate::platform::error::PericardError;

fn text<T: Loggable>(value: T) -> String {
    shown(&value).to_string()
}

#[test]
fn a_value_is_shown_as_it_is_and_an_error_by_its_code() {
    assert_eq!(text(7_u64), "7");
    assert_eq!(text(true), "true");
    assert_eq!(text(Duration::from_millis(1500)), "1500 ms");
    assert_eq!(text(Duration::from_secs(3600)), "3600 s");
    let at = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    assert_eq!(text(at), "2023-11-14T22:13Z");
    assert_eq!(text("Communication"), "Communication");
    assert_eq!(text(Some(404_u16)), "404");
    assert_eq!(text(None::<u16>), "none");
    assert_eq!(
        text(PericardError::UpdateRequired {
            minimum: "what a clinic has written".into()
        }),
        "update_required"
    );
}

#[test]
fn an_id_that_was_not_drawn_here_is_not_told() {
    let drawn = "b".repeat(26);
    assert_eq!(text(IncidentId::from(drawn.as_str())), drawn);
    assert_eq!(text(IncidentId::from("Ana Novak, born in 1980..")), "?");
}

#[test]
fn a_label_names_one_account_while_a_client_is_open() {
    let platform = Platform::real("test");
    let (labels, others) = (Labels::draw(&platform), Labels::draw(&platform));
    assert_eq!(labels.of("a"), labels.of("a"));
    assert_ne!(labels.of("a"), labels.of("b"));
    assert_ne!(labels.of("a"), others.of("a"));
    assert_eq!(text(labels.of("a")).len(), 6);
}
