//! The portal's own pages.

use crate::harness::Harness;

#[test]
fn each_page_has_an_address_with_a_way_back() {
    let harness = Harness::new();
    let issuer = harness.portal().issuer();
    for (page, name, path) in [
        ("password-reset", "password_reset", "reset"),
        ("account", "account", "account"),
        ("sessions", "sessions", "sessions"),
    ] {
        let said = harness.json(&["page", page]);
        assert_eq!(said["page"], name);
        let url = said["url"].as_str().unwrap();
        let back = "?return_to=http%3A%2F%2F127.0.0.1%3A";
        assert!(url.starts_with(&format!("{issuer}/{path}{back}")), "{url}");
        // In a pipe the address is all there is.
        let piped = harness.run(&["page", page]).succeeds();
        assert!(piped.out.starts_with(&format!("{issuer}/{path}?")) && piped.err.is_empty());
    }
}

#[test]
fn whose_page_it_is_the_account_knows() {
    let harness = Harness::with_ana();
    let base = harness.portal().base();
    let other = r#"{"base":"https://other.example/fhir"},{"base":""#;
    harness.configure("{\"base\":\"", other);
    let said = harness.json(&["page", "sessions"]);
    assert!(
        said["url"]
            .as_str()
            .unwrap()
            .starts_with(base.trim_end_matches("/fhir"))
    );
}
