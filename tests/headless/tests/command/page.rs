//! The portal's own pages.

use crate::place::Place;

#[test]
fn each_page_has_an_address_with_a_way_back() {
    let place = Place::new();
    let issuer = place.portal().issuer();
    for (page, name, path) in [
        ("password-reset", "password_reset", "reset"),
        ("account", "account", "account"),
        ("sessions", "sessions", "sessions"),
    ] {
        let said = place.json(&["page", page]);
        assert_eq!(said["page"], name);
        let url = said["url"].as_str().unwrap();
        let back = "?return_to=http%3A%2F%2F127.0.0.1%3A";
        assert!(url.starts_with(&format!("{issuer}/{path}{back}")), "{url}");
        // In a pipe the address is all there is.
        let piped = place.run(&["page", page]).succeeds();
        assert!(piped.out.starts_with(&format!("{issuer}/{path}?")) && piped.err.is_empty());
    }
}

#[test]
fn whose_page_it_is_the_account_knows() {
    let place = Place::with_ana();
    let base = place.portal().base();
    let other = r#"{"base":"https://other.example/fhir"},{"base":""#;
    place.configure("{\"base\":\"", other);
    let said = place.json(&["page", "sessions"]);
    assert!(
        said["url"]
            .as_str()
            .unwrap()
            .starts_with(base.trim_end_matches("/fhir"))
    );
}
